/** A runbook that begins to fail is let be but for one probe at a time, counted in the sandbox's SSM. */
import { afterEach, describe, expect, it } from 'vitest';
import type { BreakerScope, OpenBreaker } from '../../../domain/breaker.ts';
import type { Case } from '../../../domain/case/case.ts';
import { changeBreaker } from '../../../domain/engine/breakers.ts';
import type { Ports } from '../../../domain/ports.ts';
import { epochMs, hourMs, minuteMs, plusMs, secondMs } from '../../../domain/time.ts';
import { documentsOf } from '../../../infra/compose-ports.ts';
import { CONTROL_KEY } from '../../../infra/dynamodb/table.ts';
import { clientSettings, HUB_REGION } from '../../../sandbox/deployment.ts';
import { type Execution, executions } from '../../../sandbox/services/ssm/execution.ts';
import { breakResource } from '../../../sandbox/world/admin.ts';
import { HUB_ACCOUNT } from '../../../sandbox/world/roles.ts';
import { makeRunbookFail, withdrawRunbookFault } from '../../../sandbox/world/runbook-faults.ts';
import { type DrivenWorld, drivenWorld } from '../../support/driven-world.ts';
import { breakBuckets, LANE, whatWasSeen } from '../../support/flood.ts';
import { person } from '../../support/identities.ts';
import { violations } from '../../support/invariants.ts';

const RULE: BreakerScope = { kind: 'rule', name: 'S3_BUCKET_VERSIONING_ENABLED' };
const RUNBOOK: BreakerScope = { kind: 'runbook', name: 'AWS-ConfigureS3BucketVersioning' };
const BUCKET = 'shop-prod-invoices-us-east-1';
const BUCKETS = 20;
const POLICY = 'test/fixtures/policies/breaker.yml';

let world: DrivenWorld;
afterEach(() => world.close());

const breakers = async () => (await world.app.ports.controls.read()).breakers;
const starts = (): readonly Execution[] =>
  [...executions(world.sandbox.world).values()].sort((one, other) => one.requestedMs - other.requestedMs);
const opened = () => world.log.filter(({ message }) => message === 'breaker opened');

describe('a runbook that begins to fail for one resource in five', () => {
  it('opens its breaker, starts one probe at a time from then on, and heals the rest when it works again', async () => {
    const told: string[] = [];
    world = await drivenWorld({
      policyFile: POLICY,
      stepMs: 10 * secondMs,
      decorate: (ports) => ({
        ...ports,
        announcer: {
          announce: async (topics, message) => {
            if (message.attributes.kind === 'breaker-opened') told.push(`${topics}: ${message.text}`);
            await ports.announcer.announce(topics, message);
          },
        },
      }),
    });
    const fails = (resourceId?: string) =>
      makeRunbookFail(world.sandbox.world, {
        fault: { kind: 'step-fails' },
        ...(resourceId && { resourceId }),
        times: 1_000,
      });
    const names = breakBuckets(world, BUCKETS);
    const faults = names.filter((_, n) => n % 5 === 2).map((name) => fails(name));
    await world.until(() => opened().length === 2, hourMs);
    const since = epochMs(world.now());
    const [open] = (await breakers()) as readonly (OpenBreaker & { scope: BreakerScope })[];
    expect(open?.percent).toBeGreaterThanOrEqual(10);
    expect(open?.attempts).toBeGreaterThanOrEqual(10);
    expect(starts().length).toBeLessThan(BUCKETS);

    // It gets worse: every probe fails.
    faults.push(fails());
    await world.advance(18 * minuteMs);
    const probes = starts().filter(({ requestedMs }) => requestedMs > since + 5 * secondMs);
    expect(probes).toHaveLength(3);
    probes.slice(1).forEach(({ requestedMs }, n) => {
      expect(requestedMs - (probes[n]?.endedMs ?? Number.POSITIVE_INFINITY)).toBeGreaterThanOrEqual(
        5 * minuteMs,
      );
    });
    expect((await breakers()).map(({ state }) => state)).toEqual(['open', 'open']);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^selfheal-operations/);
    for (const { kind, name } of [RULE, RUNBOOK]) expect(told[0]).toContain(`${kind} ${name}`);

    for (const id of faults) withdrawRunbookFault(world.sandbox.world, id);
    await world.until(() => world.told('resolved') === BUCKETS, hourMs);
    expect(violations(await whatWasSeen(world, 4))).toEqual([]);
    expect((await breakers()).map(({ state }) => state)).toEqual(['closed', 'closed']);
    expect(opened()).toHaveLength(2);
  });
});

