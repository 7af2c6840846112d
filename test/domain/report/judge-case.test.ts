/** Whatever the machine makes of a case is consistent; whoever changes one is found. */
import { describe, expect, it } from 'vitest';
import type { Case, TimelineEntry } from '../../../domain/case/case.ts';
import { CLOSED_STATES, OPEN_STATES } from '../../../domain/case/case.ts';
import { inconsistencies } from '../../../domain/report/judge-case.ts';
import { hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { assessment, evaluation, NOW, observations, planned } from '../../support/cases.ts';
import { ended, minutesLater, openedCase, started, toldCase } from '../../support/told-case.ts';
import { walkedCases } from '../../support/walked-cases.ts';

const SPAN = { from: '2026-11-01T00:00:00.000Z', to: '2026-11-20T00:00:00.000Z' };

describe('a case that the machine made', () => {
  const cases = [
    ...walkedCases({ seed: 7, cases: 900, ...SPAN }),
    ...walkedCases({ seed: 8, cases: 60, ...SPAN, stepsMax: 400, stepsMin: 200 }),
  ];

  it('is consistent, whatever it went through', () => {
    expect(cases.flatMap((about) => inconsistencies(about).map((what) => `${about.id}: ${what}`))).toEqual(
      [],
    );
  });

  it('went through every state, and stories longer than are kept', () => {
    const seen = new Set(cases.flatMap(({ timeline }) => timeline.map(({ state }) => state)));
    // Only what no assessment here says is missing.
    expect([...OPEN_STATES, ...CLOSED_STATES].filter((name) => !seen.has(name))).toEqual(['observing']);
    expect(cases.filter(({ timelineDropped }) => timelineDropped > 0).length).toBeGreaterThan(3);
    expect(cases.filter(({ attempts }) => attempts > 1).length).toBeGreaterThan(30);
  });
});

/** Asked for, approved, tried in vain, tried again and healed. */
const HEALED = toldCase(
  openedCase(assessment({ kind: 'planned', ...planned }, 'approve')),
  [7, observations.decided],
  ...started(10, 'one'),
  [14, ended(14, { status: 'failed', statusText: 'Failed', failureMessage: 'Step 1 timed out' })],
  [20, { kind: 'assessed', assessment: assessment({ kind: 'planned', ...planned }, 'approve') }],
  ...started(22, 'two'),
  [26, ended(26)],
  [29, { kind: 'evaluated', evaluation: evaluation('COMPLIANT', minutesLater(28)), via: 'read' }],
);
const DENIED = toldCase(openedCase(assessment({ kind: 'planned', ...planned }, 'approve')), [
  7,
  { kind: 'decided', decision: { ...observations.decided.decision, answer: 'deny', reason: 'month end' } },
]);

const entries =
  (edit: (timeline: readonly TimelineEntry[]) => readonly TimelineEntry[]) =>
  (about: Case): object => ({ timeline: edit(about.timeline) });
const without = (what: string) =>
  entries((timeline) =>
    timeline.toSpliced(
      timeline.findIndex((each) => each.what === what),
      1,
    ),
  );

describe('a case that somebody changed', () => {
  it('begins as a consistent one', () => {
    expect([inconsistencies(HEALED), inconsistencies(DENIED)]).toEqual([[], []]);
  });

  it.each<[string, (about: Case) => object, RegExp]>([
    [
      'its state',
      () => ({ state: { name: 'self-resolved', closedAt: minutesLater(29), why: 'compliant' } }),
      /its state is self-resolved, but its timeline ends as resolved/,
    ],
    [
      'when it was closed',
      ({ state }) => ({ state: { ...state, closedAt: plusMs(NOW, hourMs) } }),
      /closedAt is .*, but its timeline closes it at/,
    ],
    [
      'when it was opened',
      () => ({ openedAt: plusMs(NOW, minuteMs) }),
      /openedAt is .*, but its timeline begins at/,
    ],
    [
      'its account',
      ({ finding }) => ({ finding: { ...finding, account: '999999999999' } }),
      /its id belongs to another finding/,
    ],
    [
      'its resource',
      ({ finding }) => ({ finding: { ...finding, resourceId: 'another' } }),
      /its id belongs to another finding/,
    ],
    ['its number', () => ({ number: 2 }), /its id belongs to another finding/],
    [
      'its severity',
      () => ({ severity: 'low' }),
      /it was routed last as .*severity:medium.*by itself as .*severity:low/,
    ],
    ['its attempts', () => ({ attempts: 1 }), /attempts is 1, but its timeline intends 2/],
    [
      'how long it waited',
      ({ stays }) => ({ stays: { ...stays, ms: { ...stays?.ms, 'awaiting-approval': 1 } } }),
      /it was awaiting-approval for 1 ms, by its timeline for 420000 ms/,
    ],
    [
      'since when it is what it is',
      ({ stays }) => ({ stays: { ...stays, since: NOW } }),
      /it is resolved since/,
    ],
    [
      'the first entry deleted',
      entries(([, ...timeline]) => timeline),
      /its timeline begins with approval-requested/,
    ],
    [
      'the last entry deleted',
      entries((timeline) => timeline.slice(0, -1)),
      /its timeline ends as verifying/,
    ],
    [
      'an approval deleted',
      without('approved'),
      /goes from awaiting-approval to starting, which no case does/,
    ],
    ['an intent deleted', without('attempt-intended'), /attempts is 2, but its timeline intends 1/],
    ['a failure deleted', without('attempt-failed'), /goes from running to queued, which no case does/],
    ['a success deleted', without('attempt-succeeded'), /its timeline has no attempt that succeeded/],
    ['all entries deleted', () => ({ timeline: [] }), /its timeline is empty/],
    [
      'an entry added',
      entries((timeline) =>
        timeline.toSpliced(3, 0, {
          at: minutesLater(8),
          who: 'ada',
          what: 'denied',
          why: 'no',
          state: 'denied',
        }),
      ),
      /goes from denied to starting, which no case does/,
    ],
    [
      'an intent added',
      entries((timeline) => [...timeline.slice(0, 4), ...timeline.slice(3)]),
      /timeline intends 3/,
    ],
    [
      'an entry moved',
      entries((timeline) => [
        ...timeline.slice(0, 2),
        ...timeline.slice(3, 5),
        timeline[2] as TimelineEntry,
        ...timeline.slice(5),
      ]),
      /is older than the one before/,
    ],
    [
      'the time of an entry',
      entries((timeline) =>
        timeline.map((each) => (each.what === 'approved' ? { ...each, at: minutesLater(9) } : each)),
      ),
      /awaiting-approval for 420000 ms, by its timeline for 540000 ms/,
    ],
    [
      'no time at all',
      entries((timeline) =>
        timeline.map((each) => (each.what === 'approved' ? { ...each, at: 'soon' } : each)),
      ),
      /has no time: soon/,
    ],
    [
      'a verdict from before the end of the run',
      ({ state }) => ({ state: { ...state, verdictRecordedAt: minutesLater(25) } }),
      /its verdict of .* is not from after its run ended/,
    ],
    [
      'the attempt that healed it',
      ({ state }) => ({ state: { ...state, attempt: 1 } }),
      /attempt 1 resolved it, but there were 2/,
    ],
    [
      'what Config said last',
      ({ newestEvaluation }) => ({ newestEvaluation: { ...newestEvaluation, compliance: 'NON_COMPLIANT' } }),
      /it is resolved, but Config said last NON_COMPLIANT/,
    ],
    [
      'entries that were never dropped',
      () => ({ timelineDropped: 3 }),
      /3 entries were dropped from its timeline, which has room/,
    ],
    [
      'milestones that were never dropped',
      () => ({ milestonesDropped: 3 }),
      /of 0 entries that were dropped, 3 are said to count/,
    ],
  ])('is found by %s', (_, edit, told) => {
    expect(inconsistencies({ ...HEALED, ...edit(HEALED) } as Case).join('\n')).toMatch(told);
  });

  it('is found by who denied it', () => {
    const decision = { ...(DENIED.state as { decision: object }).decision, who: 'grace' };
    const edited = { ...DENIED, state: { ...DENIED.state, decision } } as Case;
    expect(inconsistencies(edited)).toEqual([
      'it was denied by ada in its timeline, and by grace in its state',
    ]);
  });

  it('is found by a story that is longer than any', () => {
    const [first] = HEALED.timeline;
    const timeline = Array.from({ length: 61 }, () => first as TimelineEntry);
    expect(inconsistencies({ ...HEALED, timeline }).join('\n')).toMatch(
      /61 entries, and none has more than 60/,
    );
  });
});
