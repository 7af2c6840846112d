/** All parts put together, as the local service has them: each function composes what it needs of them. */
import type { ByPeople } from '../domain/engine/by-people.ts';
import type { Selfheal } from '../domain/engine/engine.ts';
import { composeEngine, type EngineApp } from './compose-engine.ts';
import type { AppBase, Surroundings } from './compose-ports.ts';
import { type ReadingApp, withLinkReader } from './compose-reading.ts';
import type { Settings } from './settings.ts';
import type { ScheduledOrders } from './sqs/scheduled-orders.ts';

/** All that there is: on one's own machine. */
export interface App extends EngineApp, ReadingApp {}

/** What carries out what only people may do. */
export interface DecidingApp extends AppBase {
  readonly selfheal: ByPeople & Pick<Selfheal, 'complianceReported'>;
  readonly orders: ScheduledOrders;
}

export const compose = (settings: Settings, surroundings: Surroundings): App =>
  withLinkReader(composeEngine(settings, surroundings), settings, surroundings);
