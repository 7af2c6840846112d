/** Findings that keep coming back. */
import type { Catalog } from '../catalog/catalog.ts';
import type { Instant } from '../time.ts';
import type { CaseRow } from './case-row.ts';
import type { Span } from './figures.ts';
import { headsOf } from './heads.ts';
import type { FlappingLine } from './weekly-report.ts';

export interface FlappingFold {
  add(row: CaseRow): void;
  /** The worst, and how many more there are. */
  told(): { readonly lines: readonly FlappingLine[]; readonly more: number };
}

/**
 * @param span the week
 * @param from since when its cases count, to the end of the week
 */
export const flappingFold = (span: Span, from: Instant, catalog: Pick<Catalog, 'rule'>): FlappingFold => {
  const byFinding = new Map<string, FlappingLine>();
  return {
    add: (row) => {
      if (row.openedAt < from || row.openedAt >= span.to) return;
      const known = byFinding.get(row.findingId);
      byFinding.set(row.findingId, {
        ...(known ?? findingOf(row, headsOf(row, span, catalog).rule[0] ?? row.rule)),
        cases: (known?.cases ?? 0) + 1,
        handed: known?.handed === true || isHandedForIt(row, span),
      });
    },
    told: () => {
      const lines = [...byFinding.values()].filter(({ cases }) => cases >= CASES_MIN).toSorted(byCases);
      return { lines: lines.slice(0, LINES_MAX), more: Math.max(0, lines.length - LINES_MAX) };
    },
  };
};

const findingOf = ({ findingId, account, region, resourceType, resourceId }: CaseRow, rule: string) => ({
  findingId,
  account,
  region,
  rule,
  resourceType,
  resourceId,
});

const isHandedForIt = ({ handed }: CaseRow, { from, to }: Span): boolean =>
  handed.some(({ at, code }) => code === 'flapping' && from <= at && at < to);

const byCases = (one: FlappingLine, other: FlappingLine): number =>
  Number(other.handed) - Number(one.handed) ||
  other.cases - one.cases ||
  (one.findingId < other.findingId ? -1 : 1);

const CASES_MIN = 2;
/** Nobody reads more; and a report is to be small. */
const LINES_MAX = 50;
