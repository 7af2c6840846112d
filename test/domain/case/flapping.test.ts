/** A finding that keeps coming back goes to a person; what people decide, and what selfheal does, is no drift. */
import { describe, expect, it } from 'vitest';
import type { Case, ClosedState } from '../../../domain/case/case.ts';
import { decide } from '../../../domain/case/case-machine.ts';
import type { EarlierCase } from '../../../domain/case/earlier-case.ts';
import type { Assessment } from '../../../domain/case/observation.ts';
import { earlierOf, openCase } from '../../../domain/case/open-case.ts';
import { hourMs, minuteMs, plusMs, secondMs } from '../../../domain/time.ts';
import { aCase, assessment, evaluation, finding, moment, NOW, planned, terms } from '../../support/cases.ts';

const THREE = { cases: 3, withinMs: 24 * hourMs };
const policy = (mode: Assessment['mode'] = 'auto', flapping = THREE): Assessment => ({
  ...assessment({ kind: 'planned', ...planned }, mode),
  terms: { ...terms, flapping },
});
/** An earlier case, so many hours before now. */
const earlier = (number: number, hoursAgo: number, rest: Partial<EarlierCase> = {}): EarlierCase => ({
  number,
  openedAt: plusMs(NOW, -hoursAgo * hourMs),
  closedAt: plusMs(NOW, -hoursAgo * hourMs + 5 * minuteMs),
  ended: 'resolved',
  ...rest,
});
const open = (cases: readonly EarlierCase[], by = policy(), recordedAt = NOW): Case =>
  openCase(
    {
      finding,
      origin: aCase('held').origin,
      lane: aCase('held').lane,
      number: cases.length + 1,
      evaluation: evaluation('NON_COMPLIANT', recordedAt),
      assessment: by,
      earlier: cases,
    },
    moment(),
  ).case;

describe('a finding that comes back again and again', () => {
  it.each(['auto', 'approve'] as const)(
    'goes to a person at the third case in a day, in mode %s, with the history',
    (mode) => {
      const about = open([earlier(1, 9), earlier(2, 4, { ended: 'self-resolved' })], policy(mode));
      expect(about.state).toMatchObject({ name: 'needs-human', code: 'flapping' });
      const history =
        '#1 2026-11-20T18:00 resolved 2026-11-20T18:05, #2 2026-11-20T23:00 self-resolved 2026-11-20T23:05, #3 2026-11-21T03:00 now';
      expect(about.state).toHaveProperty('reason', expect.stringContaining(history));
      expect(about.timeline.at(-1)?.why).toContain(history);
    },
  );

  it('does not at the second', () => {
    expect(open([earlier(1, 4)]).state.name).toBe('queued');
  });

  it('counts from the opening of this case back, to the millisecond', () => {
    expect(open([earlier(1, 24), earlier(2, 1)]).state).toMatchObject({ code: 'flapping' });
    const justBefore = { ...earlier(1, 24), openedAt: plusMs(NOW, -24 * hourMs - 1) };
    expect(open([justBefore, earlier(2, 1)]).state.name).toBe('queued');
  });

  it.each<ClosedState['name']>(['denied', 'closed-by-human', 'suppressed'])(
    'does not count what a person decided: %s',
    (ended) => {
      expect(open([earlier(1, 9, { ended }), earlier(2, 4)]).state.name).toBe('queued');
    },
  );

  it('counts a case whose times nobody can read: that leads to a person and not to a start', () => {
    const unreadable = { number: 1, ended: 'resolved' } as EarlierCase;
    expect(open([unreadable, earlier(2, 4)]).state).toMatchObject({ code: 'flapping' });
  });

  it('throws where nobody can tell what flapping is: nothing is opened, and nothing starts', () => {
    expect(() => open([earlier(1, 1)], policy('auto', {} as typeof THREE))).toThrow();
  });

  it('is looked at again when the policy is asked again: a stricter one holds a queued case back', () => {
    const queued = open([earlier(1, 4)]);
    const outcome = decide(
      queued,
      { kind: 'assessed', assessment: policy('auto', { ...THREE, cases: 2 }) },
      moment(plusMs(NOW, minuteMs)),
    );
    expect(outcome).toMatchObject({ case: { state: { name: 'needs-human', code: 'flapping' } } });
  });

  it('a person can close it, and it closes when it is compliant', () => {
    const about = open([earlier(1, 9), earlier(2, 4)]);
    const close = { kind: 'closed-by-human', who: 'ada', reason: 'the other tool is off' } as const;
    expect(decide(about, close, moment())).toMatchObject({ case: { state: { name: 'closed-by-human' } } });
    const healed = {
      kind: 'evaluated',
      evaluation: evaluation('COMPLIANT', plusMs(NOW, 1)),
      via: 'event',
    } as const;
    expect(decide(about, healed, moment())).toMatchObject({ case: { state: { name: 'self-resolved' } } });
  });
});

describe('what selfheal changed itself', () => {
  const resolved = aCase('resolved', {
    closedAt: plusMs(NOW, -50 * secondMs),
    runEndedAt: plusMs(NOW, -minuteMs),
    verdictRecordedAt: plusMs(NOW, -55 * secondMs),
  });

  it('is remembered: until when Config may tell of our own run', () => {
    expect(terms.verify.settleMs).toBe(minuteMs);
    expect(earlierOf(resolved)).toEqual([
      {
        number: 1,
        openedAt: resolved.openedAt,
        closedAt: resolved.state.closedAt,
        ended: 'resolved',
        settledAt: NOW,
      },
    ]);
  });

  it('is an echo while the run settles, and drift from then on', () => {
    const cases = [earlier(1, 9), ...earlierOf({ ...resolved, number: 2 })];
    const echo = open(cases, policy(), NOW);
    expect(echo).toMatchObject({ echo: true, state: { name: 'queued' } });
    const drift = open(cases, policy(), plusMs(NOW, 1));
    expect(drift).not.toHaveProperty('echo');
    expect(drift.state).toMatchObject({ code: 'flapping' });
  });

  it('does not count later either', () => {
    const echo = { ...open(earlierOf(resolved)), number: 2 };
    const closed = { ...echo, state: { name: 'self-resolved', closedAt: NOW, why: 'compliant' } } as const;
    const cases = earlierOf(closed);
    expect(cases.map(({ echo: isEcho }) => isEcho)).toEqual([undefined, true]);
    expect(open(cases, policy(), plusMs(NOW, hourMs)).state.name).toBe('queued');
    expect(open([...cases, earlier(3, 0)], policy(), plusMs(NOW, hourMs)).state).toMatchObject({
      code: 'flapping',
    });
  });
});

describe('the memory of earlier cases', () => {
  it('is bounded, and keeps longest what counts', () => {
    const cases = Array.from({ length: 10 }, (_, n) =>
      earlier(n + 1, 20 - n, n % 2 === 0 ? {} : { ended: 'denied' }),
    );
    const next = earlierOf(aCase('self-resolved', {}, { number: 11, earlier: cases }));
    expect(next.map(({ number }) => number)).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    const all = Array.from({ length: 10 }, (_, n) => earlier(n + 1, 20 - n));
    const last = earlierOf(aCase('self-resolved', {}, { number: 11, earlier: all }));
    expect(last.map(({ number }) => number)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});
