/** Batches on a table in memory, in a world that always answers that all is still broken. */
import { expect, it } from 'vitest';
import { listOf } from '../../../domain/batch.ts';
import { isOpen } from '../../../domain/case/case.ts';
import { membersOf } from '../../../domain/engine/batches.ts';
import { createEngine } from '../../../domain/engine/engine.ts';
import { policyBook } from '../../../domain/engine/policy-book.ts';
import type { Message } from '../../../domain/message.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import { type Due, PortError, type Ports } from '../../../domain/ports.ts';
import { epochMs, hourMs, instant, minuteMs, plusMs, secondMs } from '../../../domain/time.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { createBatchStore } from '../../../infra/dynamodb/batch-store.ts';
import { createCaseStore } from '../../../infra/dynamodb/case-store.ts';
import { createControlStore } from '../../../infra/dynamodb/control-store.ts';
import { createExemptionStore } from '../../../infra/dynamodb/exemption-store.ts';
import { createHealthStore } from '../../../infra/dynamodb/health-store.ts';
import { createPermitStore } from '../../../infra/dynamodb/permit-store.ts';
import { MemoryTable, tableClient } from '../../simulation/memory-table.ts';
import { NOW } from '../../support/cases.ts';
import { person } from '../../support/identities.ts';
import { plainMessages } from '../../support/messages.ts';

const CATALOG = loadCatalog();

const POLICY = (quorum: number) => `version: 1
limits: { lane: { concurrency: 80, start-interval: 1s } }
topics: { team: selfheal-team }
entries:
  - name: versioning
    match: { rule: S3_BUCKET_VERSIONING_ENABLED }
    severity: medium
    mode: auto
    backlog: { resources: 2, window: 1h }
    approval: { quorum: ${quorum}, expires: 4h }
    notify: [team]
`;

const worldOf = (quorum = 1) => {
  let nowMs = epochMs(NOW);
  const now = () => instant(nowMs);
  const table = new MemoryTable({ nowMs: () => nowMs });
  const inTable = { client: tableClient(async (command) => table.execute(command)), tableName: 'cases' };
  const parsed = parsePolicy(POLICY(quorum), 'policy.yml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const book = policyBook(parsed.policy);
  const sent: { readonly wake: Due; readonly atMs: number }[] = [];
  const started: string[] = [];
  const messages: Message[] = [];
  const compliant = new Set<string>();
  const silent = () => undefined;
  const ports: Ports = {
    cases: createCaseStore({ ...inTable, now }),
    batches: createBatchStore(inTable),
    ruleResources: { count: async () => 20 },
    permits: createPermitStore(inTable),
    controls: createControlStore(inTable),
    health: createHealthStore(inTable),
    exemptions: createExemptionStore(inTable),
    runbooks: {
      start: async (_plan, token, id) => {
        if (!started.includes(id)) started.push(id);
        return token;
      },
      read: async ({ document, documentVersion, parameters }, executionId) => ({
        executionId,
        status: 'at-work',
        statusText: 'InProgress',
        document,
        documentVersion,
        parameters,
      }),
      find: async () => undefined,
      stop: async () => undefined,
      defaultVersion: async () => '1',
    },
    compliance: {
      read: async (_, { resourceId }) => ({
        compliance: compliant.has(resourceId) ? 'COMPLIANT' : 'NON_COMPLIANT',
        recordedAt: compliant.has(resourceId) ? now() : plusMs(NOW, -minuteMs),
      }),
      remediationException: async () => undefined,
      requestEvaluation: async () => undefined,
      rule: async () => ({ owner: 'aws', identifier: 'S3_BUCKET_VERSIONING_ENABLED' }),
      tags: async () => ({}),
      lookup: async () => 'x',
    },
    announcer: {
      announce: async (_, message) => {
        if (message.attributes.batch !== undefined) messages.push(message);
      },
    },
    messages: plainMessages(),
    events: { publish: async () => undefined },
    wakes: {
      send: async (wakes) => {
        for (const { wake, delayMs } of wakes) sent.push({ wake, atMs: nowMs + delayMs });
      },
    },
    clock: {
      now,
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
  /** A process that remembers nothing. */
  const newEngine = (around: Partial<Ports> = {}) =>
    createEngine({
      ports: { ...ports, ...around },
      catalog: CATALOG,
      policy: () => book,
      globalLaneRegion: 'us-east-1',
    });
  let selfheal = newEngine();
  let drains = 0;
  /** Does what is due, minute by minute. */
  const advance = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      const untilMs = nowMs + minuteMs;
      await selfheal.tick();
      for (;;) {
        const next = sent.findIndex(({ atMs }) => atMs <= untilMs);
        const [due] = next < 0 ? [] : sent.splice(next, 1);
        if (due === undefined) break;
        nowMs = Math.max(nowMs, due.atMs);
        drains += 1;
        const settled = await selfheal.woken([
          { wake: due.wake, messageId: `m${drains}`, redelivered: false },
        ]);
        for (const one of settled) if (!one.ok && !(one.error instanceof PortError)) throw one.error;
      }
      nowMs = Math.max(nowMs, untilMs);
    }
  };
  const breaks = async (...names: readonly string[]) => {
    const settled = await selfheal.complianceReported(
      names.map((resourceId) => ({
        account: '222222222222',
        origin: {
          region: 'us-east-1',
          configRuleName: 's3-bucket-versioning-enabled',
          configRuleArn: 'arn:aws:config:us-east-1:222222222222:config-rule/config-rule-a1b2c3',
        },
        resourceType: 'AWS::S3::Bucket',
        resourceId,
        evaluation: { compliance: 'NON_COMPLIANT', recordedAt: now() },
        redelivered: false,
      })),
    );
    for (const one of settled) if (!one.ok) throw one.error;
  };
  const states = async () => {
    const found: Record<string, number> = {};
    for await (const { state } of ports.cases.list({})) found[state.name] = (found[state.name] ?? 0) + 1;
    return found;
  };
  const theBatch = async () => {
    const [batch] = await ports.batches.list();
    if (batch === undefined) throw new Error('there is no batch');
    return batch;
  };
  const decide = async (over: object = {}) => {
    const { id } = await theBatch();
    const { digest } = listOf(await membersOf(ports, id));
    return selfheal.decideBatch(id, {
      answer: 'approve',
      who: person('ada'),
      reason: 'planned',
      digest,
      ...over,
    });
  };
  return {
    ports,
    started,
    messages,
    compliant,
    advance,
    breaks,
    states,
    theBatch,
    decide,
    restart: (around?: Partial<Ports>) => {
      selfheal = newEngine(around);
    },
    jump: (ms: number) => {
      nowMs += ms;
    },
  };
};

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `bucket-${name}`);

