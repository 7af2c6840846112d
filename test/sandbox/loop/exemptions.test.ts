/**
 * What somebody has exempted is not started, whoever said so and whenever: counted in the sandbox's SSM. When that
 * lapses, or is taken away, what is still broken is taken up again (invariant 11).
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import { addExemption, removeExemption } from '../../../domain/exemption/change-exemptions.ts';
import { PortError, type Ports } from '../../../domain/ports.ts';
import { epochMs, hourMs, minuteMs, plusMs, secondMs } from '../../../domain/time.ts';
import { executions } from '../../../sandbox/services/ssm/execution.ts';
import { breakResource } from '../../../sandbox/world/admin.ts';
import { type DrivenWorld, drivenWorld, START } from '../../support/driven-world.ts';

const BUCKET = 'shop-prod-invoices-us-east-1';
const LANE = { account: '222222222222', region: 'us-east-1' };
const RULE = 'S3_BUCKET_VERSIONING_ENABLED';

let world: DrivenWorld;
let around: (ports: Ports) => Partial<Ports> = () => ({});
afterEach(() => world.close());

const begin = async (policyFile = 'policy.yml', stepMs = 2 * minuteMs) => {
  around = () => ({});
  const decorate = (ports: Ports): Ports => {
    const deferred = <K extends 'exemptions' | 'compliance' | 'cases'>(key: K): Ports[K] =>
      new Proxy(ports[key], { get: (_, name) => ({ ...ports[key], ...around(ports)[key] })[name as never] });
    return {
      ...ports,
      exemptions: deferred('exemptions'),
      compliance: deferred('compliance'),
      cases: deferred('cases'),
    };
  };
  world = await drivenWorld({ stepMs, policyFile, decorate });
};
const breakBucket = () => {
  const { sandbox } = world;
  breakResource(sandbox.world, BUCKET, { ...LANE, rule: RULE, nowMs: sandbox.clock.nowMs() });
  sandbox.wake();
};
const started = () => executions(world.sandbox.world).size;
const theCases = async (): Promise<readonly Case[]> =>
  [...(await world.cases())].sort((left, right) => left.number - right.number);
const newest = async () => (await theCases()).at(-1);
const exempt = (match: unknown, expires = '2026-11-21T05:00') =>
  addExemption(
    world.app.ports,
    world.app.policy().policy,
    { name: 'by-hand', match, owner: 'shop-team', reason: 'a test', expires },
    'ada',
  );

describe('an exemption of the policy', () => {
  it('holds everything back until it lapses; then what is still broken is healed as its next case', async () => {
    await begin('test/fixtures/policies/exemptions.yml');
    breakBucket();
    await world.advance(5 * minuteMs);
    expect(started()).toBe(0);
    const [suppressed] = await theCases();
    expect(suppressed?.state).toMatchObject({
      name: 'suppressed',
      exemption: 'until-four',
      until: '2026-11-21T04:00:00.000Z',
    });
    // Closed it is, however it is looked after.
    expect(await world.cases({ status: 'open' })).toEqual([]);
    expect(await world.cases({ status: 'closed' })).toHaveLength(1);
    await world.advance(epochMs('2026-11-21T04:00:00.000Z') - epochMs(world.now()) - 2 * minuteMs);
    expect(started()).toBe(0);
    await world.until(async () => (await newest())?.state.name === 'resolved', 15 * minuteMs);
    const [first, second, ...more] = await theCases();
    expect(more).toEqual([]);
    expect(second).toMatchObject({ number: 2, origin: first?.origin });
    // Config has said nothing new: the same evaluation opened both.
    expect(second?.timeline[0]).toMatchObject({ who: 'config', what: 'reported-non-compliant' });
    expect(first?.timeline.at(-1)).toMatchObject({ what: 'exemption-over', state: 'suppressed' });
    expect(first?.state).not.toHaveProperty('reviewAt');
    expect(started()).toBe(1);
  });
});

describe('an exemption that a person adds', () => {
  it('between the intent to start and the start holds the start back', async () => {
    await begin('policy.yml', 10 * secondMs);
    let added = false;
    const addedOnceIntended = async ({ state }: Case, written: Promise<boolean>) => {
      if (!(await written)) return false;
      if (state.name === 'starting' && !added) {
        added = true;
        world.sandbox.advanceBy(4 * secondMs);
        expect(await exempt({ resourceId: [BUCKET] })).toMatchObject({ kind: 'in-force' });
      }
      return true;
    };
    around = (ports) => ({
      cases: {
        ...ports.cases,
        open: (opened) => addedOnceIntended(opened, ports.cases.open(opened)),
        replace: (changed) => addedOnceIntended(changed, ports.cases.replace(changed)),
      },
    });
    breakBucket();
    await world.advance(15 * minuteMs);
    expect(added).toBe(true);
    expect(started()).toBe(0);
    expect((await newest())?.state).toMatchObject({ name: 'suppressed', exemption: 'by-hand' });
  });

  it('between the decision and the checks, to a process that has loaded before, is found; removed, it heals', async () => {
    await begin();
    const stop = { scope: { kind: 'everything' } as const, who: 'ada', reason: 'wait', since: START };
    await world.app.ports.controls.addStopSwitch(stop);
    breakBucket();
    await world.until(async () => (await newest())?.state.name === 'held', 5 * minuteMs);
    expect(await exempt({ rule: [RULE], account: [LANE.account] })).toMatchObject({ kind: 'in-force' });
    await world.app.ports.controls.removeStopSwitch(stop.scope);
    await world.until(async () => (await newest())?.state.name === 'suppressed', 20 * minuteMs);
    expect(started()).toBe(0);

    // Another change that does not concern it leaves it alone.
    const other = { name: 'other', match: { region: ['eu-central-1'] }, owner: 'x', reason: 'x' };
    await addExemption(
      world.app.ports,
      world.app.policy().policy,
      { ...other, expires: '2026-12-01' },
      'ada',
    );
    await world.advance(3 * minuteMs);
    expect(await theCases()).toHaveLength(1);

    expect(await removeExemption(world.app.ports, 'by-hand')).toEqual({ kind: 'removed' });
    await world.until(async () => (await newest())?.state.name === 'resolved', 15 * minuteMs);
    expect((await newest())?.number).toBe(2);
    expect(started()).toBe(1);
  });

  it('and that cannot be read any more keeps back what it may cover, and says which', async () => {
    await begin();
    const spoilt = { name: 'spoilt', match: { resuorce: [BUCKET] }, owner: 'ada', reason: 'x', who: 'ada' };
    const put = (match: unknown) =>
      world.app.ports.exemptions.put({ ...spoilt, match, since: START, expiresAt: plusMs(START, hourMs) });
    await put(spoilt.match);
    breakBucket();
    await world.advance(5 * minuteMs);
    expect(started()).toBe(0);
    const held = await newest();
    expect(held?.state).toMatchObject({ name: 'held', reason: 'check-failed' });
    expect(held?.timeline.at(-1)?.why).toContain('exemption "spoilt" cannot be read');
    await removeExemption(world.app.ports, 'spoilt');
    await world.until(async () => (await newest())?.state.name === 'resolved', 30 * minuteMs);
  });
});

describe('an exception that Config holds', () => {
  const KEYS = {
    ConfigRuleName: 's3-bucket-versioning-enabled',
    ResourceKeys: [{ ResourceType: 'AWS::S3::Bucket', ResourceId: BUCKET }],
  };

  it('is honoured right before the start, and when it has run out what is still broken is healed', async () => {
    await begin();
    const config = (operation: string, more: object = {}) =>
      world.sandbox.call(LANE, 'config', operation, { ...KEYS, ...more });
    breakBucket();
    around = (ports) => ({
      compliance: {
        ...ports.compliance,
        // Somebody makes the exception after the finding was reported: that is when Config lets them.
        remediationException: async (...asked) => {
          around = () => ({});
          const ExpirationTime = epochMs(plusMs(START, hourMs)) / 1_000;
          await config('PutRemediationExceptions', { Message: 'moves next week', ExpirationTime });
          return ports.compliance.remediationException(...asked);
        },
      },
    });
    await world.until(async () => (await newest())?.state.name === 'suppressed', 10 * minuteMs);
    expect(started()).toBe(0);
    expect((await newest())?.state).toMatchObject({
      exemption: 'config:remediation-exception',
      until: plusMs(START, hourMs),
      why: expect.stringContaining('moves next week'),
    });
    await world.advance(45 * minuteMs);
    expect(started()).toBe(0);
    await world.until(async () => (await newest())?.state.name === 'resolved', hourMs);
    expect(await theCases()).toHaveLength(2);
  });
});

describe('a check of exemptions that cannot be made', () => {
  const fails = (error: unknown) => async () => {
    throw error;
  };
  const ERRORS = [
    new PortError('transient', 'ThrottlingException', 'test', 'Rate exceeded'),
    new PortError('terminal', 'AccessDeniedException', 'test', 'not allowed'),
    new TypeError("Cannot read properties of undefined (reading 'Items')"),
  ];

  it('starts nothing and says why, whatever of it fails and however; then it heals', async () => {
    await begin();
    breakBucket();
    // Opened it must be: who cannot load the exemptions at all while intake is at it holds the case as well.
    await world.app.ports.controls.addStopSwitch({
      scope: { kind: 'everything' },
      who: 'ada',
      reason: 'wait',
      since: START,
    });
    await world.until(async () => (await newest())?.state.name === 'held', 5 * minuteMs);
    await world.app.ports.controls.removeStopSwitch({ kind: 'everything' });
    await exempt({ region: ['eu-central-1'] });
    for (const error of ERRORS)
      for (const fault of [
        (ports: Ports) => ({ exemptions: { ...ports.exemptions, all: fails(error) } }),
        (ports: Ports) => ({ compliance: { ...ports.compliance, remediationException: fails(error) } }),
      ]) {
        around = fault;
        const { id: caseId = '', version = 0 } = (await newest()) ?? {};
        await world.app.ports.wakes.send([{ wake: { caseId, early: true }, delayMs: 0 }]);
        await world.until(async () => {
          const { state, version: now = 0, timeline = [] } = (await newest()) ?? {};
          return (
            state?.name === 'held' && now > version && timeline.at(-1)?.why.includes(error.message) === true
          );
        }, 40 * minuteMs);
        expect((await newest())?.state).toMatchObject({ reason: 'check-failed' });
        expect(started()).toBe(0);
        // What is loaded is loaded; a change makes them be loaded anew.
        around = () => ({});
        await world.app.ports.exemptions.announce();
      }
    await world.until(async () => (await newest())?.state.name === 'resolved', 40 * minuteMs);
    expect(started()).toBe(1);
  });
});
