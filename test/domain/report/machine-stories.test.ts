/** What the report counts of cases that the machine itself has moved. */
import { describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import type { Assessment } from '../../../domain/case/observation.ts';
import { rowOf } from '../../../domain/report/case-row.ts';
import type { FigureName } from '../../../domain/report/figures.ts';
import { figuresOf } from '../../../domain/report/heads.ts';
import { makeWeeklyReport } from '../../../domain/report/make-weekly-report.ts';
import { type Week, weekAt, weeksFrom } from '../../../domain/report/week.ts';
import { minuteMs } from '../../../domain/time.ts';
import { HISTORY_CATALOG } from '../../support/case-history.ts';
import { assessment, evaluation, NOW, observations, plan, planned } from '../../support/cases.ts';
import { ended, type Heard, minutesLater, openedCase, started, toldCase } from '../../support/told-case.ts';

const WEEK: Week = weekAt(NOW, 'UTC');
/** It is Saturday, 3:00: the next week begins in 45 hours. */
const NEXT = 45 * 60;

const auto = assessment({ kind: 'planned', ...planned });
const approve = assessment({ kind: 'planned', ...planned }, 'approve');
const owned: Assessment = { ...auto, severity: 'critical', terms: { ...auto.terms, owner: 'payroll' } };
const FAILED = { status: 'failed', statusText: 'Failed' } as const;

const compliant = (minutes: number): Heard => [
  [minutes, { kind: 'evaluated', evaluation: evaluation('COMPLIANT', minutesLater(minutes)), via: 'event' }],
];
const healing = (from: number, token = 'one'): Heard => [
  ...started(from, token),
  [from + 4, ended(from + 4)],
  ...compliant(from + 7),
];
const failing = (from: number, token: string, failureMessage: string): Heard => [
  ...started(from, token),
  [from + 4, ended(from + 4, { ...FAILED, failureMessage })],
];
const denial = {
  kind: 'decided',
  decision: { ...observations.decided.decision, answer: 'deny', reason: 'month end' },
} as const;
const expiring = (minutes: number): Heard => [[minutes, { kind: 'due' }]];

/** The case, and what it counts in: this week, and the next one. */
const STORIES: Readonly<Record<string, readonly [Case, readonly FigureName[], readonly FigureName[]]>> = {
  'healed at once': [
    toldCase(openedCase(auto), ...healing(2)),
    ['opened', 'resolved', 'healed-unasked', 'attempted', 'succeeded'],
    [],
  ],
  'approved in one week, healed in the next': [
    toldCase(openedCase(approve), [7, observations.decided], ...healing(NEXT - 2)),
    ['opened', 'approved', 'open-at-end'],
    ['resolved', 'healed-approved', 'attempted', 'succeeded'],
  ],
  denied: [toldCase(openedCase(approve), [7, denial]), ['opened', 'denied'], []],
  'asked for in vain, then compliant': [
    toldCase(openedCase(approve), ...expiring(5 * 60), ...compliant(NEXT + 5)),
    ['opened', 'expired', 'escalated', 'open-at-end'],
    ['self-resolved'],
  ],
  'tried three times, then closed by a person': [
    toldCase(
      openedCase(auto),
      ...failing(2, 'one', 'Step 1 timed out after 30 s'),
      [10, { kind: 'assessed', assessment: auto }],
      ...failing(12, 'two', 'Step 1 timed out after 31 s'),
      [20, { kind: 'assessed', assessment: auto }],
      ...failing(NEXT - 2, 'three', 'Step 1 timed out after 32 s'),
      [NEXT + 9, observations['closed-by-human']],
    ),
    ['opened', 'retried', 'open-at-end'],
    // The third attempt was started before midnight, and failed after it.
    ['escalated', 'closed-by-human', 'attempted'],
  ],
  'refused for good, left open': [
    toldCase(openedCase(auto), ...failing(2, 'one', 'AccessDenied: not authorized')),
    ['opened', 'escalated', 'attempted', 'open-at-end'],
    ['open-at-end'],
  ],
  'without a verdict': [
    toldCase(
      openedCase(auto),
      ...started(2, 'one'),
      [6, ended(6)],
      [50, { kind: 'due' }],
      [61, { kind: 'due' }],
    ),
    ['opened', 'escalated', 'unverified', 'attempted', 'open-at-end'],
    ['open-at-end'],
  ],
  'compliant after a failed attempt': [
    toldCase(openedCase(auto), ...failing(2, 'one', 'Rate exceeded'), ...compliant(8)),
    ['opened', 'self-resolved', 'attempted'],
    [],
  ],
  'exempt from the start': [
    openedCase(
      assessment({ kind: 'exempt', exemption: { name: 'legacy', owner: 'ops', reason: 'goes in May' } }),
    ),
    ['opened', 'suppressed'],
    [],
  ],
  'without a runbook': [
    openedCase(assessment({ kind: 'refused', refusal: { code: 'no-runbook', reason: 'AWS owns none' } })),
    ['opened', 'escalated', 'open-at-end'],
    ['open-at-end'],
  ],
  'observed, then critical': [
    toldCase(
      openedCase(assessment({ kind: 'observe', why: 'the policy says observe' }, 'observe')),
      [NEXT - 1, { kind: 'assessed', assessment: owned }],
      ...healing(NEXT + 1),
    ),
    ['opened', 'open-at-end'],
    ['resolved', 'healed-unasked', 'attempted', 'succeeded'],
  ],
};

describe('of a case that the machine moved, the report counts', () => {
  it.each(Object.entries(STORIES))('%s', (_, [about, now, next]) => {
    const row = rowOf(about);
    expect([...figuresOf(row, WEEK)].toSorted()).toEqual([...now].toSorted());
    expect([...figuresOf(row, weeksFrom(WEEK, 1))].toSorted()).toEqual([...next].toSorted());
  });

  it('all of them together', async () => {
    const rows = Object.values(STORIES).map(([about], index) => ({
      ...rowOf(about),
      findingId: `f${index}`,
    }));
    const reportOf = (week: Week) =>
      makeWeeklyReport({
        rows,
        week,
        now: weeksFrom(WEEK, 3).from,
        policyVersion: 'aaaaaaaaaaaa',
        catalog: HISTORY_CATALOG,
        accountName: () => undefined,
        lapsing: [],
        controlEvents: [],
      });
    const [first, second] = await Promise.all([reportOf(WEEK), reportOf(weeksFrom(WEEK, 1))]);
    expect(first.total.success).toEqual({ numerator: 1, denominator: 4, value: 0.25 });
    expect(second.total.success).toEqual({ numerator: 2, denominator: 3, value: 2 / 3 });
    expect(first.times['approval-response']).toMatchObject({ count: 2, totalMs: 14 * minuteMs });
    expect(second.times['to-remediate']).toMatchObject({ count: 2, p50: (NEXT + 5) * minuteMs });
    expect(second.times['held-back']).toMatchObject({ count: 1, totalMs: (NEXT - 1) * minuteMs });
    expect(first.runbooks).toMatchObject([
      { document: plan.document, attempts: 6, failed: 5, commonestError: { count: 2 } },
    ]);
    expect(second.runbooks).toMatchObject([
      {
        document: plan.document,
        attempts: 3,
        failed: 1,
        commonestError: { error: 'Failed: Step … timed out after … s', count: 1 },
      },
    ]);
    expect(first.by.severity.map(({ key, figures }) => [key, figures['open-at-end']])).toEqual([
      ['critical', 1],
      ['medium', 6],
    ]);
    expect(second.by.owner.map(({ key, figures }) => [key, figures.resolved])).toEqual([
      ['', 1],
      ['payroll', 1],
    ]);
    expect(first.doubts.join()).not.toContain('where all of the time went');
  });
});
