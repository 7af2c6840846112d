/** The sweep over HTTP: what the last ones found, and an order for another one. */
import { randomUUID } from 'node:crypto';
import { Hono } from 'hono/tiny';
import type { SweepKind, SweepMemory } from '../../domain/sweep/sweep-store.ts';
import * as z from '../../domain/zod.ts';
import { sweepScopeShape } from '../../infra/sqs/scheduled-orders.ts';
import type { DecidingDeps, HttpDeps } from '../http-deps.ts';
import { checked } from '../http-error.ts';
import { jsonBody } from '../json-body.ts';
import { operatorOf } from '../operator.ts';

/** One of everything, and one of what somebody asked for in particular. */
export type SweepStatus = Readonly<Record<SweepKind, Omit<SweepMemory, 'laneSeenAt'> | null>>;

export interface SweepOrdered {
  readonly id: string;
  readonly kind: SweepKind;
}

export const sweepRoutes = ({ app: { sweeps } }: HttpDeps): Hono =>
  new Hono().get('/', async (context) => {
    const [everything, asked] = await Promise.all([sweeps.read('everything'), sweeps.read('asked')]);
    return context.json({ everything: shown(everything), asked: shown(asked) } satisfies SweepStatus);
  });

const shown = (memory: SweepMemory | undefined) => {
  if (memory === undefined) return null;
  const { laneSeenAt: _, ...rest } = memory;
  return rest;
};

const orderSchema = z.strictObject(sweepScopeShape);

/** What only a person may do. It takes minutes, so it is answered when it is ordered and not when it is done. */
export const sweepOrderRoutes = ({ app, whoIs }: DecidingDeps): Hono =>
  new Hono().post('/', async (context) => {
    const { name: who } = await operatorOf(context, { app, whoIs });
    const only = checked(orderSchema, await jsonBody(context));
    const kind = Object.keys(only).length === 0 ? 'everything' : 'asked';
    const id = randomUUID();
    await app.orders.sweep({ id, who, ...(kind === 'asked' && { only }) });
    app.ports.log.info('sweep ordered', { sweepId: id, who, ...only });
    return context.json({ id, kind } satisfies SweepOrdered, 202);
  });
