/** Where the cases behind a figure are listed. Pages serve these paths; mail and files need the whole address. */
import type { FigureName } from '../../domain/report/figures.ts';
import type { Dimension } from '../../domain/report/weekly-report.ts';

/** One figure: of the whole week, or of one group within it. */
export interface FigureRef {
  readonly figure: FigureName;
  readonly by?: Dimension;
  readonly key?: string;
}

/** The address of the list of the cases behind a figure; undefined where there is none to be opened. */
export type Links = (ref: FigureRef) => string | undefined;

/** @example reportPath('2026-W47') // '/reports/2026-W47' */
export const reportPath = (week: string): string => `/reports/${encodeURIComponent(week)}`;

/**
 * @param base of the console, without a slash at its end; empty on its own pages
 *
 * @example
 * reportLinks('2026-W47', 'https://selfheal.example')({ figure: 'resolved', by: 'owner', key: 'data' })
 * // 'https://selfheal.example/reports/2026-W47/cases?figure=resolved&by=owner&key=data'
 */
export const reportLinks =
  (week: string, base = ''): Links =>
  ({ figure, by, key }) => {
    const query = new URLSearchParams({
      figure,
      ...(by !== undefined && { by, key: key ?? '' }),
    });
    return `${base}${reportPath(week)}/cases?${query}`;
  };
