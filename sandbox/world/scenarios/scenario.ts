/**
 * A scenario is a list of things that go wrong, each at its time. How far one has come is kept in the
 * world, so that after a restart it goes on where it was.
 */
import type { AwsService, Table, World } from '../../service.ts';
import { breakResource } from '../admin.ts';
import { makeRunbookFail, type RunbookFault } from '../runbook-faults.ts';
import { demoScenario } from './demo.ts';

export type ScenarioAction =
  | {
      readonly kind: 'break';
      readonly account: string;
      readonly region: string;
      /** A resource's type, id, name or ARN. */
      readonly what: string;
      /** Source identifier of the rule to offend. */
      readonly rule: string;
    }
  | {
      readonly kind: 'fail-runbook';
      readonly document: string;
      readonly account: string;
      readonly region: string;
      readonly times: number;
      readonly fault: RunbookFault;
    };

export interface ScenarioStep {
  /** Sandbox time since the scenario began, in ms. */
  readonly atMs: number;
  readonly action: ScenarioAction;
}

export interface Scenario {
  readonly name: string;
  readonly summary: string;
  /** In the order of their time. */
  readonly steps: readonly ScenarioStep[];
}

export const SCENARIOS: readonly Scenario[] = [demoScenario];

interface Progress {
  readonly name: string;
  readonly startedMs: number;
  /** Index of the next step. */
  readonly next: number;
}

const progressTable = (world: World): Table<Progress> => world.table('scenario');
const KEY = 'current';

/** Begins a scenario, or does nothing when the same one is under way or over. @throws Error for an unknown name */
export const startScenario = (world: World, name: string, nowMs: number): void => {
  scenarioNamed(name);
  if (progressTable(world).get(KEY)?.name === name) return;
  progressTable(world).put(KEY, { name, startedMs: nowMs, next: 0 });
};

/** Steps done and steps in all; undefined when no scenario was started. */
export const scenarioProgress = (world: World) => {
  const progress = progressTable(world).get(KEY);
  if (progress === undefined) return undefined;
  return { name: progress.name, done: progress.next, total: scenarioNamed(progress.name).steps.length };
};

const scenarioNamed = (name: string): Scenario => {
  const scenario = SCENARIOS.find((candidate) => candidate.name === name);
  if (scenario === undefined) {
    const known = SCENARIOS.map((candidate) => candidate.name).join(', ');
    throw new Error(`Cannot start scenario ${name}: there is no such one. Known are: ${known}.`);
  }
  return scenario;
};

/** The scenario under way as a thing with timers, like an AWS service without operations. */
export const createScenarioService = (world: World): AwsService => ({
  name: 'scenario',
  operations: {},
  dueAt: () => nextStep(world)?.dueMs,
  runDue: (nowMs) => {
    for (let step = nextStep(world); step !== undefined && step.dueMs <= nowMs; step = nextStep(world)) {
      perform(world, step.action, step.dueMs, step.id);
      // After the deed: a step done twice changes nothing, a step left out would spoil the story.
      progressTable(world).put(KEY, step.after);
    }
  },
});

const nextStep = (world: World) => {
  const progress = progressTable(world).get(KEY);
  if (progress === undefined) return undefined;
  const step = scenarioNamed(progress.name).steps[progress.next];
  if (step === undefined) return undefined;
  return {
    id: `${progress.name}-${progress.next}`,
    action: step.action,
    dueMs: progress.startedMs + step.atMs,
    after: { ...progress, next: progress.next + 1 },
  };
};

const perform = (world: World, action: ScenarioAction, nowMs: number, id: string): void => {
  switch (action.kind) {
    case 'break':
      breakUnlessBroken(world, action, nowMs);
      return;
    case 'fail-runbook': {
      const { kind: _kind, ...order } = action;
      makeRunbookFail(world, { ...order, id });
      return;
    }
  }
};

/** Somebody else may have broken it by hand: the scenario goes on. */
const breakUnlessBroken = (
  world: World,
  { what, account, region, rule }: Extract<ScenarioAction, { kind: 'break' }>,
  nowMs: number,
): void => {
  try {
    breakResource(world, what, { account, region, rule, nowMs });
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('Cannot break'))) throw error;
  }
};
