/**
 * Under which heads a case is counted, and in which figures. The report adds up by this, and the list of the cases
 * behind a figure is made by this too: so the two cannot differ.
 */
import type { Catalog } from '../catalog/catalog.ts';
import type { CaseRow } from './case-row.ts';
import { FIGURE_NAMES, FIGURES, type FigureName, type Span } from './figures.ts';
import type { Dimension } from './weekly-report.ts';

/** The key of what has none: a case without an owner, a rule that no framework asks for. */
export const NO_KEY = '';

/**
 * The groups that a case belongs to, as they were before the span ended. Of most dimensions it is one; a rule may
 * serve several frameworks.
 *
 * @param catalog knows rules by the identifier that AWS gives them and by their plain names: a case that did not know
 * its rule's identifier yet stands under the same head as the others
 */
export const headsOf = (
  row: CaseRow,
  { to }: Span,
  catalog: Pick<Catalog, 'rule'>,
): Readonly<Record<Dimension, readonly string[]>> => {
  const routed = row.routed.findLast(({ at }) => at < to) ?? row.routed[0];
  const rule = catalog.rule(row.rule);
  return {
    account: [row.account],
    rule: [rule?.identifier ?? row.rule],
    severity: [routed?.severity ?? NO_KEY],
    framework: rule !== undefined && rule.frameworks.length > 0 ? rule.frameworks : [NO_KEY],
    owner: [routed?.owner ?? NO_KEY],
  };
};

/** The figures that a case counts in. */
export const figuresOf = (row: CaseRow, span: Span): readonly FigureName[] =>
  FIGURE_NAMES.filter((name) => FIGURES[name].counts(row, span));

/** Part of what a figure counts. */
export interface InGroup {
  readonly by: Dimension;
  readonly key: string;
  readonly catalog: Pick<Catalog, 'rule'>;
}

/**
 * True for a case that stands behind a figure: of the whole, or of one group.
 *
 * @param row as it was before the span ended, or later: what it did since then does not count
 */
export const countedIn = (row: CaseRow, figure: FigureName, span: Span, group?: InGroup): boolean =>
  FIGURES[figure].counts(row, span) &&
  (group === undefined || headsOf(row, span, group.catalog)[group.by].includes(group.key));
