/** A week by account, rule, severity, framework and owner. */
import type { Catalog, Severity } from '../catalog/catalog.ts';
import type { CaseRow } from './case-row.ts';
import type { FigureName, Span } from './figures.ts';
import { headsOf } from './heads.ts';
import { type TallyFold, tallyFold } from './tally.ts';
import { DIMENSIONS, type Dimension, type Group, type WeeklyReport } from './weekly-report.ts';

export interface GroupsFold {
  /** Of a case that counts in the week: in which figures, and how long it took if it was healed. */
  add(row: CaseRow, figures: readonly FigureName[], tookMs: number | undefined): void;
  told(): WeeklyReport['by'];
}

/** @param accountName for people; undefined where nobody gave one */
export const groupsFold = (
  span: Span,
  catalog: Pick<Catalog, 'rule'>,
  accountName: (account: string) => string | undefined,
): GroupsFold => {
  const groups: Readonly<Record<Dimension, Map<string, TallyFold>>> = {
    account: new Map(),
    rule: new Map(),
    severity: new Map(),
    framework: new Map(),
    owner: new Map(),
  };
  const groupOf = (by: Dimension, key: string): TallyFold => {
    const known = groups[by].get(key) ?? tallyFold();
    groups[by].set(key, known);
    return known;
  };
  const told = (by: Dimension): readonly Group[] =>
    [...groups[by]]
      .map(([key, tally]): Group => {
        const title = by === 'account' ? accountName(key) : undefined;
        return {
          key,
          ...(title !== undefined && { title }),
          ...tally.told(),
          toRemediate: tally.toRemediate(),
        };
      })
      .toSorted(by === 'severity' ? bySeverity : byWork);
  return {
    add: (row, figures, tookMs) => {
      const heads = headsOf(row, span, catalog);
      for (const by of DIMENSIONS) for (const key of heads[by]) groupOf(by, key).add(figures, tookMs);
    },
    told: () => ({
      account: told('account'),
      rule: told('rule'),
      severity: told('severity'),
      framework: told('framework'),
      owner: told('owner'),
    }),
  };
};

/** The gravest first. */
const bySeverity = (one: Group, other: Group): number => rankOf(one.key) - rankOf(other.key);
const SEVERITIES: readonly string[] = ['critical', 'high', 'medium', 'low'] satisfies readonly Severity[];
const rankOf = (key: string): number =>
  SEVERITIES.includes(key) ? SEVERITIES.indexOf(key) : SEVERITIES.length;

/** Where most came up first; what is alike by its key, so that the same cases are told in the same order. */
const byWork = (one: Group, other: Group): number =>
  other.figures.opened - one.figures.opened ||
  other.figures['open-at-end'] - one.figures['open-at-end'] ||
  (one.key < other.key ? -1 : 1);
