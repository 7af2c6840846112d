/** The engine with all its ports, as the functions have it that people do not ask. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { createEngine, type Selfheal } from '../domain/engine/engine.ts';
import { type AppBase, clientSettingsOf, composePorts, type Surroundings } from './compose-ports.ts';
import type { Settings } from './settings.ts';
import { queueUrl, SCHEDULED_QUEUE } from './sqs/queues.ts';
import { createRefusals, type Refusals } from './sqs/refusals.ts';
import { createScheduledOrders, type ScheduledOrders } from './sqs/scheduled-orders.ts';
import { tellsPeople } from './telling.ts';

export interface EngineApp extends AppBase {
  readonly selfheal: Selfheal;
  readonly refusals: Refusals;
  /** What is done on a schedule, for those who will not wait for it. */
  readonly orders: ScheduledOrders;
}

export const composeEngine = (settings: Settings, surroundings: Surroundings): EngineApp => {
  const base = composePorts(settings, { telling: tellsPeople, ...surroundings });
  const { policyUpTo, connection } = surroundings;
  const sqs = new SQSClient(clientSettingsOf(settings, connection));
  return {
    ...base,
    selfheal: createEngine({
      ...base,
      ...(policyUpTo && { policyUpTo }),
      globalLaneRegion: settings.region,
    }),
    refusals: createRefusals({ sqs, queueUrl: settings.refusedQueueUrl }),
    orders: createScheduledOrders({ sqs, queueUrl: queueUrl(settings, SCHEDULED_QUEUE) }),
  };
};
