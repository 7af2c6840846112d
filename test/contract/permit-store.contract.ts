/** What every PermitStore must do, whatever it is built on. */
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Lane, laneId } from '../../domain/finding.ts';
import { laneScopeId, type PermitRequest, type PermitScope } from '../../domain/permit.ts';
import type { PermitStore } from '../../domain/ports.ts';
import { hourMs, type Instant, minuteMs, plusMs, secondMs } from '../../domain/time.ts';
import { NOW } from '../support/cases.ts';
import { PermitModel } from './permit-model.ts';

export interface PermitStoreSubject {
  readonly permits: PermitStore;
  close(): Promise<void>;
}

export const permitStoreContract = (make: () => Promise<PermitStoreSubject>): void => {
  describe('PermitStore', () => {
    let subject: PermitStoreSubject;
    let permits: PermitStore;
    beforeEach(async () => {
      subject = await make();
      permits = subject.permits;
    });
    afterEach(() => subject.close());

    it('grants exactly the free places when thirty ask at once', async () => {
      const scope = { id: 'rule#contended', concurrencyMax: 5 };
      const asked = Array.from({ length: 30 }, (_, n) => request([scope], `resource-${n}`, `holder-${n}`));
      const answers = await Promise.all(asked.map((one) => permits.acquire(one)));
      expect(answers.filter(({ kind }) => kind === 'granted')).toHaveLength(5);
      expect(answers.filter(({ kind }) => kind === 'full')).toHaveLength(25);
    });

    it('grants one start slot when twenty ask for it at once', async () => {
      const asked = Array.from({ length: 20 }, (_, n) =>
        request([LANE_SCOPE], `resource-${n}`, `holder-${n}`),
      );
      const answers = await Promise.all(asked.map((one) => permits.acquire(one)));
      expect(answers.filter(({ kind }) => kind === 'granted')).toHaveLength(1);
      expect(answers).toContainEqual({
        kind: 'pace',
        scope: LANE_SCOPE.id,
        retryAt: plusMs(NOW, INTERVAL_MS),
      });
    });

    it('gives one resource to one holder when twenty ask for it at once', async () => {
      const asked = Array.from({ length: 20 }, (_, n) =>
        request([{ id: 'organization' }], 'one', `holder-${n}`),
      );
      const answers = await Promise.all(asked.map((one) => permits.acquire(one)));
      expect(answers.filter(({ kind }) => kind === 'granted')).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind === 'resource-busy')).toHaveLength(19);
    });

    it('leaves nothing behind in the scopes before the one that refused', async () => {
      const narrow = { id: 'rule#narrow', concurrencyMax: 1 };
      const wide = { id: 'organization', concurrencyMax: 2 };
      await permits.acquire(request([narrow], 'a', 'holder-a'));
      for (let n = 0; n < 3; n += 1)
        expect(await permits.acquire(request([wide, narrow], `b-${n}`, `holder-b-${n}`))).toEqual({
          kind: 'full',
          scope: narrow.id,
        });
      for (const resource of ['c', 'd'])
        expect(await permits.acquire(request([wide], resource, `holder-${resource}`))).toEqual(GRANTED);
    });

    it('changes nothing when released twice, or by one who no longer holds it', async () => {
      const scope = { id: 'organization', concurrencyMax: 1 };
      await permits.acquire(request([scope], 'one', 'first'));
      await permits.release([scope.id], 'one', 'first');
      await permits.release([scope.id], 'one', 'first');
      expect(await permits.acquire(request([scope], 'one', 'second'))).toEqual(GRANTED);
      await permits.release([scope.id], 'one', 'first');
      await permits.release([scope.id, 'never-seen'], 'another', 'second');
      expect(await permits.acquire(request([scope], 'two', 'third'))).toEqual({
        kind: 'full',
        scope: scope.id,
      });
    });

    it('takes over a lease when it expires, and not a millisecond before', async () => {
      const scope = { id: 'organization', concurrencyMax: 1 };
      const first = request([scope], 'one', 'first');
      await permits.acquire(first);
      const later = (now: Instant) => request([scope], 'one', 'second', { now });
      expect(await permits.acquire(later(plusMs(first.expiresAt, -1)))).toEqual({
        kind: 'resource-busy',
        scope: scope.id,
      });
      expect(await permits.acquire(later(first.expiresAt))).toEqual(GRANTED);
      await permits.release([scope.id], 'one', 'first');
      expect(await permits.acquire(request([scope], 'two', 'third', { now: first.expiresAt }))).toEqual({
        kind: 'full',
        scope: scope.id,
      });
    });

    it('does not believe in a lease of its own that has expired', async () => {
      const scope = { id: 'organization', concurrencyMax: 1 };
      const first = request([scope], 'one', 'first');
      await permits.acquire(first);
      const again = request([scope], 'one', 'first', { now: first.expiresAt });
      expect(await permits.acquire(again)).toEqual(GRANTED);
      const other = request([scope], 'two', 'second', { now: plusMs(again.expiresAt, -1) });
      expect(await permits.acquire(other)).toEqual({ kind: 'full', scope: scope.id });
    });

    it('holds a permit that is asked for again until the later of both ends', async () => {
      const scope = { id: 'organization', concurrencyMax: 1 };
      const first = request([scope], 'one', 'first');
      await permits.acquire(first);
      const again = request([scope], 'one', 'first', { now: plusMs(NOW, minuteMs) });
      expect(await permits.acquire(again)).toEqual(GRANTED);
      const other = request([scope], 'two', 'second', { now: first.expiresAt });
      expect(await permits.acquire(other)).toEqual({ kind: 'full', scope: scope.id });
    });

    it('lets one drain a lane at a time, and another when its time is up', async () => {
      const until = plusMs(NOW, minuteMs);
      expect(await permits.beginDrain(LANE, 'one', NOW, until)).toBeUndefined();
      await permits.noteWaiting(LANE, NOW);
      const answers = await Promise.all(
        ['a', 'b', 'c', 'd', 'e'].map((drainer) => permits.beginDrain(LANE, drainer, NOW, until)),
      );
      expect(answers.filter((view) => view !== undefined)).toHaveLength(1);
      const winner = 'abcde'[answers.findIndex((view) => view !== undefined)] ?? '';
      expect(
        await permits.beginDrain(LANE, 'late', plusMs(until, -1), plusMs(until, minuteMs)),
      ).toBeUndefined();
      expect(await permits.beginDrain(LANE, 'late', until, plusMs(until, minuteMs))).toBeDefined();
      expect(await permits.endDrain(LANE, winner)).toBe(false);
      expect(await permits.endDrain(LANE, 'late')).toBe(true);
    });

    it('does not clear the backlog when somebody arrived since', async () => {
      await permits.noteWaiting(LANE, NOW);
      const seen = (await permits.beginDrain(LANE, 'one', NOW, plusMs(NOW, minuteMs)))?.arrivals;
      await permits.noteWaiting(LANE, NOW);
      expect(await permits.endDrain(LANE, 'one', seen)).toBe(false);
      const newcomer = request([LANE_SCOPE], 'new', 'new', { queueUp: true });
      expect(await permits.acquire(newcomer)).toEqual({ kind: 'behind-others', scope: LANE_SCOPE.id });
      const now = (await permits.beginDrain(LANE, 'one', NOW, plusMs(NOW, minuteMs)))?.arrivals;
      expect(await permits.endDrain(LANE, 'one', now)).toBe(true);
      expect(await permits.acquire(newcomer)).toEqual(GRANTED);
    });

    it('says on release whether cases wait in the lane', async () => {
      await permits.acquire(request([LANE_SCOPE], 'one', 'first'));
      await permits.noteWaiting(LANE, NOW);
      expect(await permits.release([LANE_SCOPE.id], 'one', 'nobody')).toBe(false);
      expect(await permits.release([LANE_SCOPE.id], 'one', 'first')).toBe(true);
    });

    it('shows a drain the lane: the next slot, and how many are at work', async () => {
      await permits.acquire(request([LANE_SCOPE], 'one', 'first'));
      await permits.noteWaiting(LANE, NOW);
      expect(await permits.beginDrain(LANE, 'drainer', NOW, plusMs(NOW, minuteMs))).toEqual({
        arrivals: 1,
        nextSlotAt: plusMs(NOW, INTERVAL_MS),
        atWork: 1,
      });
    });

    it('lets exactly three different resources be touched when thirty ask at once', async () => {
      const asked = Array.from({ length: 30 }, (_, n) => request([BACKLOG], `resource-${n}`, `holder-${n}`));
      const answers = await Promise.all(asked.map((one) => permits.acquire(one)));
      expect(answers.filter(({ kind }) => kind === 'granted')).toHaveLength(3);
      expect(answers.filter(({ kind }) => kind !== 'granted')).toEqual(
        Array(27).fill({ kind: 'surplus', scope: BACKLOG.id, since: NOW }),
      );
    });

    it('says that there is a surplus rather than that a place must be waited for, and looks at several at once', async () => {
      const full = { ...BACKLOG, unleased: false, concurrencyMax: 3 };
      for (const resource of ['one', 'two', 'three'])
        await permits.acquire(request([full], resource, resource));
      const surplus = { kind: 'surplus', scope: BACKLOG.id, since: NOW };
      expect(await permits.acquire(request([full], 'four', 'four'))).toEqual(surplus);
      const looked = await permits.peekEach([
        request([full], 'four', 'four'),
        request([{ id: 'organization', concurrencyMax: 1 }, full], 'five', 'five'),
        request([full], 'one', 'another'),
        request([full], 'one', 'one'),
      ]);
      expect(looked).toMatchObject([surplus, surplus, { kind: 'resource-busy' }, GRANTED]);
    });

    it('counts a resource once, however often it is tried, and each of its starts', async () => {
      for (const attempt of [1, 2, 3, 4, 5])
        expect(await permits.acquire(request([BACKLOG], 'one', `attempt-${attempt}`))).toEqual(GRANTED);
      for (const resource of ['two', 'three'])
        expect(await permits.acquire(request([BACKLOG], resource, resource))).toEqual(GRANTED);
      expect(await permits.acquire(request([BACKLOG], 'four', 'four'))).toMatchObject({ kind: 'surplus' });
      expect(await permits.acquire(request([BACKLOG], 'one', 'attempt-6'))).toEqual(GRANTED);
      expect(await permits.startsOf([BACKLOG.id], NOW)).toEqual(new Map([[BACKLOG.id, 8]]));
    });

    it('lets another resource come when one has left the window, and not a millisecond before', async () => {
      for (const resource of ['one', 'two', 'three'])
        await permits.acquire(request([BACKLOG], resource, resource));
      const later = (ms: number, resource: string) =>
        permits.acquire(request([BACKLOG], resource, `late-${resource}`, { now: plusMs(NOW, ms) }));
      expect(await later(hourMs - 1, 'four')).toEqual({
        kind: 'surplus',
        scope: BACKLOG.id,
        since: plusMs(NOW, hourMs - 1),
      });
      // Tried again it is in the window again, and stays the same resource.
      expect(await later(hourMs - 1, 'one')).toEqual(GRANTED);
      for (const resource of ['four', 'five']) expect(await later(hourMs, resource)).toEqual(GRANTED);
      expect(await later(hourMs, 'six')).toMatchObject({ kind: 'surplus' });
    });

    it('calls all that is too much in one window one surplus, and what comes after it another', async () => {
      for (const resource of ['one', 'two', 'three'])
        await permits.acquire(request([BACKLOG], resource, resource, { now: plusMs(NOW, 30 * minuteMs) }));
      const surplusAt = (ms: number) =>
        permits.acquire(request([BACKLOG], 'late', 'late', { now: plusMs(NOW, ms) }));
      const first = { kind: 'surplus', scope: BACKLOG.id, since: plusMs(NOW, 31 * minuteMs) };
      expect(await surplusAt(31 * minuteMs)).toEqual(first);
      expect(await surplusAt(85 * minuteMs)).toEqual(first);
      for (const resource of ['four', 'five', 'six'])
        await permits.acquire(request([BACKLOG], resource, resource, { now: plusMs(NOW, 91 * minuteMs) }));
      expect(await surplusAt(95 * minuteMs)).toEqual({ ...first, since: plusMs(NOW, 95 * minuteMs) });
    });

    it('takes no part in a backlog when people approved it', async () => {
      for (let n = 0; n < 5; n += 1)
        expect(await permits.acquire(request([APPROVED], `resource-${n}`, `holder-${n}`))).toEqual(GRANTED);
      for (const resource of ['one', 'two', 'three'])
        expect(await permits.acquire(request([BACKLOG], resource, resource))).toEqual(GRANTED);
    });

    it('says when the blast radius has room again, and does not touch what it refuses', async () => {
      const scope: PermitScope = {
        ...APPROVED,
        counting: { keptMs: hourMs, touches: [{ kind: 'radius', resourcesMax: 2, windowMs: hourMs }] },
      };
      await permits.acquire(request([scope], 'one', 'one'));
      await permits.acquire(request([scope], 'two', 'two', { now: plusMs(NOW, minuteMs) }));
      const third = (ms: number) => request([scope], 'three', 'three', { now: plusMs(NOW, ms) });
      const full = { kind: 'used-up', scope: scope.id, retryAt: plusMs(NOW, hourMs) };
      expect(await permits.acquire(third(2 * minuteMs))).toEqual(full);
      expect(await permits.peek(third(hourMs - 1))).toEqual(full);
      expect(await permits.peek(third(hourMs))).toEqual(GRANTED);
      expect(await permits.acquire(third(hourMs))).toEqual(GRANTED);
    });

    it('leaves no touch and no start behind when a later scope refuses', async () => {
      await permits.acquire(request([LANE_SCOPE], 'taken', 'first'));
      for (let n = 0; n < 10; n += 1)
        expect(
          await permits.acquire(request([BACKLOG, LANE_SCOPE], `resource-${n}`, `holder-${n}`)),
        ).toMatchObject({ kind: 'pace' });
      expect(await permits.startsOf([BACKLOG.id], NOW)).toEqual(new Map([[BACKLOG.id, 0]]));
      for (const resource of ['one', 'two', 'three'])
        expect(await permits.acquire(request([BACKLOG], resource, resource))).toEqual(GRANTED);
    });

    it('keeps the windows of different entries apart', async () => {
      const wider: PermitScope = {
        ...BACKLOG,
        counting: { keptMs: hourMs, touches: [{ kind: 'backlog', resourcesMax: 3, windowMs: 24 * hourMs }] },
      };
      for (const resource of ['one', 'two', 'three'])
        await permits.acquire(request([wider], resource, resource));
      const now = plusMs(NOW, 2 * hourMs);
      for (const resource of ['four', 'five', 'six'])
        expect(await permits.acquire(request([BACKLOG], resource, resource, { now }))).toEqual(GRANTED);
      expect(await permits.acquire(request([BACKLOG], 'seven', 'seven', { now }))).toMatchObject({
        kind: 'surplus',
      });
      expect(await permits.acquire(request([wider], 'eight', 'eight', { now }))).toMatchObject({
        kind: 'surplus',
      });
    });

    it('counts starts by five minutes, and forgets those that nobody asks for', async () => {
      const day = Array.from({ length: 40 }, (_, n) => plusMs(NOW, n * 5 * minuteMs));
      for (const [n, now] of day.entries())
        await permits.acquire(request([APPROVED], `resource-${n}`, `holder-${n}`, { now }));
      const last = day.at(-1) ?? NOW;
      const since = async (at: Instant) => (await permits.startsOf([APPROVED.id], at)).get(APPROVED.id) ?? 0;
      expect(await since(plusMs(last, -30 * minuteMs))).toBe(7);
      // Of those five minutes, some were before.
      expect(await since(plusMs(last, -30 * minuteMs + 1))).toBe(6);
      expect(await since(plusMs(last, 1))).toBe(0);
      expect(await since(last)).toBe(1);
      expect(await since(NOW)).toBeLessThan(40);
    });

    it('counts starts of each runbook by itself, takes back and forgets as it does for the rule', async () => {
      const by = (document: string): PermitScope => ({
        ...BACKLOG,
        counting: { keptMs: hourMs, touches: [], document },
      });
      const since = (at: Instant, document?: string) =>
        permits.startsOf([BACKLOG.id, 'rule#other'], at, document);
      for (const [n, document] of ['A', 'A', 'B', 'A'].entries())
        await permits.acquire(request([by(document)], `resource-${n}`, `holder-${n}`));
      await permits.acquire(request([LANE_SCOPE], 'taken', 'first'));
      expect(await permits.acquire(request([by('B'), LANE_SCOPE], 'late', 'late'))).toMatchObject({
        kind: 'pace',
      });
      const counts = async (at: Instant) =>
        Promise.all(
          [undefined, 'A', 'B', 'C'].map(async (document) => [...(await since(at, document)).values()]),
        );
      expect(await counts(NOW)).toEqual([
        [4, 0],
        [3, 0],
        [1, 0],
        [0, 0],
      ]);
      const end = 3 * hourMs;
      for (let ms = hourMs; ms <= end; ms += 5 * minuteMs)
        await permits.acquire(request([by('A')], `at-${ms}`, `at-${ms}`, { now: plusMs(NOW, ms) }));
      expect(await counts(plusMs(NOW, end))).toMatchObject([
        [1, 0],
        [1, 0],
        [0, 0],
        [0, 0],
      ]);
      // The first ones are gone, of both counts.
      const [all = [], ofA = [], ofB = []] = await counts(NOW);
      expect(all[0]).toBeLessThan(25);
      expect(ofA).toEqual(all);
      expect(ofB[0]).toBe(0);
    });

    it('answers as the model does, whatever is done in whatever order', async () => {
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
          runs += 1;
          await playThrough(permits, `run-${runs}`, steps);
        }),
        { seed: SEED, numRuns: 60 },
      );
    });
  });
};

