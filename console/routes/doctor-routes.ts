/** Is everything there that selfheal needs. Reads a lot and changes nothing. */
import { Hono } from 'hono/tiny';
import * as z from 'zod';
import type { Lane } from '../../domain/finding.ts';
import type { OperatingDeps } from '../http-deps.ts';
import { checked } from '../http-error.ts';

const LANE = /^(\d{12})\/([a-z]{2}(?:-[a-z]+)+-\d)$/;

const querySchema = z.strictObject({
  lanes: z
    .string()
    .max(10_000)
    .transform((text) => text.split(','))
    .refine((lanes) => lanes.every((lane) => LANE.test(lane)), 'expected ACCOUNT/REGION, separated by commas')
    .optional(),
});

export const doctorRoutes = ({ app: { operations } }: OperatingDeps): Hono =>
  new Hono().get('/', async (context) => {
    const { lanes } = checked(querySchema, context.req.query());
    return context.json(await operations.doctor.examine(lanes?.map(laneOf)));
  });

const laneOf = (text: string): Lane => {
  const [account = '', region = ''] = text.split('/');
  return { account, region };
};
