/**
 * Windows, blackouts, the owner's grace and flapping, over the whole loop: what they hold back does not start,
 * counted in the sandbox's SSM; and it is not dropped either.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import { type PolicyBook, policyBook } from '../../../domain/engine/policy-book.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import type { Blackout } from '../../../domain/policy/policy.ts';
import { PortError, type Ports } from '../../../domain/ports.ts';
import { epochMs, minuteMs, plusMs, secondMs } from '../../../domain/time.ts';
import { executions } from '../../../sandbox/services/ssm/execution.ts';
import { breakResource } from '../../../sandbox/world/admin.ts';
import { type DrivenWorld, drivenWorld, START } from '../../support/driven-world.ts';

const BUCKET = 'shop-prod-invoices-us-east-1';

let world: DrivenWorld;
let around: (ports: Ports) => Ports = (ports) => ports;
afterEach(() => world.close());

/** A policy with one entry that acts on its own, and what the test adds to it and to the policy. */
const text = (entry: string, policy = ''): string => `version: 1
topics: { team: selfheal-team, oncall: selfheal-oncall }
defaults: { notify: [oncall], verify: { settle: 2m, timeout: 30m } }
${policy}
entries:
  - name: versioning
    match: { rule: S3_BUCKET_VERSIONING_ENABLED }
    severity: low
    mode: auto
    ${entry}
`;
const book = (entry: string, policy?: string): PolicyBook => {
  const parsed = parsePolicy(text(entry, policy), 'calendar');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return policyBook(parsed.policy);
};

/** START is a Saturday, 3:00 UTC. */
const begin = async (entry: string, policy?: string, stepMs = 30 * secondMs) => {
  around = (ports) => ports;
  world = await drivenWorld({
    stepMs,
    policyChanged: () => text(entry, policy),
    decorate: (ports) => ({
      ...ports,
      cases: {
        ...ports.cases,
        newestOf: (findingId) => around(ports).cases.newestOf(findingId),
      },
      permits: { ...ports.permits, acquire: (request) => around(ports).permits.acquire(request) },
      announcer: { announce: (topics, message) => around(ports).announcer.announce(topics, message) },
    }),
  });
};
const breakBucket = () => {
  const { sandbox } = world;
  breakResource(sandbox.world, BUCKET, {
    account: '222222222222',
    region: 'us-east-1',
    rule: 'S3_BUCKET_VERSIONING_ENABLED',
    nowMs: sandbox.clock.nowMs(),
  });
  sandbox.wake();
};
const starts = () => [...executions(world.sandbox.world).values()].map(({ requestedMs }) => requestedMs);
const newest = async (): Promise<Case> => {
  const found = (await world.cases()).toSorted((a, b) => b.number - a.number)[0];
  if (found === undefined) throw new Error('no case was opened');
  return found;
};
const isIn = (name: Case['state']['name']) => () => world.told(name) > 0;
const busy = (ports: Ports): Ports => ({
  ...ports,
  permits: {
    ...ports.permits,
    acquire: async ({ scopes }) => ({ kind: 'resource-busy', scope: scopes[0]?.id ?? '' }),
  },
});