it('starts two unasked, asks for the rest with one message, and starts the rest after one decision', async () => {
  const { advance, breaks, decide, messages, started, states, theBatch } = worldOf();
  await breaks(...NAMES);
  await advance(1);
  expect(started).toHaveLength(2);
  expect(await states()).toEqual({ running: 2, 'awaiting-approval': 4 });
  expect(messages).toEqual([]);
  await advance(10);
  expect(messages).toHaveLength(1);
  const { id, told } = await theBatch();
  expect(messages[0]?.subject).toBe('[MEDIUM] Approve 4 cases? S3_BUCKET_VERSIONING_ENABLED (backlog)');
  expect(messages[0]?.text).toContain(`selfheal batch approve ${id} --digest ${told?.list.digest}`);
  expect(await decide()).toEqual({ kind: 'done', batch: id, cases: 4 });
  await advance(2);
  expect(started).toHaveLength(6);
  expect(messages).toHaveLength(1);
});

it('says in the timeline of each case who decided on which batch', async () => {
  const { advance, breaks, decide, ports, theBatch } = worldOf();
  await breaks(...NAMES);
  await advance(4);
  await decide();
  await advance(1);
  const { id } = await theBatch();
  const whys: string[] = [];
  for await (const { timeline } of ports.cases.list({}))
    whys.push(...timeline.filter(({ who }) => who === 'ada').map(({ what, why }) => `${what}: ${why}`));
  expect(whys).toEqual(Array(4).fill(`approved: planned (batch ${id})`));
});

it('refuses a decision on a batch that is not as it was seen, and says what is different', async () => {
  const { advance, breaks, decide, started, theBatch } = worldOf();
  await breaks(...NAMES);
  await advance(4);
  const seen = (await theBatch()).told?.list.digest;
  await breaks('bucket-g', 'bucket-h');
  await advance(1);
  expect(await decide({ digest: seen })).toMatchObject({
    kind: 'refused',
    code: 'batch-changed',
    reason: expect.stringContaining('2 joined; 6 wait now'),
  });
  await advance(2);
  expect(started).toHaveLength(2);
});

it('covers only what waited when it was decided: who joins before it is carried out is asked for anew', async () => {
  const { advance, breaks, decide, messages, restart, started, states } = worldOf();
  await breaks(...NAMES);
  await advance(4);
  await decide();
  await breaks('bucket-g');
  await advance(2);
  expect(started).toHaveLength(6);
  expect(await states()).toMatchObject({ 'awaiting-approval': 1 });
  restart();
  await advance(10);
  expect(messages).toHaveLength(2);
  expect(started).toHaveLength(6);
});