/** One thing done to the permits; resources, holders and scopes are few, so that they meet often. */
type Step =
  | {
      readonly kind: 'acquire' | 'peek';
      readonly who: number;
      readonly resource: number;
      readonly scopes: readonly number[];
      readonly queueUp: boolean;
      readonly leaseMs: number;
    }
  | {
      readonly kind: 'release';
      readonly who: number;
      readonly resource: number;
      readonly scopes: readonly number[];
    }
  | { readonly kind: 'note-waiting' }
  | { readonly kind: 'begin-drain'; readonly who: number; readonly leaseMs: number }
  | { readonly kind: 'end-drain'; readonly who: number; readonly empty: 'no' | 'as-seen' | 'one-off' }
  | { readonly kind: 'time-passes'; readonly ms: number };

const one = fc.nat({ max: 3 });
const someScopes = fc.subarray([0, 1, 2], { minLength: 1 });
const leaseMs = fc.constantFrom(1, secondMs, 3 * secondMs, 10 * secondMs);

const asking = {
  who: one,
  resource: one,
  scopes: someScopes,
  queueUp: fc.boolean(),
  leaseMs,
};

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('acquire' as const), ...asking }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('peek' as const), ...asking }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('release' as const),
      who: one,
      resource: one,
      scopes: someScopes,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'note-waiting' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('begin-drain' as const), who: one, leaseMs }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('end-drain' as const),
      who: one,
      empty: fc.constantFrom('no' as const, 'as-seen' as const, 'one-off' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('time-passes' as const),
      ms: fc.constantFrom(0, 1, secondMs - 1, secondMs, 4 * secondMs),
    }),
  },
);

