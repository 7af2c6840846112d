/** The breaker's machine: what opens it, who has its probe, what closes it, whoever comes in between. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  askBreakers,
  type Breaker,
  type BreakerEvent,
  breakerId,
  breakerScopeOf,
  describeBreaker,
  errorPercent,
  type KnownBreaker,
  moveBreaker,
} from '../../domain/breaker.ts';
import { heldBack } from '../../domain/held-back.ts';
import { breakersOpened } from '../../domain/message/breaker-message.ts';
import { SAFEGUARDS } from '../../domain/policy/resolve-safeguards.ts';
import { hourMs, minuteMs, plusMs } from '../../domain/time.ts';
import { aCase, finding, NOW, plan } from '../support/cases.ts';

const tripped: BreakerEvent = {
  kind: 'tripped',
  policy: { ...SAFEGUARDS.breaker, probeAfterMs: 5 * minuteMs, windowMs: hourMs },
  notify: ['oncall'],
  failures: 5,
  attempts: 10,
  percent: 50,
  reason: '5 of 10 attempts failed',
};
const at = (minutes: number) => plusMs(NOW, minutes * minuteMs);
const story = (events: readonly (readonly [BreakerEvent, number])[]): Breaker | undefined => {
  let breaker: Breaker | undefined;
  for (const [event, minutes] of events) {
    const becomes = moveBreaker(breaker, event, at(minutes));
    if (becomes !== undefined) breaker = becomes === 'absent' ? undefined : becomes;
  }
  return breaker;
};
const taken = (token: string, until = at(6)): BreakerEvent => ({ kind: 'probe-taken', token, until });

describe('a breaker', () => {
  it('opens, and hands out its probe not before its time, and to one alone', () => {
    expect(story([[tripped, 0]])).toMatchObject({ state: 'open', notBefore: at(5), told: false });
    expect(
      story([
        [tripped, 0],
        [taken('a'), 4],
      ]),
    ).toMatchObject({ state: 'open' });
    const two = story([
      [tripped, 0],
      [taken('a'), 5],
      [taken('b'), 5.5],
    ]);
    expect(two).toMatchObject({ state: 'probing', token: 'a' });
  });

  it('is not opened twice: whoever comes second changes nothing', () => {
    const open = story([[tripped, 0]]);
    expect(moveBreaker(open, tripped, at(1))).toBeUndefined();
  });

  it('gives a lost probe to the next, and hears nothing of the lost one any more', () => {
    const next = story([
      [tripped, 0],
      [taken('a'), 5],
      [taken('b', at(30)), 6],
    ]);
    expect(next).toMatchObject({ state: 'probing', token: 'b' });
    for (const kind of ['probe-succeeded', 'probe-failed'] as const)
      expect(moveBreaker(next, { kind, token: 'a' }, at(7))).toBeUndefined();
    expect(moveBreaker(next, { kind: 'probe-confirmed', token: 'a', until: at(9) }, at(7))).toBeUndefined();
  });

  it('closes when its probe heals, and opens again for as long when it fails', () => {
    const probing = [
      [tripped, 0],
      [taken('a'), 5],
    ] as const;
    expect(story([...probing, [{ kind: 'probe-failed', token: 'a' }, 6]])).toMatchObject({
      state: 'open',
      notBefore: at(11),
    });
    expect(story([...probing, [{ kind: 'probe-succeeded', token: 'a' }, 6]])).toMatchObject({
      state: 'closed',
      at: at(6),
      who: 'selfheal',
    });
  });

  it('takes a probe back only from whom it was given to, and not when it was taken again meanwhile', () => {
    const once = story([
      [tripped, 0],
      [taken('a'), 5],
    ]);
    const revision = once?.revision ?? 0;
    const back: BreakerEvent = { kind: 'probe-returned', token: 'a', revision };
    expect(moveBreaker(once, back, at(5))).toMatchObject({ state: 'open', notBefore: at(5) });
    const again = moveBreaker(once, taken('a'), at(5.5)) as Breaker;
    expect(moveBreaker(again, back, at(5.6))).toBeUndefined();
  });

  it('is remembered for a window after it closed, and forgotten when all that it held was woken', () => {
    const closed = story([
      [tripped, 0],
      [{ kind: 'reset', who: 'ada', reason: 'mended' }, 1],
    ]);
    expect(moveBreaker(closed, { kind: 'forgotten' }, at(600))).toBeUndefined();
    const woken = moveBreaker(closed, { kind: 'woken' }, at(2)) as Breaker;
    expect(moveBreaker(woken, { kind: 'forgotten' }, at(60))).toBeUndefined();
    expect(moveBreaker(woken, { kind: 'forgotten' }, at(61))).toBe('absent');
    expect(moveBreaker(woken, tripped, at(3))).toMatchObject({ state: 'open', since: at(3) });
  });

  it('is remembered for an hour, however short its window is', () => {
    const short = { ...tripped, policy: { ...tripped.policy, windowMs: minuteMs } };
    const woken = story([
      [short, 0],
      [{ kind: 'reset', who: 'ada', reason: 'mended' }, 1],
      [{ kind: 'woken' }, 2],
    ]);
    expect(moveBreaker(woken, { kind: 'forgotten' }, at(60))).toBeUndefined();
    expect(moveBreaker(woken, { kind: 'forgotten' }, at(61))).toBe('absent');
  });

  it('remembers that it was open before, through its probes, for an hour and ten times at most', () => {
    const reset: BreakerEvent = { kind: 'reset', who: 'ada', reason: 'mended' };
    const twice = story([
      [tripped, 0],
      [reset, 1],
      [tripped, 2],
      [taken('a', at(20)), 10],
      [{ kind: 'probe-failed', token: 'a' }, 11],
    ]);
    const first = { since: at(0), at: at(1), who: 'ada', reason: 'mended', openedFor: tripped.reason };
    expect(twice).toMatchObject({ state: 'open', earlier: [first] });
    expect(moveBreaker(twice, reset, at(12))).toMatchObject({ state: 'closed', earlier: [first] });
    expect(moveBreaker(moveBreaker(twice, reset, at(12)) as Breaker, tripped, at(61))).toMatchObject({
      earlier: [{ since: at(2), at: at(12) }],
    });
    const often = Array.from({ length: 20 }, (_, n) =>
      [tripped, reset].map((each, m) => [each, n + m / 2] as const),
    );
    expect(story(often.flat())?.earlier).toHaveLength(10);
  });

  it('never has two probes, whatever processes do at once, and every change has a revision of its own', () => {
    const tokens = ['a', 'b', 'c'];
    const event = fc.oneof(
      fc.constant(tripped),
      fc.constantFrom(...tokens).map((token) => ({ kind: 'probe-taken' as const, token, lastsMin: 10 })),
      fc.constantFrom(...tokens).map((token) => ({ kind: 'probe-confirmed' as const, token, lastsMin: 60 })),
      fc.constantFrom(...tokens).map((token) => ({ kind: 'probe-failed' as const, token })),
      fc.constantFrom(...tokens).map((token) => ({ kind: 'probe-succeeded' as const, token })),
      fc.constant({ kind: 'reset' as const, who: 'ada', reason: 'mended' }),
      fc.constantFrom('told', 'sought', 'woken', 'forgotten').map((kind) => ({ kind }) as BreakerEvent),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(event, fc.integer({ min: 0, max: 20 }))), (told) => {
        let breaker: Breaker | undefined;
        let minutes = 0;
        for (const [each, wait] of told) {
          minutes += wait;
          const now = at(minutes);
          const whole = 'lastsMin' in each ? { ...each, until: at(minutes + each.lastsMin) } : each;
          const becomes = moveBreaker(breaker, whole as BreakerEvent, now);
          if (becomes === undefined) continue;
          const next = becomes === 'absent' ? undefined : becomes;
          if (breaker && next) expect(next.revision).toBe(breaker.revision + 1);
          // The probe passes from one to another only through its end, or when it is lost.
          if (breaker?.state === 'probing' && next?.state === 'probing' && next.token !== breaker.token)
            expect(breaker.until <= now).toBe(true);
          if (next?.state === 'probing') expect(next.notBefore <= now).toBe(true);
          breaker = next;
        }
      }),
      { seed: 20261121, numRuns: 2_000 },
    );
  });
});

describe('what opens it', () => {
  const policy = { errorPercentMax: 20, attemptsMin: 10 };
  it.each([
    [{ failures: 1, attempts: 9 }, undefined],
    [{ failures: 9, attempts: 9 }, undefined],
    [{ failures: 1, attempts: 10 }, undefined],
    [{ failures: 2, attempts: 10 }, 20],
    [{ failures: 1, attempts: 3 }, undefined],
    [{ failures: 12, attempts: 0 }, 100],
    [{ failures: 0, attempts: 100 }, undefined],
  ])('%j: %j', (tally, expected) => expect(errorPercent(tally, policy)).toBe(expected));
});

describe('whom it concerns', () => {
  const open = moveBreaker(undefined, tripped, NOW) as Breaker;
  const known = (kind: 'rule' | 'runbook', name: string): KnownBreaker => ({
    ...open,
    scope: { kind, name },
  });
  const attempt = { finding, document: plan.document, clientToken: 'a' };
  it.each([
    ['rule', 'S3_BUCKET_VERSIONING_ENABLED', 'open'],
    ['rule', 's3-bucket-versioning-enabled', 'open'],
    ['rule', 'ANOTHER', 'go'],
    ['runbook', plan.document, 'open'],
    ['runbook', 'Another', 'go'],
  ] as const)('%s %s: %s', (kind, name, said) => {
    expect(askBreakers([known(kind, name)], attempt, at(1)).kind).toBe(said);
  });

  it('lets through as the probe only where every breaker does', () => {
    const [rule, runbook] = [known('rule', 'S3_BUCKET_VERSIONING_ENABLED'), known('runbook', plan.document)];
    expect(askBreakers([rule, runbook], attempt, at(5))).toEqual({
      kind: 'probe',
      scopes: [rule.scope, runbook.scope],
    });
    const busy = { ...(moveBreaker(open, taken('b'), at(5)) as Breaker), scope: runbook.scope };
    expect(askBreakers([rule, busy], attempt, at(5)).kind).toBe('open');
    expect(askBreakers([rule, busy], { ...attempt, clientToken: 'b' }, at(5)).kind).toBe('probe');
  });

  it('is a doubt when it cannot be read, whatever the others say', () => {
    const spoilt: KnownBreaker = {
      scope: { kind: 'runbook', name: plan.document },
      state: 'unreadable',
      reason: '?',
    };
    expect(askBreakers([known('rule', 'ANOTHER'), spoilt], attempt, NOW).kind).toBe('unreadable');
  });

  it('is told beside the stop switches, of one case or of all', () => {
    const controls = {
      stops: [{ scope: { kind: 'everything' }, who: 'ada', reason: 'drill', since: NOW } as const],
      breakers: [known('rule', 'ANOTHER'), known('runbook', plan.document)],
    };
    expect(heldBack(controls)).toHaveLength(3);
    const about = aCase('held', {}, { lastPlanned: { ...plan, planHash: '0' } });
    const [stop, breaker, ...more] = heldBack(controls, about);
    expect(stop).toBe(`everything is stopped since ${NOW} by ada: drill`);
    expect(breaker).toContain(`the breaker of runbook ${plan.document} is open since ${NOW}`);
    expect(more).toEqual([]);
  });

  it('is told to people as it is, and how to reset it', () => {
    const opened = { ...known('rule', 'ODD\n\u202eNAME'), told: false } as Parameters<
      typeof breakersOpened
    >[0][0];
    const { subject, text } = breakersOpened([opened]);
    expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/);
    expect(text).toContain("selfheal breaker reset --rule 'ODD NAME' --reason");
    expect(text).toContain('5 of 10 attempts failed');
    expect(describeBreaker(opened)).toContain('a probe from');
  });
});

it.each(['rule#A', 'runbook#x#y', 'rule#a b\n'])('the id %j says what it is about', (id) => {
  const scope = breakerScopeOf(id);
  expect(scope && breakerId(scope)).toBe(id);
});
it.each(['', 'rule#', 'moon#A', 'rule'])('%j names no breaker', (id) => {
  expect(breakerScopeOf(id)).toBeUndefined();
});
