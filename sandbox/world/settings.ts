/**
 * The dials of the sandbox's world: how slow Config is, how strict SSM is. They live in the world, so
 * that a restart does not reset them.
 */
import type { World } from '../service.ts';

export interface WorldSettings {
  /** What every derived id hangs on. */
  readonly seed: string;
  /** From a change to its configuration item, in ms. Default 10,000. */
  readonly recorderDelayMs: number;
  /** From a configuration item (or a request) to the evaluation, in ms. Default 1,000-2,000. */
  readonly evaluationDelayMsMin: number;
  readonly evaluationDelayMsMax: number;
  /** From one run of a periodic rule to the next, in ms. Default 24 h. */
  readonly periodicIntervalMs: number;
  /** Shortest time between two calls of StartConfigRulesEvaluation in a lane, in ms. Default 60,000. */
  readonly evaluationRequestIntervalMs: number;
  /** How far Config's aggregator lags behind the accounts, in ms; it takes minutes on AWS. Default 0. */
  readonly aggregatorDelayMs: number;
  /** Whether there is an aggregator. Default true. */
  readonly aggregator: boolean;
  /** Calls of StartAutomationExecution a second in a lane. Default 1. */
  readonly startsPerSecond: number;
  /** Calls a second of Get- and Describe- operations on executions in a lane. Default 3. */
  readonly readsPerSecond: number;
  /** Executions running at once in a lane. Default 100. */
  readonly runningMax: number;
  /** Executions waiting for a place in a lane. Default 5,000. */
  readonly queuedMax: number;
  /** How long SSM remembers a ClientToken, in ms. AWS does not say. Default 24 h. */
  readonly clientTokenRetentionMs: number;
  /** Factor on the time that steps take. Default 1. */
  readonly stepTimeFactor: number;
}

const HOUR_MS = 3_600_000;

export const DEFAULT_SETTINGS: WorldSettings = {
  seed: 'selfheal',
  recorderDelayMs: 10_000,
  evaluationDelayMsMin: 1_000,
  evaluationDelayMsMax: 2_000,
  periodicIntervalMs: 24 * HOUR_MS,
  evaluationRequestIntervalMs: 60_000,
  aggregatorDelayMs: 0,
  aggregator: true,
  startsPerSecond: 1,
  readsPerSecond: 3,
  runningMax: 100,
  queuedMax: 5_000,
  clientTokenRetentionMs: 24 * HOUR_MS,
  stepTimeFactor: 1,
};

const KEY = 'world';

const settingsTable = (world: World) => world.table<Partial<WorldSettings>>('settings');

export const worldSettings = (world: World): WorldSettings => ({
  ...DEFAULT_SETTINGS,
  ...settingsTable(world).get(KEY),
});

/** Changes the given dials and leaves the others as they are. */
export const changeSettings = (world: World, changes: Partial<WorldSettings>): WorldSettings => {
  settingsTable(world).put(KEY, { ...settingsTable(world).get(KEY), ...changes });
  return worldSettings(world);
};

/** The next number of a named sequence, from 1. */
export const nextNumber = (world: World, sequence: string): number => {
  const counters = world.table<number>('counters');
  const next = (counters.get(sequence) ?? 0) + 1;
  counters.put(sequence, next);
  return next;
};
