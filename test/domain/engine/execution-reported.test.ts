/**
 * The event that an execution has ended finds its case in an index, which may show the case as it was some writes
 * ago. What is done on such a copy must be what would be done on the case as it is.
 */
import { describe, expect, it } from 'vitest';
import type { Case, StateName } from '../../../domain/case/case.ts';
import type { ExecutionReport } from '../../../domain/case/observation.ts';
import { createEngine } from '../../../domain/engine/engine.ts';
import { policyBook } from '../../../domain/engine/policy-book.ts';
import { resourceKey } from '../../../domain/finding.ts';
import { attemptToken } from '../../../domain/permit.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import type { Ports } from '../../../domain/ports.ts';
import { epochMs, hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { createBatchStore } from '../../../infra/dynamodb/batch-store.ts';
import { createCaseStore } from '../../../infra/dynamodb/case-store.ts';
import { createControlStore } from '../../../infra/dynamodb/control-store.ts';
import { createExemptionStore } from '../../../infra/dynamodb/exemption-store.ts';
import { createHealthStore } from '../../../infra/dynamodb/health-store.ts';
import { createPermitStore } from '../../../infra/dynamodb/permit-store.ts';
import { MemoryTable, tableClient } from '../../simulation/memory-table.ts';
import { aCase, EXECUTION, finding, NOW, plan, states } from '../../support/cases.ts';
import { plainMessages } from '../../support/messages.ts';

const SCOPE = 'lane#222222222222/us-east-1';
const SECOND_EXECUTION = '22222222-2222-4333-8444-555555555555';
const report: ExecutionReport = {
  executionId: EXECUTION,
  status: 'succeeded',
  statusText: 'Success',
  endedAt: plusMs(NOW, minuteMs),
  document: plan.document,
  documentVersion: plan.documentVersion,
  parameters: plan.parameters,
};
const ANSWERS: readonly (ExecutionReport | undefined)[] = [
  report,
  { ...report, status: 'failed', statusText: 'Failed' },
  { ...report, status: 'ended-by-human', statusText: 'Cancelled' },
  { ...report, status: 'at-work', statusText: 'InProgress' },
  { ...report, status: 'unknown', statusText: 'Odd' },
  undefined,
];

/** selfheal on a table whose indexes stay behind from the second write on. */
const behind = async (fresh: Case, answer: ExecutionReport | undefined, now: string) => {
  let lagMs = 0;
  const table = new MemoryTable({ nowMs: () => epochMs(now), lagMs: () => lagMs });
  const inTable = { client: tableClient(async (command) => table.execute(command)), tableName: 'cases' };
  const policy = parsePolicy('version: 1\nentries: []\n', 'policy.yml');
  if (!policy.ok) throw new Error(JSON.stringify(policy.problems));
  const book = policyBook(policy.policy);
  const done: string[] = [];
  const doing =
    <T>(what: string, answered: T) =>
    async (): Promise<T> => {
      done.push(what);
      return answered;
    };
  const ports: Ports = {
    cases: createCaseStore({ ...inTable, now: () => now }),
    batches: createBatchStore(inTable),
    ruleResources: { count: async () => 20 },
    permits: createPermitStore(inTable),
    controls: createControlStore(inTable),
    health: createHealthStore(inTable),
    exemptions: createExemptionStore(inTable),
    runbooks: {
      start: doing('start', SECOND_EXECUTION),
      read: doing('read', answer),
      find: doing('find', undefined),
      stop: doing('stop', undefined),
      defaultVersion: doing('defaultVersion', '1'),
    },
    compliance: {
      read: doing('read compliance', undefined),
      requestEvaluation: doing('request evaluation', undefined),
      rule: doing('rule', { owner: 'aws', identifier: 'S3_BUCKET_VERSIONING_ENABLED' } as const),
      tags: doing('tags', {}),
      remediationException: doing('remediationException', undefined),
      lookup: doing('lookup', 'x'),
    },
    announcer: { announce: doing('announce', undefined) },
    messages: plainMessages(),
    events: { publish: doing('publish', undefined) },
    wakes: { send: doing('wake', undefined) },
    clock: { now: () => now, sleep: doing('sleep', undefined) },
    random: () => 0.5,
    roles: { executorRoleArn: () => 'arn:executor', automationRoleArn: () => 'arn:automation' },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    metrics: { count: () => undefined, gauge: () => undefined, time: () => undefined },
  };
  const engine = createEngine({
    ports,
    catalog: {
      runbook: () => undefined,
      forRule: () => undefined,
      rule: () => undefined,
      runbooks: [],
      guides: [],
    },
    policy: () => book,
    globalLaneRegion: 'us-east-1',
  });
  const holds = (attempt: number) =>
    ports.permits.acquire({
      scopes: [{ id: SCOPE, concurrencyMax: 80 }],
      resourceKey: resourceKey(finding),
      holder: attemptToken(fresh.id, attempt),
      now,
      expiresAt: plusMs(now, hourMs),
      queueUp: false,
    });

  await ports.cases.open(aCase('running'));
  lagMs = hourMs;
  for (let version = 2; version <= fresh.version; version += 1)
    await ports.cases.replace({ ...fresh, version });
  return { engine, ports, done, holds };
};

const AT = { 'in time': plusMs(NOW, 2 * minuteMs), 'after all patience': plusMs(NOW, 3 * hourMs) };
const OTHERS = (Object.keys(states) as StateName[]).filter((name) => name !== 'running');

describe.each(Object.entries(AT))('an execution that was reported %s', (_, now) => {
  it.each(OTHERS)('changes nothing of a case that is %s by now, and orders nothing', async (name) => {
    for (const answer of ANSWERS) {
      const fresh = aCase(name, {}, { version: 4, attempts: 1 });
      const { engine, ports, done } = await behind(fresh, answer, now);
      expect((await ports.cases.byExecution(EXECUTION))?.state.name).toBe('running');
      expect(await engine.executionReported([{ executionId: EXECUTION, status: 'Success' }])).toEqual([
        { ok: true, value: undefined },
      ]);
      expect(await ports.cases.get(fresh.id)).toEqual(fresh);
      expect(done).toEqual(['read']);
    }
  });

  it('leaves the next attempt alone, and its permit', async () => {
    for (const answer of ANSWERS) {
      const fresh = aCase(
        'running',
        { attempt: 2, clientToken: attemptToken(aCase('running').id, 2), executionId: SECOND_EXECUTION },
        { version: 7, attempts: 2 },
      );
      const { engine, ports, done, holds } = await behind(fresh, answer, now);
      expect((await holds(2)).kind).toBe('granted');
      await engine.executionReported([{ executionId: EXECUTION, status: 'Success' }]);
      expect(await ports.cases.get(fresh.id)).toEqual(fresh);
      expect(done).toEqual(['read']);
      expect((await holds(3)).kind).not.toBe('granted');
    }
  });

  it('decides on the case as it is when it runs on, but was written meanwhile', async () => {
    const fresh = aCase('running', { stopRequestedAt: NOW }, { version: 3, attempts: 1 });
    const cancelled = ANSWERS[2];
    const { engine, ports } = await behind(fresh, cancelled, now);
    await engine.executionReported([{ executionId: EXECUTION, status: 'Cancelled' }]);
    // A person is told of what another person ended: this one was ended by selfheal, and is tried again.
    expect(await ports.cases.get(fresh.id)).toMatchObject({ version: 4, state: { name: 'held' } });
  });
});
