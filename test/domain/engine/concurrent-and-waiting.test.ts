import { expect, it } from 'vitest';
import { assess } from '../../../domain/engine/assess.ts';
import { drainLane } from '../../../domain/engine/drain.ts';
import { reportCompliance } from '../../../domain/engine/intake.ts';
import { policyBook } from '../../../domain/engine/policy-book.ts';
import { createSession } from '../../../domain/engine/session.ts';
import { type Engine, tell } from '../../../domain/engine/tell.ts';
import { createExemptions } from '../../../domain/exemption/exemptions.ts';
import { caseId, findingId } from '../../../domain/finding.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import type { Due, Ports } from '../../../domain/ports.ts';
import { epochMs, hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { createBatchStore } from '../../../infra/dynamodb/batch-store.ts';
import { createCaseStore } from '../../../infra/dynamodb/case-store.ts';
import { createControlStore } from '../../../infra/dynamodb/control-store.ts';
import { createExemptionStore } from '../../../infra/dynamodb/exemption-store.ts';
import { createHealthStore } from '../../../infra/dynamodb/health-store.ts';
import { createPermitStore } from '../../../infra/dynamodb/permit-store.ts';
import { MemoryTable, tableClient } from '../../simulation/memory-table.ts';
import { aCase, evaluation, finding, NOW } from '../../support/cases.ts';
import { plainMessages } from '../../support/messages.ts';

const LANE = { account: '222222222222', region: 'us-east-1' };
const RULE_SCOPE = 'rule#S3_BUCKET_VERSIONING_ENABLED';
const AUTO = `version: 1
entries:
  - name: versioning
    match: { rule: S3_BUCKET_VERSIONING_ENABLED }
    severity: medium
    mode: auto
`;

/** The engine on a table in memory, with a world that always answers that all is still broken. */
const engineOn = (policyText = AUTO) => {
  let nowMs = epochMs(NOW);
  const now = () => new Date(nowMs).toISOString();
  const table = new MemoryTable({ nowMs: () => nowMs, lagMs: () => 0, onWrite: () => undefined });
  const inTable = { client: tableClient(async (command) => table.execute(command)), tableName: 'cases' };
  const parsed = parsePolicy(policyText, 'policy.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const book = policyBook(parsed.policy);
  const sent: { wake: Due; delayMs: number }[] = [];
  const started: string[] = [];
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
      start: async (_plan, _token, id) => `1111111${started.push(id)}-2222-4333-8444-555555555555`,
      read: async () => undefined,
      find: async () => undefined,
      stop: async () => undefined,
      defaultVersion: async () => '1',
    },
    compliance: {
      read: async () => evaluation('NON_COMPLIANT', plusMs(NOW, -minuteMs)),
      requestEvaluation: async () => undefined,
      rule: async () => ({ owner: 'aws', identifier: 'S3_BUCKET_VERSIONING_ENABLED' }),
      tags: async () => ({}),
      remediationException: async () => undefined,
      lookup: async () => 'x',
    },
    announcer: { announce: async () => undefined },
    messages: plainMessages(),
    events: { publish: async () => undefined },
    wakes: { send: async (wakes) => void sent.push(...wakes) },
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
  const engine: Engine = {
    ports,
    assessor: {
      catalog: loadCatalog(),
      policy: () => book,
      exemptions: createExemptions(ports.exemptions),
      ports,
    },
  };

  /** A case that waits in the lane, on the terms of today's policy or on older ones. */
  const waits = async (resourceId: string, onOldTerms = false) => {
    const about = { ...finding, resourceId };
    const { assessment } = await assess(engine.assessor, about, aCase('queued').origin, LANE);
    if (assessment.outcome.kind !== 'planned') throw new Error(JSON.stringify(assessment.outcome));
    const { plan, planHash } = assessment.outcome;
    const { severity, mode, terms } = assessment;
    const id = caseId(about, 1);
    const head = { id, findingId: findingId(about), finding: about };
    await ports.cases.open(
      aCase('queued', { plan, planHash }, onOldTerms ? head : { ...head, severity, mode, terms }),
    );
    return id;
  };
  const drain = async (name: string) => {
    await ports.permits.noteWaiting(LANE, ports.clock.now());
    const session = createSession(ports);
    await drainLane(engine, session, LANE, name);
    await session.flush();
  };
  /** Somebody in another lane takes what the rule has to give. */
  const ruleIsTaken = (limit: { concurrencyMax?: number; startIntervalMs?: number }) =>
    ports.permits.acquire({
      scopes: [{ id: RULE_SCOPE, ...limit }],
      resourceKey: 'other',
      holder: 'elsewhere',
      now: NOW,
      expiresAt: plusMs(NOW, hourMs),
      queueUp: false,
    });
  return { engine, ports, sent, started, waits, drain, ruleIsTaken };
};

const limitedOnly = (limit: string) => `version: 1
entries:
  - name: limited
    match: { rule: S3_BUCKET_VERSIONING_ENABLED, resourceId: [{ prefix: limited- }] }
    severity: high
    mode: auto
    limits: { rule: ${limit} }
${AUTO.slice(AUTO.indexOf('  - name'))}`;

it('opens the next case when what is broken was reported while its case was being closed', async () => {
  const { engine, ports } = engineOn();
  const open = aCase('verifying');
  await ports.cases.open(open);
  const { replace } = ports.cases;
  let raced = false;
  ports.cases.replace = async (written) => {
    if (!raced) {
      raced = true;
      const compliant = evaluation('COMPLIANT', plusMs(NOW, 30_000));
      await tell(engine, createSession(ports), open, {
        kind: 'evaluated',
        via: 'read',
        evaluation: compliant,
      });
    }
    return replace(written);
  };
  const report = {
    account: finding.account,
    origin: open.origin,
    resourceType: finding.resourceType,
    resourceId: finding.resourceId,
    evaluation: evaluation('NON_COMPLIANT', plusMs(NOW, 40_000)),
    redelivered: false,
  };
  await reportCompliance(engine, createSession(ports), report, { globalLaneRegion: 'us-east-1' });
  expect((await ports.cases.newestOf(findingId(finding)))?.number).toBe(2);
});

it('passes over cases whose rule is full, however many, and starts the next', async () => {
  const { drain, ruleIsTaken, started, waits } = engineOn(limitedOnly('{ concurrency: 1 }'));
  await ruleIsTaken({ concurrencyMax: 1 });
  for (let n = 0; n < 30; n += 1) await waits(`limited-${n}`);
  const free = await waits('free-bucket');
  await drain('d1');
  expect(started).toEqual([free]);
});

it('looks after a slot that is ten minutes away when it comes, not before', async () => {
  const { drain, ruleIsTaken, ports, sent, started, waits } = engineOn(
    limitedOnly('{ start-interval: 10m }'),
  );
  await ruleIsTaken({ startIntervalMs: 10 * minuteMs });
  await waits('limited-bucket');
  await drain('d1');
  expect(started).toEqual([]);
  const delays = sent.flatMap(({ wake, delayMs }) => ('lane' in wake ? [delayMs] : []));
  expect(delays).toEqual([epochMs(NOW) + 10 * minuteMs - epochMs(ports.clock.now())]);
});

it('holds what was queued before to limits that the policy has tightened since', async () => {
  const { drain, started, waits } = engineOn(
    AUTO.replace('entries:', 'limits: { organization: { concurrency: 1 } }\nentries:'),
  );
  await waits('bucket-a', true);
  await waits('bucket-b', true);
  await drain('d1');
  expect(started).toHaveLength(1);
});
