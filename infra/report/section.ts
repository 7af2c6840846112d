/**
 * A report as sections of sentences and tables: what it says, once, for every format. How a format shows them is
 * its own affair; that nothing is said in one and missing in another is not.
 */
import type { FigureRef } from './report-links.ts';

export interface Section {
  readonly id: string;
  readonly title: string;
  /** Stands before the table. */
  readonly says: readonly string[];
  /** Drawn where there is anything to draw on; the table has the same figures. */
  readonly chart?: 'trend' | 'time';
  readonly table?: Table;
  /** Stands behind it: how many more there are, what was assumed. */
  readonly notes?: readonly string[];
  readonly terms?: readonly Term[];
}

export interface Term {
  readonly term: string;
  readonly means: string;
}

export interface Table {
  readonly caption: string;
  /** Few and short columns: it is read across on a phone, too. */
  readonly isCompact?: true;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Column {
  readonly title: string;
  readonly isNumber?: true;
  /** Left out where a line is short, in mail: what stands there is in the report itself. */
  readonly isWide?: true;
}

export interface Cell {
  readonly text: string;
  /** Smaller, beneath. */
  readonly note?: string;
  /** The cases behind it. */
  readonly of?: FigureRef;
  /** 0 to 1: drawn as a bar beside the figure. */
  readonly share?: number;
  /** The colour that the chart has for it, by its number there. */
  readonly key?: number;
}

/** How much of a report is shown; all of it is in the CSV and the JSON. */
export interface Extent {
  /** Of a table: what is beyond is counted. */
  readonly rowsMax: number;
  /** Of what others wrote. */
  readonly charsMax: number;
}