describe('a maintenance window', () => {
  it('holds while it is closed, says until when in its zone, and lets go when it opens', async () => {
    await begin(
      'windows: [early]',
      "windows: { early: { cron: '10 4 * * *', duration: 20m, timezone: Europe/Berlin } }",
    );
    breakBucket();
    await world.advance(2 * minuteMs);
    expect((await newest()).state).toMatchObject({
      name: 'held',
      reason: 'window',
      detail: 'window "early" is closed; it may start Sat 2026-11-21 04:10 (Europe/Berlin)',
      dueAt: '2026-11-21T03:10:00.000Z',
    });
    await world.until(isIn('resolved'), 40 * minuteMs);
    expect(starts()).toHaveLength(1);
    expect(starts()[0]).toBeGreaterThanOrEqual(epochMs('2026-11-21T03:10:00.000Z'));
  });

  it('that closes between the checks and the call of SSM holds the start back', async () => {
    await begin('windows: [odd]', "windows: { odd: { cron: '*/2 * * * *', duration: 1m } }", 10 * secondMs);
    const steps: string[] = [];
    around = (ports) => ({
      ...ports,
      cases: {
        ...ports.cases,
        // Ten seconds before the window closes Config's report comes in, and every check says yes …
        newestOf: async (findingId) => {
          const intoMs = (epochMs(world.now()) - epochMs(START)) % (2 * minuteMs);
          if (steps.length === 0) world.sandbox.advanceBy(2 * minuteMs - intoMs + 50 * secondMs);
          return ports.cases.newestOf(findingId);
        },
      },
      permits: {
        ...ports.permits,
        // … and it is closed when the permit is there.
        acquire: async (request) => {
          const answer = await ports.permits.acquire(request);
          if (steps.length === 0) world.sandbox.advanceBy(12 * secondMs);
          steps.push(`${request.now.slice(17, 18)}, ${answer.kind}`);
          return answer;
        },
      },
    });
    breakBucket();
    await world.until(() => steps.length > 0, 5 * minuteMs);
    expect(steps[0]).toBe('5, granted');
    await world.advance(30 * secondMs);
    expect(starts()).toEqual([]);
    around = (ports) => ports;
    await world.until(isIn('resolved'), 40 * minuteMs);
    expect(starts()).toHaveLength(1);
    expect(((starts()[0] ?? 0) - epochMs(START)) % (2 * minuteMs)).toBeLessThan(minuteMs);
  });

  it('that the policy names while the case waits for its permit holds it', async () => {
    await begin('');
    around = busy;
    breakBucket();
    await world.until(isIn('queued'), 5 * minuteMs);
    world.usePolicy(() => book('windows: [late]', "windows: { late: { cron: '0 23 * * *', duration: 1h } }"));
    around = (ports) => ports;
    await world.until(isIn('held'), 15 * minuteMs);
    expect((await newest()).state).toMatchObject({ reason: 'window', dueAt: '2026-11-21T23:00:00.000Z' });
    expect(starts()).toEqual([]);
  });

  it('of which nobody can say whether it is open is a check that failed', async () => {
    await begin('');
    const odd = [{ name: 'odd', from: 'soon', until: 'later' } satisfies Blackout];
    world.usePolicy((sound) => ({ ...sound, blackoutsFor: () => odd }));
    breakBucket();
    await world.advance(5 * minuteMs);
    const { state } = await newest();
    expect(state).toMatchObject({ name: 'held', reason: 'check-failed' });
    expect(state).toHaveProperty(
      'detail',
      expect.stringContaining('window: the check could not be made: blackout "odd"'),
    );
    expect(starts()).toEqual([]);
  });
});

describe('a blackout', () => {
  it('for what it matches beats the open window, and lets go at its end', async () => {
    await begin(
      'windows: [always]',
      `windows: { always: { cron: '0 * * * *', duration: 1h } }
blackouts:
  market: { match: { tags: { environment: [production] } }, from: '2026-11-21T02:00', until: '2026-11-21T03:08', reason: market opens }
  others: { match: { tags: { environment: [development] } }, from: '2026-11-21T02:00', until: '2026-11-25' }`,
    );
    breakBucket();
    await world.advance(5 * minuteMs);
    const held = await newest();
    expect(held.state).toMatchObject({
      name: 'held',
      reason: 'blackout',
      detail: 'blackout "market" (market opens) holds until Sat 2026-11-21 03:08 (UTC)',
    });
    expect(held.terms).not.toHaveProperty('blackouts');
    expect(starts()).toEqual([]);
    await world.until(isIn('resolved'), 30 * minuteMs);
    expect(starts()[0]).toBeGreaterThanOrEqual(epochMs('2026-11-21T03:08:00.000Z'));
  });
});

