/**
 * What is counted in a week, and the rule by which a case counts. A figure is the number of the cases for which its
 * rule holds; who wants to see them gets the same rule's list.
 */
import { type Instant, soonest } from '../time.ts';
import type { CaseRow } from './case-row.ts';

/** A stretch of time: `from` belongs to it, `to` does not. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

export interface Figure {
  /** For people. */
  readonly title: string;
  /** In a sentence: it stands beside the figure. */
  readonly definition: string;
  readonly counts: (row: CaseRow, span: Span) => boolean;
}

const within = (at: Instant, { from, to }: Span): boolean => from <= at && at < to;

const closedAs =
  (...ends: readonly NonNullable<CaseRow['closed']>['as'][]) =>
  ({ closed }: CaseRow, span: Span): boolean =>
    closed !== undefined && ends.includes(closed.as) && within(closed.at, span);

const decided =
  (answer: CaseRow['decided'][number]['answer']) =>
  (row: CaseRow, span: Span): boolean =>
    row.decided.some((decision) => decision.answer === answer && within(decision.at, span));

const handed =
  (isMeant: (code: string) => boolean) =>
  (row: CaseRow, span: Span): boolean =>
    row.handed.some(({ at, code }) => isMeant(code) && within(at, span));

/** People had said yes before it was healed. */
const isApproved = ({ decided: all }: CaseRow): boolean => all.some(({ answer }) => answer === 'approved');

/**
 * When the work on a case that had an attempt came to its first end: it was closed, or handed to a person after an
 * attempt. So each case counts once, in one week, however it goes on.
 */
export const firstEndOf = ({ attempts: [first], handed: all, closed }: CaseRow): Instant | undefined => {
  if (first === undefined) return undefined;
  const given = all.find(({ at }) => at >= first.at)?.at;
  if (given === undefined || closed === undefined) return given ?? closed?.at;
  return soonest(given, closed.at);
};

export const FIGURES = {
  opened: {
    title: 'Cases opened',
    definition: 'Cases that were opened in the week.',
    counts: ({ openedAt }, span) => within(openedAt, span),
  },
  resolved: {
    title: 'Healed',
    definition:
      'Cases closed in the week as resolved: the runbook succeeded, and AWS Config said COMPLIANT afterwards.',
    counts: closedAs('resolved'),
  },
  'healed-unasked': {
    title: 'Healed without asking',
    definition: 'Healed cases on which nobody had to decide.',
    counts: (row, span) => closedAs('resolved')(row, span) && !isApproved(row),
  },
  'healed-approved': {
    title: 'Healed after approval',
    definition: 'Healed cases whose plan people had approved.',
    counts: (row, span) => closedAs('resolved')(row, span) && isApproved(row),
  },
  approved: {
    title: 'Approved',
    definition: 'Cases on which enough people said yes in the week.',
    counts: decided('approved'),
  },
  denied: {
    title: 'Denied',
    definition: 'Cases on which somebody said no in the week.',
    counts: decided('denied'),
  },
  expired: {
    title: 'Expired',
    definition: 'Cases on which too few people decided in time, in the week. Nothing was started.',
    counts: handed((code) => code === 'approval-expired'),
  },
  escalated: {
    title: 'Handed to a person',
    definition: 'Cases that selfheal handed to a person in the week, for whatever reason.',
    counts: handed(() => true),
  },
  unverified: {
    title: 'Unverified',
    definition:
      'Cases handed to a person in the week because the runbook succeeded and AWS Config gave no verdict.',
    counts: handed((code) => code === 'unverified'),
  },
  'self-resolved': {
    title: 'Compliant without selfheal',
    definition:
      'Cases closed in the week because the resource was compliant again, or gone, without a fix of ours.',
    counts: closedAs('self-resolved'),
  },
  suppressed: {
    title: 'Exempt',
    definition: 'Cases closed in the week by an exemption.',
    counts: closedAs('suppressed'),
  },
  'closed-by-human': {
    title: 'Closed by a person',
    definition: 'Cases that a person closed in the week.',
    counts: closedAs('closed-by-human'),
  },
  attempted: {
    title: 'Tried and ended',
    definition:
      'Cases with at least one attempt whose work came to its first end in the week: closed, or handed to a person.',
    counts: (row, span) => {
      const at = firstEndOf(row);
      return at !== undefined && within(at, span);
    },
  },
  succeeded: {
    title: 'Tried and healed',
    definition:
      'Of those tried and ended, the ones whose first end was to be closed as resolved: no person had to take over.',
    counts: (row, span) => {
      const at = firstEndOf(row);
      return at !== undefined && within(at, span) && row.closed?.as === 'resolved' && row.closed.at === at;
    },
  },
  retried: {
    title: 'Retried',
    definition: 'Cases with an attempt in the week that was not their first.',
    counts: ({ attempts }, span) => attempts.slice(1).some(({ at }) => within(at, span)),
  },
  'open-at-end': {
    title: 'Open at the end',
    definition: 'Cases that were open when the week ended.',
    counts: ({ openedAt, closed }, { to }) => openedAt < to && (closed === undefined || closed.at >= to),
  },
} as const satisfies Readonly<Record<string, Figure>>;

export type FigureName = keyof typeof FIGURES;
export const FIGURE_NAMES = Object.keys(FIGURES) as readonly FigureName[];

/** Printed beside the success rate wherever it stands. */
export const SUCCESS_DEFINITION =
  'Success rate: cases tried and healed, of all cases tried and ended. A case counts once, in the week in which its work first ended: it was closed, or handed to a person.';
