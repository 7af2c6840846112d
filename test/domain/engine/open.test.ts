/** A case that may start at once is written for the first time as `starting`. Whatever comes in between, it starts once. */
import { expect, it } from 'vitest';
import { reportCompliance } from '../../../domain/engine/intake.ts';
import { policyBook } from '../../../domain/engine/policy-book.ts';
import { createSession, type Session } from '../../../domain/engine/session.ts';
import type { Engine } from '../../../domain/engine/tell.ts';
import { createExemptions } from '../../../domain/exemption/exemptions.ts';
import { caseId, findingId, resourceKey } from '../../../domain/finding.ts';
import { attemptToken } from '../../../domain/permit.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import { PortError, type Ports } from '../../../domain/ports.ts';
import { hourMs, plusMs } from '../../../domain/time.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { aCase, evaluation, finding, NOW } from '../../support/cases.ts';
import { memoryPorts } from '../../support/memory-engine.ts';

const ID = caseId(finding, 1);
const LANE_SCOPE = 'lane#222222222222/us-east-1';
const catalog = loadCatalog();

const engineOn = (runbooks: Partial<Ports['runbooks']> = {}) => {
  const memory = memoryPorts({ runbooks });
  const { ports } = memory;
  const parsed = parsePolicy(
    `version: 1
entries:
  - name: versioning
    match: { rule: S3_BUCKET_VERSIONING_ENABLED }
    severity: medium
    mode: auto
    retry: { attempts: 2 }
`,
    'policy.yml',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const book = policyBook(parsed.policy);
  const engine: Engine = {
    ports,
    assessor: { catalog, policy: () => book, exemptions: createExemptions(ports.exemptions), ports },
  };
  /** Config's event comes, for the first time or again. */
  const comes = async (redelivered = false, broken: Partial<Session> = {}) => {
    const session = { ...createSession(ports), ...broken };
    const report = {
      account: finding.account,
      origin: aCase('queued').origin,
      resourceType: finding.resourceType,
      resourceId: finding.resourceId,
      evaluation: evaluation('NON_COMPLIANT', plusMs(NOW, -1_000)),
      redelivered,
    };
    await reportCompliance(engine, session, report, { globalLaneRegion: 'us-east-1' });
    await session.flush();
  };
  const theCase = async () => {
    const found = await ports.cases.newestOf(findingId(finding));
    if (found === undefined) throw new Error('there is no case');
    return found;
  };
  const starts = () => memory.done.filter((what) => what === 'start').length;
  const holder = () => {
    const lane = memory.table.item(`scope#${LANE_SCOPE}`, 'scope') ?? {};
    const lease = Object.entries(lane).find(([name]) => name.startsWith('lease#'))?.[1];
    return (lease as { holder: string } | undefined)?.holder;
  };
  return { ...memory, comes, theCase, starts, holder };
};

/** Once, instead of a store's own answer to the first write of the case. */
const atFirstWrite = ({ cases }: Ports, instead: () => Promise<void>): void => {
  const { open } = cases;
  cases.open = async (opened) => {
    cases.open = open;
    await instead();
    return open(opened);
  };
};

it('writes both steps at once, with an entry each, and says that it opened as starting', async () => {
  const { ports, comes, theCase, starts, published } = engineOn();
  const written: string[] = [];
  const { open, replace } = ports.cases;
  ports.cases.open = async (opened) => {
    written.push(`opened as ${opened.state.name}`);
    return open(opened);
  };
  ports.cases.replace = async (changed) => {
    written.push(changed.state.name);
    return replace(changed);
  };
  await comes();
  expect(written).toEqual(['opened as starting', 'running']);
  expect(starts()).toBe(1);
  const { version, timeline } = await theCase();
  expect(version).toBe(3);
  expect(timeline.map(({ what, state }) => `${what}: ${state}`)).toEqual([
    'reported-non-compliant: queued',
    'queued: queued',
    'attempt-intended: starting',
    'attempt-started: running',
  ]);
  expect(published.map(({ from, to, caseVersion }) => `${from} > ${to} ${caseVersion}`)).toEqual([
    'null > starting 2',
    'starting > running 3',
  ]);
});

it('starts once when the same finding comes twice at the same time, and leaves the other its permit', async () => {
  const { ports, comes, theCase, starts, holder } = engineOn();
  atFirstWrite(ports, () => comes());
  await comes();
  expect(starts()).toBe(1);
  expect((await theCase()).state.name).toBe('running');
  expect(holder()).toBe(attemptToken(ID, 1));
});

it('leaves the permit to the other also when the other has only queued', async () => {
  const { ports, comes, theCase, starts, holder } = engineOn();
  atFirstWrite(ports, async () => {
    const { acquire } = ports.permits;
    ports.permits.acquire = async () => ({ kind: 'full', scope: LANE_SCOPE });
    await comes();
    ports.permits.acquire = acquire;
  });
  await comes();
  expect(starts()).toBe(0);
  expect((await theCase()).state.name).toBe('queued');
  expect(holder()).toBe(attemptToken(ID, 1));
  await comes(true);
  expect(starts()).toBe(1);
});

it('gives the permit back when the other is past this attempt', async () => {
  const { ports, comes, theCase, starts, holder } = engineOn();
  const past = aCase('needs-human', {}, { attempts: 1 });
  atFirstWrite(ports, async () => {
    await ports.cases.open(past);
  });
  await comes();
  expect(starts()).toBe(0);
  expect((await theCase()).state.name).toBe('needs-human');
  expect(holder()).toBeUndefined();
});

it('finds that it holds the permit already when it died before the write and its message comes again', async () => {
  const { ports, comes, theCase, starts, holder } = engineOn();
  atFirstWrite(ports, async () => {
    throw new Error('killed');
  });
  await expect(comes()).rejects.toThrow('killed');
  expect(await ports.cases.newestOf(findingId(finding))).toBeUndefined();
  expect(holder()).toBe(attemptToken(ID, 1));
  await comes(true);
  expect(starts()).toBe(1);
  expect((await theCase()).state.name).toBe('running');
});

it('is written as queued, and told, when a check says no', async () => {
  const { ports, comes, theCase, starts, published, holder } = engineOn();
  await ports.controls.addStopSwitch({
    scope: { kind: 'everything' },
    who: 'ada',
    reason: 'now',
    since: NOW,
  });
  await comes();
  expect(starts()).toBe(0);
  expect((await theCase()).state).toMatchObject({ name: 'held', reason: 'stop-switch' });
  expect(published.map(({ from, to }) => `${from} > ${to}`)).toEqual(['null > queued', 'queued > held']);
  expect(holder()).toBeUndefined();
});

it('is written as queued, and waits in its lane, when the permit must be waited for', async () => {
  const { ports, comes, theCase, starts, published, table } = engineOn();
  await ports.permits.acquire({
    scopes: [{ id: LANE_SCOPE }],
    resourceKey: resourceKey(finding),
    holder: 'somebody else',
    now: NOW,
    expiresAt: plusMs(NOW, hourMs),
    queueUp: false,
  });
  await comes();
  expect(starts()).toBe(0);
  expect((await theCase()).state.name).toBe('queued');
  expect(published.map(({ from, to }) => `${from} > ${to}`)).toEqual(['null > queued']);
  expect(table.item(`scope#${LANE_SCOPE}`, 'scope')?.waitedFor).toBe(true);
});

it('is written as queued, and held, when the permit cannot be asked for', async () => {
  const { ports, comes, theCase, starts } = engineOn();
  ports.permits.acquire = async () => {
    throw new PortError('transient', 'Throttled', 'dynamodb:UpdateItem', 'slow down');
  };
  await comes();
  expect(starts()).toBe(0);
  expect((await theCase()).state).toMatchObject({ name: 'held', reason: 'check-failed' });
});

it('is written also when seeking its start is broken, which is told then', async () => {
  const { comes, theCase, starts } = engineOn();
  const broken = { inTurnOf: () => Promise.reject(new Error('a bug')) };
  await expect(comes(false, broken)).rejects.toThrow('a bug');
  expect(starts()).toBe(0);
  expect((await theCase()).state.name).toBe('queued');
  await comes(true);
  expect(starts()).toBe(1);
});
