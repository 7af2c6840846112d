/** It is time for something that is done now and then, or somebody asked for it. */
import middy from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import type { Settled } from '../domain/engine/settled.ts';
import type { EngineApp as App } from '../infra/compose-engine.ts';
import type { Scheduled } from '../infra/compose-scheduled.ts';
import { decodeScheduled, type ScheduledOrder } from '../infra/sqs/scheduled-orders.ts';
import { handleBatch } from './batch.ts';

export const onSchedule = (app: App, scheduled: Scheduled) =>
  middy((event: SQSEvent) =>
    handleBatch(app, event, {
      decode: ({ body, messageId }) => decodeScheduled(body, messageId),
      // One after the other: each takes what time it is given.
      handle: async (orders) => {
        const settled: Settled<unknown>[] = [];
        for (const order of orders) settled.push(await carriedOut(scheduled, order));
        return settled;
      },
    }),
  );

const carriedOut = async (
  { sweep, tellLapsing }: Scheduled,
  order: ScheduledOrder,
): Promise<Settled<unknown>> => {
  try {
    return { ok: true, value: await (order.kind === 'sweep' ? sweep(order.sweep) : tellLapsing()) };
  } catch (error) {
    return { ok: false, error };
  }
};
