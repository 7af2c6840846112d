/** The one place where the parts are put together: for a Lambda function at cold start, and for the local service. */
import { SQSClient } from '@aws-sdk/client-sqs';
import type { ByPeople } from '../domain/engine/by-people.ts';
import { createEngine, type Selfheal } from '../domain/engine/engine.ts';
import { type AppBase, clientSettingsOf, composePorts, type Surroundings } from './compose-ports.ts';
import { type ReadingApp, withLinkReader } from './compose-reading.ts';
import type { Settings } from './settings.ts';
import { queueUrl, SCHEDULED_QUEUE } from './sqs/queues.ts';
import { createRefusals, type Refusals } from './sqs/refusals.ts';
import { createScheduledOrders, type ScheduledOrders } from './sqs/scheduled-orders.ts';
import { tellsPeople } from './telling.ts';

/** The engine with all its ports. */
export interface EngineApp extends AppBase {
  readonly selfheal: Selfheal;
  readonly refusals: Refusals;
  /** What is done on a schedule, for those who will not wait for it. */
  readonly orders: ScheduledOrders;
}

/** All that there is: on one's own machine. */
export interface App extends EngineApp, ReadingApp {}

/** What carries out what only people may do. */
export interface DecidingApp extends AppBase {
  readonly selfheal: ByPeople & Pick<Selfheal, 'complianceReported'>;
  readonly orders: ScheduledOrders;
}

export const compose = (settings: Settings, surroundings: Surroundings): App =>
  withLinkReader(composeEngine(settings, surroundings), settings, surroundings);

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
