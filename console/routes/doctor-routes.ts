/** Is everything there that selfheal needs. Reads a lot and changes nothing. */
import { Hono } from 'hono/tiny';
import type { Lane } from '../../domain/finding.ts';
import * as z from '../../domain/zod.ts';
import type { OperatingDeps } from '../http-deps.ts';
import { checked } from '../http-error.ts';

const LANE = /^(\d{12})\/([a-z]{2}(?:-[a-z]+)+-\d)$/;

const querySchema = z.strictObject({
  lanes: z.optional(
    z
      .pipe(
        z.string().check(z.maxLength(10_000)),
        z.transform((text) => text.split(',')),
      )
      .check(
        z.refine(
          (lanes) => lanes.every((lane) => LANE.test(lane)),
          'expected ACCOUNT/REGION, separated by commas',
        ),
      ),
  ),
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