const OWNERS = 'owners: { tag: environment, contacts: { production: team }, fallback: oncall }';
const toldTopics = () => world.sandbox.sns.messages().map(({ topicArn }) => topicArn.split(':').at(-1));

describe('the grace of an owner', () => {
  it('tells the owner alone, starts nothing before its end, and goes on then', async () => {
    await begin('grace: 10m', OWNERS);
    breakBucket();
    await world.until(isIn('held'), 5 * minuteMs);
    await world.advance(minuteMs);
    const held = await newest();
    const end = plusMs(held.openedAt, 10 * minuteMs);
    expect(held.state).toMatchObject({ reason: 'grace', announced: true, dueAt: end });
    expect(toldTopics()).toEqual(['selfheal-team']);
    expect(world.sandbox.sns.messages()[0]?.subject).toContain('Will fix');
    await world.until(() => starts().length > 0, 40 * minuteMs);
    expect(starts()[0]).toBeGreaterThanOrEqual(epochMs(end));
    await world.until(isIn('resolved'), 10 * minuteMs);
  });

  it('does not run out while SNS refuses the message: nothing starts before the owner was told', async () => {
    await begin('grace: 10m', OWNERS);
    around = (ports) => ({
      ...ports,
      announcer: {
        announce: async () => {
          throw new PortError('transient', 'ThrottlingException', 'sns:Publish', 'Rate exceeded');
        },
      },
    });
    breakBucket();
    await world.advance(12 * minuteMs);
    expect((await newest()).state).toMatchObject({ name: 'held', reason: 'grace', announced: false });
    expect(starts()).toEqual([]);
    around = (ports) => ports;
    await world.until(async () => (await newest()).ownerToldAt !== undefined, 20 * minuteMs);
    const { ownerToldAt = '' } = await newest();
    await world.until(() => starts().length > 0, 15 * minuteMs);
    expect(starts()[0]).toBeGreaterThanOrEqual(epochMs(plusMs(ownerToldAt, 9 * minuteMs)));
  });

  it('that the policy gives while the case waits for its permit holds it, and the owner is told', async () => {
    await begin('');
    around = busy;
    breakBucket();
    await world.until(isIn('queued'), 5 * minuteMs);
    world.usePolicy(() => book('grace: 6h', OWNERS));
    around = (ports) => ports;
    await world.until(isIn('held'), 15 * minuteMs);
    await world.advance(minuteMs);
    expect((await newest()).state).toMatchObject({ reason: 'grace', announced: true });
    expect(toldTopics()).toEqual(['selfheal-team']);
    expect(starts()).toEqual([]);
  });
});

describe('a finding that flaps', () => {
  it('goes to a person when it was broken again too often, and nothing more starts', async () => {
    await begin('flapping: { cases: 2, within: 6h }');
    breakBucket();
    await world.until(isIn('resolved'), 10 * minuteMs);
    await world.advance(5 * minuteMs);
    breakBucket();
    await world.until(isIn('needs-human'), 10 * minuteMs);
    expect((await newest()).state).toMatchObject({ code: 'flapping' });
    await world.advance(10 * minuteMs);
    expect(starts()).toHaveLength(1);
  });

  it('by a policy that became stricter while it waits for its permit goes to a person', async () => {
    await begin('flapping: { cases: 3, within: 6h }');
    breakBucket();
    await world.until(isIn('resolved'), 10 * minuteMs);
    await world.advance(5 * minuteMs);
    around = busy;
    breakBucket();
    await world.until(isIn('queued'), 5 * minuteMs);
    world.usePolicy(() => book('flapping: { cases: 2, within: 6h }'));
    around = (ports) => ports;
    await world.until(isIn('needs-human'), 15 * minuteMs);
    expect((await newest()).state).toMatchObject({ code: 'flapping' });
    expect(starts()).toHaveLength(1);
  });
});