/** Does the steps to the store and to the model, and compares every answer. Scopes are the run's own. */
const playThrough = async (permits: PermitStore, run: string, steps: readonly Step[]): Promise<void> => {
  const lane: Lane = { account: run, region: 'us-east-1' };
  const scopes: readonly PermitScope[] = [
    { id: `organization-${run}`, concurrencyMax: 3 },
    { id: `rule#${run}`, concurrencyMax: 1, startIntervalMs: 2 * secondMs },
    { id: laneScopeId(laneId(lane)), concurrencyMax: 2, startIntervalMs: secondMs },
  ];
  const pick = (numbers: readonly number[]) => numbers.flatMap((n) => scopes[n] ?? []);
  const model = new PermitModel();
  let now: Instant = NOW;
  let seen = 0;
  for (const done of steps) {
    switch (done.kind) {
      case 'acquire':
      case 'peek': {
        const asked = request(pick(done.scopes), `resource-${done.resource}`, `holder-${done.who}`, {
          now,
          expiresAt: plusMs(now, done.leaseMs),
          queueUp: done.queueUp,
        });
        expect(await permits[done.kind](asked)).toEqual(model[done.kind](asked));
        break;
      }
      case 'release': {
        const ids = pick(done.scopes).map(({ id }) => id);
        const [resource, holder] = [`resource-${done.resource}`, `holder-${done.who}`];
        const holds = ids.filter((id) => model.heldIn(id, now).get(resource)?.holder === holder);
        const waitedFor = await permits.release(ids, resource, holder);
        // Whether a lease that had expired was still there is for the store to know.
        if (holds.some((id) => model.isWaitedFor(id))) expect(waitedFor).toBe(true);
        if (!ids.some((id) => model.isWaitedFor(id))) expect(waitedFor).toBe(false);
        model.release(ids, resource, holder);
        break;
      }
      case 'note-waiting':
        await permits.noteWaiting(lane, now);
        model.noteWaiting(lane);
        break;
      case 'begin-drain': {
        const until = plusMs(now, done.leaseMs);
        const view = await permits.beginDrain(lane, `drainer-${done.who}`, now, until);
        expect(view?.arrivals).toBe(model.beginDrain(lane, `drainer-${done.who}`, now, until));
        seen = view?.arrivals ?? seen;
        break;
      }
      case 'end-drain': {
        const emptyAt = done.empty === 'no' ? undefined : done.empty === 'as-seen' ? seen : seen + 1;
        const ended = await permits.endDrain(lane, `drainer-${done.who}`, emptyAt);
        expect(ended).toBe(model.endDrain(lane, `drainer-${done.who}`, emptyAt));
        break;
      }
      case 'time-passes':
        now = plusMs(now, done.ms);
        break;
    }
    model.assertSound(scopes, now);
  }
};

const request = (
  scopes: readonly PermitScope[],
  resourceKey: string,
  holder: string,
  more: Partial<PermitRequest> = {},
): PermitRequest => ({
  scopes,
  resourceKey,
  holder,
  now: NOW,
  expiresAt: plusMs(more.now ?? NOW, 10 * minuteMs),
  queueUp: false,
  ...more,
});

const SEED = 20_261_121;
const APPROVED: PermitScope = { id: 'rule#many', unleased: true, counting: { keptMs: hourMs, touches: [] } };
const BACKLOG: PermitScope = {
  ...APPROVED,
  counting: { keptMs: hourMs, touches: [{ kind: 'backlog', resourcesMax: 3, windowMs: hourMs }] },
};
const GRANTED = { kind: 'granted' };
const INTERVAL_MS = secondMs;
const LANE: Lane = { account: '222222222222', region: 'us-east-1' };
const LANE_SCOPE: PermitScope = {
  id: laneScopeId(laneId(LANE)),
  concurrencyMax: 80,
  startIntervalMs: INTERVAL_MS,
};