it('lets what became compliant leave, and starts nothing for it', async () => {
  const { advance, breaks, compliant, decide, ports, started, theBatch } = worldOf();
  await breaks(...NAMES);
  await advance(4);
  const [healed] = await membersOf(ports, (await theBatch()).id);
  await decide();
  compliant.add(healed?.finding.resourceId ?? '');
  await advance(3);
  expect(started).toHaveLength(5);
  expect(started).not.toContain(healed?.id);
});

it('needs as many people as the terms say, and counts nobody twice', async () => {
  const { advance, breaks, decide, messages, started, states } = worldOf(2);
  await breaks(...NAMES);
  await advance(4);
  expect(await decide()).toMatchObject({ kind: 'done' });
  expect(await decide({ who: person('ada@example.com') })).toMatchObject({
    kind: 'refused',
    code: 'already-decided',
  });
  await advance(3);
  expect(started).toHaveLength(2);
  expect(await states()).toMatchObject({ 'awaiting-approval': 4 });
  expect(await decide({ who: person('grace') })).toMatchObject({ kind: 'done' });
  await advance(3);
  expect(started).toHaveLength(6);
  expect(messages).toHaveLength(1);
});

it('closes all with one no', async () => {
  const { advance, breaks, decide, started, states } = worldOf();
  await breaks(...NAMES);
  await advance(4);
  await decide({ answer: 'deny' });
  await advance(2);
  expect(await states()).toMatchObject({ denied: 4 });
  expect(started).toHaveLength(2);
});

it('refuses what no decision is: without a reason, without anything that waits, on a batch that is none', async () => {
  const { advance, breaks, decide, restart } = worldOf();
  await breaks(...NAMES);
  await advance(4);
  for (const reason of [' ', '...', '<why>'])
    expect(await decide({ reason })).toMatchObject({ code: 'reason-required' });
  await decide();
  await advance(2);
  restart();
  expect(await decide({ who: person('grace') })).toMatchObject({ code: 'nothing-to-decide' });
});

it('hands what nobody decided on over with one message, and reminds with one a day', async () => {
  const { advance, breaks, decide, jump, messages, ports, started } = worldOf();
  await breaks(...NAMES);
  await advance(4);
  jump(4 * hourMs + secondMs);
  expect(await decide()).toMatchObject({ code: 'approval-expired' });
  await advance(15);
  const waited: string[] = [];
  for await (const { state } of ports.cases.list({ status: 'needs-human' }))
    if (state.name === 'needs-human' && state.batch !== undefined) waited.push(state.code);
  expect(waited).toEqual(Array(4).fill('approval-expired'));
  expect(messages.map(({ attributes }) => attributes.kind)).toEqual([
    'batch-approval-requested',
    'batch-expired',
  ]);
  jump(25 * hourMs);
  await advance(3);
  expect(messages).toHaveLength(3);
  expect(started).toHaveLength(2);
});

it('carries a decision out to its end when the process that began with it is gone', async () => {
  const { advance, breaks, decide, ports, restart, started, theBatch } = worldOf();
  await breaks(...NAMES);
  await advance(4);
  let writes = 0;
  const dies = async (): Promise<never> => {
    throw new PortError('transient', 'InternalServerError', 'test', 'died');
  };
  restart({ cases: { ...ports.cases, replace: (c) => (++writes > 2 ? dies() : ports.cases.replace(c)) } });
  await decide();
  await advance(1);
  expect(started.length).toBeLessThan(6);
  expect((await theBatch()).decisions.map(({ covers }) => covers === undefined)).toEqual([false]);
  restart();
  await advance(5);
  expect(started).toHaveLength(6);
  expect((await theBatch()).decisions.map(({ covers }) => covers === undefined)).toEqual([true]);
});

it.each([
  ['throttled', new PortError('transient', 'ThrottlingException', 'dynamodb:UpdateItem', 'slow down')],
  ['denied', new PortError('terminal', 'AccessDeniedException', 'dynamodb:UpdateItem', 'not you')],
  ['answered with nonsense', new TypeError('reading undefined')],
])('starts nothing and asks for nothing when the batch cannot be written: %s', async (_, error) => {
  const { advance, breaks, ports, restart, started } = worldOf();
  const join = async (): Promise<never> => {
    throw error;
  };
  restart({ batches: { ...ports.batches, join } });
  await breaks(...NAMES);
  await advance(2);
  expect(started).toHaveLength(2);
  const held: string[] = [];
  for await (const { state } of ports.cases.list({ status: 'held' }))
    if (isOpen(state) && state.name === 'held') held.push(state.detail);
  expect(held).toEqual(Array(4).fill(expect.stringContaining('people could not be asked')));
});
