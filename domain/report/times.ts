/** How long what took: of the cases healed in a span, and of what people decided in it. */
import type { OpenStateName } from '../case/case.ts';
import { epochMs } from '../time.ts';
import type { CaseRow } from './case-row.ts';
import { FIGURES, type Span } from './figures.ts';
import { percentilesOf } from './percentiles.ts';
import type { TimeName, WeeklyReport } from './weekly-report.ts';

/** Each of a healed case's states is in exactly one part, so the parts add up to the whole. */
export const PARTS = {
  'waiting-for-approval': ['awaiting-approval'],
  'waiting-for-quota': ['queued'],
  running: ['starting', 'running'],
  verifying: ['verifying'],
  'held-back': ['held', 'observing', 'needs-human'],
} as const satisfies Readonly<
  Record<Exclude<TimeName, 'to-remediate' | 'approval-response'>, readonly OpenStateName[]>
>;
type PartName = keyof typeof PARTS;
const PART_NAMES = Object.keys(PARTS) as readonly PartName[];

/** @returns in ms; undefined when it was not healed in the span */
export const remediationMs = (row: CaseRow, span: Span): number | undefined =>
  row.closed !== undefined && FIGURES.resolved.counts(row, span)
    ? Math.max(0, epochMs(row.closed.at) - epochMs(row.openedAt))
    : undefined;

/** @returns in ms, of the parts that it had */
export const partsMs = ({ spentMs }: CaseRow): readonly (readonly [PartName, number])[] =>
  PART_NAMES.flatMap((part) => {
    const spent = PARTS[part].flatMap((state: OpenStateName) => spentMs[state] ?? []);
    return spent.length === 0 ? [] : [[part, spent.reduce((sum, each) => sum + each, 0)] as const];
  });

/** From asking to the decision, of those that fell in the span; who was asked again decided on what was asked last. */
const responsesMs = ({ asked, decided }: CaseRow, { from, to }: Span): readonly number[] =>
  decided
    .filter(({ at }) => from <= at && at < to)
    .flatMap(({ at }) => {
      const last = asked.findLast((each) => each <= at);
      return last === undefined ? [] : [epochMs(at) - epochMs(last)];
    });

export interface TimesFold {
  add(row: CaseRow): void;
  told(): WeeklyReport['times'];
}

export const timesFold = (span: Span): TimesFold => {
  const all: Record<TimeName, number[]> = {
    'to-remediate': [],
    'waiting-for-approval': [],
    'waiting-for-quota': [],
    running: [],
    verifying: [],
    'held-back': [],
    'approval-response': [],
  };
  return {
    add: (row) => {
      all['approval-response'].push(...responsesMs(row, span));
      const tookMs = remediationMs(row, span);
      if (tookMs === undefined) return;
      all['to-remediate'].push(tookMs);
      for (const [part, ms] of partsMs(row)) all[part].push(ms);
    },
    told: () => ({
      'to-remediate': percentilesOf(all['to-remediate']),
      'waiting-for-approval': percentilesOf(all['waiting-for-approval']),
      'waiting-for-quota': percentilesOf(all['waiting-for-quota']),
      running: percentilesOf(all.running),
      verifying: percentilesOf(all.verifying),
      'held-back': percentilesOf(all['held-back']),
      'approval-response': percentilesOf(all['approval-response']),
    }),
  };
};