describe('the check of the breaker', () => {
  const openBreaker = async (ports: Ports, scope: BreakerScope, notBeforeMs: number) => {
    const now = world.now();
    await ports.controls.replaceBreaker(scope, undefined, {
      state: 'open',
      since: now,
      revision: 1,
      failures: 5,
      attempts: 10,
      percent: 50,
      reason: '5 of 10 attempts failed',
      whenOpen: 'wait',
      probeAfterMs: hourMs,
      windowMs: hourMs,
      notify: [],
      told: true,
      notBefore: plusMs(now, notBeforeMs),
    });
  };
  const breakBucket = (rule = RULE.name) => {
    const { sandbox } = world;
    breakResource(sandbox.world, BUCKET, { ...LANE, rule, nowMs: sandbox.clock.nowMs() });
    sandbox.wake();
  };
  const theCase = async () => {
    const [only] = await world.cases();
    if (only === undefined) throw new Error('no case was opened');
    return only;
  };
  const inPolicy = (decorate?: (ports: Ports) => Ports) =>
    drivenWorld({ policyFile: POLICY, stepMs: 10 * secondMs, ...(decorate && { decorate }) });

  it('says no while it is open: the case is held, and goes when a person has reset it', async () => {
    world = await inPolicy();
    await openBreaker(world.app.ports, RUNBOOK, hourMs);
    breakBucket();
    await world.advance(2 * minuteMs);
    expect(starts()).toHaveLength(0);
    const held = await theCase();
    expect(held.state).toMatchObject({ name: 'held', reason: 'breaker' });
    expect(held.timeline.at(-1)?.why).toContain('5 of 10 attempts failed');
    // It waits without looking: until something happens nothing is written.
    await world.advance(20 * minuteMs);
    expect((await theCase()).version).toBe(held.version);
    await changeBreaker(world.app.ports, RUNBOOK, { kind: 'reset', who: 'ada', reason: 'mended' });
    await world.until(() => world.told('resolved') === 1, 10 * minuteMs);
    expect(starts()).toHaveLength(1);
  });

  it('asks people where the policy says so, and lets through what they approve though it stays open', async () => {
    world = await inPolicy();
    const scope = { kind: 'rule', name: 'S3_BUCKET_SSL_REQUESTS_ONLY' } as const;
    await openBreaker(world.app.ports, scope, 20 * hourMs);
    breakBucket(scope.name);
    await world.advance(2 * minuteMs);
    expect(starts()).toHaveLength(0);
    const { id, state } = await theCase();
    if (state.name !== 'awaiting-approval') throw new Error(`it is ${state.name}`);
    expect(state.batch).toContain('S3_BUCKET_SSL_REQUESTS_ONLY.breaker.');
    const { planHash } = state;
    await world.app.selfheal.decide(id, { planHash, answer: 'approve', who: person('ada'), reason: 'seen' });
    await world.until(() => world.told('resolved') === 1, 10 * minuteMs);
    expect(starts()).toHaveLength(1);
    expect(await breakers()).toMatchObject([{ state: 'open' }]);
  });

  it('asks again for what was approved before the breaker opened, and whoever approved then may do so again', async () => {
    const scope = { kind: 'rule', name: 'S3_BUCKET_SSL_REQUESTS_ONLY' } as const;
    let hasOpened = false;
    world = await drivenWorld({
      policyFile: POLICY,
      policyChanged: (text) => text.replace(/(name: asked[^-]*mode: )auto/, '$1approve'),
      stepMs: 10 * secondMs,
      decorate: (ports) => ({
        ...ports,
        cases: {
          ...ports.cases,
          replace: async (written) => {
            const isWritten = await ports.cases.replace(written);
            if (written.state.name === 'queued' && written.approval !== undefined && !hasOpened) {
              hasOpened = true;
              world.sandbox.advanceBy(secondMs);
              await openBreaker(ports, scope, 20 * hourMs);
            }
            return isWritten;
          },
        },
      }),
    });
    breakBucket(scope.name);
    const approve = async () => {
      const { id, state } = await theCase();
      if (state.name !== 'awaiting-approval') throw new Error(`it is ${state.name}`);
      const { planHash } = state;
      await world.app.selfheal.decide(id, {
        planHash,
        answer: 'approve',
        who: person('ada'),
        reason: 'seen',
      });
    };
    await world.advance(2 * minuteMs);
    expect((await theCase()).state).not.toHaveProperty('batch');
    await approve();
    await world.advance(2 * minuteMs);
    expect(hasOpened).toBe(true);
    expect(starts()).toHaveLength(0);
    expect((await theCase()).state).toMatchObject({
      batch: expect.stringContaining('S3_BUCKET_SSL_REQUESTS_ONLY.breaker.'),
      decisions: [],
    });
    await approve();
    await world.until(() => world.told('resolved') === 1, 10 * minuteMs);
    expect(starts()).toHaveLength(1);
  });

  it('cannot be made where the breaker cannot be read: nothing starts, and it is said why', async () => {
    world = await inPolicy();
    const documents = documentsOf(world.deployment.settings, {
      ...clientSettings(world.sandbox.url, HUB_ACCOUNT, HUB_REGION),
      dynamodbEndpoint: world.sandbox.dynamodbEndpoint,
    });
    await documents.update({
      TableName: world.deployment.settings.tableName,
      Key: CONTROL_KEY,
      UpdateExpression: 'SET #b = :b',
      ExpressionAttributeNames: { '#b': `breaker#${RULE.kind}#${RULE.name}` },
      ExpressionAttributeValues: { ':b': { state: 'ajar' } },
    });
    breakBucket();
    await world.advance(2 * minuteMs);
    expect(starts()).toHaveLength(0);
    const { state, timeline } = await theCase();
    expect(state).toMatchObject({ name: 'held', reason: 'check-failed' });
    expect(timeline.at(-1)?.why).toContain(`selfheal breaker reset --rule ${RULE.name}`);
    await changeBreaker(world.app.ports, RULE, { kind: 'reset', who: 'ada', reason: 'spoilt' });
    await world.until(() => world.told('resolved') === 1, 10 * minuteMs);
  });

  it('is made again right before the start: one that opened in between keeps it back', async () => {
    let hasOpened = false;
    world = await inPolicy((ports) => {
      /** The intent may be written with the case, or after it. */
      const opensAfter = (write: (written: Case) => Promise<boolean>) => async (written: Case) => {
        const isWritten = await write(written);
        if (written.state.name === 'starting' && !hasOpened) {
          hasOpened = true;
          world.sandbox.advanceBy(4 * secondMs);
          await openBreaker(ports, RULE, hourMs);
        }
        return isWritten;
      };
      const { cases } = ports;
      return {
        ...ports,
        cases: { ...cases, open: opensAfter(cases.open), replace: opensAfter(cases.replace) },
      };
    });
    breakBucket();
    await world.advance(15 * minuteMs);
    expect(hasOpened).toBe(true);
    expect(starts()).toHaveLength(0);
    expect((await theCase()).state).toMatchObject({ name: 'held', reason: 'breaker' });
  });
});
