import { expect, it } from 'vitest';
import { assess } from '../../../domain/engine/assess.ts';
import { drainLane } from '../../../domain/engine/drain.ts';
import { policyBook } from '../../../domain/engine/policy-book.ts';
import { createSession } from '../../../domain/engine/session.ts';
import type { Engine } from '../../../domain/engine/tell.ts';
import { createExemptions } from '../../../domain/exemption/exemptions.ts';
import { caseId, findingId } from '../../../domain/finding.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import { type Compliance, PortError, type Ports } from '../../../domain/ports.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { createBatchStore } from '../../../infra/dynamodb/batch-store.ts';
import { tableClient } from '../../simulation/memory-table.ts';
import { aCase, finding } from '../../support/cases.ts';
import { memoryPorts } from '../../support/memory-engine.ts';

const LANE = { account: '222222222222', region: 'us-east-1' };
const UNASKED = 2;
const WAITING = 120;

const parsed = parsePolicy(
  `version: 1
entries:
  - name: versioning
    match: { rule: S3_BUCKET_VERSIONING_ENABLED }
    severity: medium
    mode: auto
    backlog: { resources: ${UNASKED} }
`,
  'policy.yml',
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const book = policyBook(parsed.policy);

/** 120 cases of one rule that wait in one lane, two of which may be started unasked. */
const flooded = async () => {
  const { ports: some, table, done } = memoryPorts();
  const ports: Ports = {
    ...some,
    batches: createBatchStore({
      client: tableClient(async (command) => table.execute(command)),
      tableName: 'cases',
    }),
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
  for (let n = 0; n < WAITING; n += 1) {
    const about = { ...finding, resourceId: `bucket-${n}` };
    const { assessment } = await assess(engine.assessor, about, aCase('queued').origin, LANE);
    const { outcome, severity, mode, terms } = assessment;
    if (outcome.kind !== 'planned') throw new Error(JSON.stringify(outcome));
    const { plan, planHash } = outcome;
    await ports.cases.open(
      aCase(
        'queued',
        { plan, planHash },
        { id: caseId(about, 1), findingId: findingId(about), finding: about, severity, mode, terms },
      ),
    );
  }
  const drained = async (changed: Partial<Ports> = {}, compliance: Partial<Compliance> = {}) => {
    const around: Ports = { ...ports, ...changed, compliance: { ...ports.compliance, ...compliance } };
    const drained: Engine = { ports: around, assessor: { ...engine.assessor, ports: around } };
    await ports.permits.noteWaiting(LANE, ports.clock.now());
    const session = createSession(around);
    await drainLane(drained, session, LANE, 'drainer');
    await session.flush();
  };
  const states = async () => {
    const counts: Record<string, number> = {};
    for await (const { state } of ports.cases.list({})) counts[state.name] = (counts[state.name] ?? 0) + 1;
    return counts;
  };
  return { ports, done, drained, states, starts: () => done.filter((what) => what === 'start').length };
};

const throttled = async (): Promise<never> => {
  throw new PortError('transient', 'ThrottlingException', 'somewhere', 'Rate exceeded');
};

it('asks for all that is too much in one batch, and reads the world for few of them', async () => {
  const { drained, states, starts, done, ports } = await flooded();
  await drained();
  expect(await states()).toEqual({ running: UNASKED, 'awaiting-approval': WAITING - UNASKED });
  expect(starts()).toBe(UNASKED);
  expect(await ports.batches.list()).toHaveLength(1);
  // Those that started, and the first that found out that there is a surplus.
  expect(done.filter((what) => what === 'read compliance')).toHaveLength(UNASKED + 1);
});

it('reads the stop switch and the scope of the rule for many at once', async () => {
  const { drained, ports } = await flooded();
  let controls = 0;
  let looks = 0;
  await drained({
    controls: {
      ...ports.controls,
      read: () => {
        controls += 1;
        return ports.controls.read();
      },
    },
    permits: {
      ...ports.permits,
      peekEach: (requests) => {
        looks += 1;
        return ports.permits.peekEach(requests);
      },
    },
  });
  expect({ controls, looks }).toEqual({ controls: UNASKED + 1 + 2, looks: 2 });
});

it('asks for none of which Config holds an exception, nor for one whose exceptions cannot be read', async () => {
  const { drained, states, starts } = await flooded();
  await drained(
    {},
    {
      remediationException: async (_, { resourceId }) => {
        if (resourceId.endsWith('7')) return { name: 'Config', owner: 'Config', reason: 'by hand' };
        return resourceId.endsWith('8') ? throttled() : undefined;
      },
    },
  );
  expect(await states()).toEqual({
    running: UNASKED,
    suppressed: WAITING / 10,
    held: WAITING / 10,
    'awaiting-approval': WAITING - UNASKED - WAITING / 5,
  });
  expect(starts()).toBe(UNASKED);
});

it.each([
  ['cases', (ports: Ports) => ({ cases: { ...ports.cases, getMany: throttled } })],
  ['the scope of the rule', (ports: Ports) => ({ permits: { ...ports.permits, peekEach: throttled } })],
])('asks for one after the other where %s cannot be read together', async (_, change) => {
  const { drained, states, starts, ports } = await flooded();
  await drained(change(ports));
  expect(await states()).toEqual({ running: UNASKED, 'awaiting-approval': WAITING - UNASKED });
  expect(starts()).toBe(UNASKED);
});

it('asks for nobody while everything is stopped', async () => {
  const { drained, states, starts, ports } = await flooded();
  await ports.controls.addStopSwitch({
    scope: { kind: 'everything' },
    who: 'ada',
    reason: 'trouble',
    since: ports.clock.now(),
  });
  await drained();
  expect([await states(), starts()]).toEqual([{ held: WAITING }, 0]);
});
