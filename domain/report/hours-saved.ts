/** What people did not have to do by hand, by what the catalog says of each rule. */
import { type Catalog, MANUAL_MINUTES_DEFAULT } from '../catalog/catalog.ts';
import type { CaseRow } from './case-row.ts';
import { FIGURES, type Span } from './figures.ts';
import { headsOf } from './heads.ts';
import type { HoursSaved } from './weekly-report.ts';

export interface HoursSavedFold {
  add(row: CaseRow): void;
  told(): HoursSaved;
}

export const hoursSavedFold = (span: Span, catalog: Pick<Catalog, 'rule'>): HoursSavedFold => {
  const healed = new Map<string, number>();
  return {
    add: (row) => {
      if (!FIGURES.resolved.counts(row, span)) return;
      for (const rule of headsOf(row, span, catalog).rule) healed.set(rule, (healed.get(rule) ?? 0) + 1);
    },
    told: () => {
      const byRule = [...healed]
        .map(([rule, count]) => ({
          rule,
          healed: count,
          minutesEach: catalog.rule(rule)?.manualMinutes ?? MANUAL_MINUTES_DEFAULT,
        }))
        .toSorted((one, other) => minutesOf(other) - minutesOf(one) || (one.rule < other.rule ? -1 : 1));
      const minutes = byRule.reduce((sum, each) => sum + minutesOf(each), 0);
      return { hours: minutes / 60, byRule, assumption: ASSUMPTION };
    },
  };
};

const minutesOf = ({ healed, minutesEach }: HoursSaved['byRule'][number]): number => healed * minutesEach;

const ASSUMPTION = `For each healed case the minutes that a person would need to look into it, to change the resource and to look at it again, as the catalog says of its rule (manual-minutes; ${MANUAL_MINUTES_DEFAULT} where it says nothing). What people spend on approvals is not taken off.`;
