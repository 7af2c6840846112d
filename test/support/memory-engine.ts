/** The engine's ports on a table in memory, with a world that always answers that all is still broken. */
import type { Ports } from '../../domain/ports.ts';
import { epochMs, minuteMs, plusMs } from '../../domain/time.ts';
import { createCaseStore } from '../../infra/dynamodb/case-store.ts';
import { createControlStore } from '../../infra/dynamodb/control-store.ts';
import { createExemptionStore } from '../../infra/dynamodb/exemption-store.ts';
import { createHealthStore } from '../../infra/dynamodb/health-store.ts';
import { createPermitStore } from '../../infra/dynamodb/permit-store.ts';
import { MemoryTable, tableClient } from '../simulation/memory-table.ts';
import { evaluation, NOW } from './cases.ts';
import { plainMessages } from './messages.ts';

export interface MemoryPorts {
  readonly ports: Ports;
  /** What was done in the world, or asked of it, in order. */
  readonly done: string[];
  readonly published: Parameters<Ports['events']['publish']>[0][number][];
  readonly table: MemoryTable;
  /** How far the indexes stay behind from now on, in ms. */
  lag(ms: number): void;
}

export const memoryPorts = ({
  now = NOW,
  runbooks = {},
}: {
  readonly now?: string;
  readonly runbooks?: Partial<Ports['runbooks']>;
} = {}): MemoryPorts => {
  let nowMs = epochMs(now);
  let lagMs = 0;
  const clock = () => new Date(nowMs).toISOString();
  const table = new MemoryTable({ nowMs: () => nowMs, lagMs: () => lagMs });
  const inTable = { client: tableClient(async (command) => table.execute(command)), tableName: 'cases' };
  const done: string[] = [];
  const published: MemoryPorts['published'] = [];
  const doing =
    <A extends readonly unknown[], T>(what: string, answer: (...given: A) => Promise<T>) =>
    (...given: A): Promise<T> => {
      done.push(what);
      return answer(...given);
    };
  const known = <T>(what: string, answered: T) => doing(what, async (): Promise<T> => answered);
  const silent = () => undefined;
  const ssm: Ports['runbooks'] = {
    start: async () => '11111111-2222-4333-8444-555555555555',
    read: async () => undefined,
    find: async () => undefined,
    stop: async () => undefined,
    defaultVersion: async () => '1',
    ...runbooks,
  };
  // What the tests on it do not need is left out.
  const some: Partial<Ports> = {
    cases: createCaseStore({ ...inTable, now: clock }),
    permits: createPermitStore(inTable),
    controls: createControlStore(inTable),
    health: createHealthStore(inTable),
    exemptions: createExemptionStore(inTable),
    runbooks: {
      start: doing('start', ssm.start),
      read: doing('read', ssm.read),
      find: doing('find', ssm.find),
      stop: doing('stop', ssm.stop),
      defaultVersion: ssm.defaultVersion,
    },
    compliance: {
      read: known('read compliance', evaluation('NON_COMPLIANT', plusMs(now, -minuteMs))),
      requestEvaluation: known('request evaluation', undefined),
      rule: async () => ({ owner: 'aws', identifier: 'S3_BUCKET_VERSIONING_ENABLED' }),
      tags: async () => ({}),
      lookup: async () => 'x',
      remediationException: async () => undefined,
    },
    announcer: { announce: known('announce', undefined) },
    messages: plainMessages(),
    events: { publish: async (changes) => void published.push(...changes) },
    wakes: { send: known('wake', undefined) },
    clock: {
      now: clock,
      sleep: async (ms) => {
        nowMs += ms;
      },
    },
    random: () => 0.5,
    roles: {
      executorRoleArn: (account) => `arn:aws:iam::${account}:role/selfheal-executor`,
      automationRoleArn: (account, document) => `arn:aws:iam::${account}:role/selfheal-${document}`,
    },
    log: { info: silent, warn: silent, error: silent },
    metrics: { count: silent, gauge: silent, time: silent },
  };
  return {
    ports: some as Ports,
    done,
    published,
    table,
    lag: (ms) => {
      lagMs = ms;
    },
  };
};
