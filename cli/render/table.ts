/** Rows in columns that fit the terminal: what is too long is cut, never wrapped into its neighbour. */
export interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string;
  /** Cut first, down to `widthMin`, when the terminal is narrow. */
  readonly widthMin?: number;
  /** Left out when the terminal is too narrow for all: the lowest number first. Without it the column stays. */
  readonly leaveOut?: number;
  readonly paint?: (text: string, row: T) => string;
}

const GAP = 2;

export const table = <T>(all: readonly Column<T>[], rows: readonly T[], widthMax: number): string => {
  const columns = fitting(all, rows, widthMax);
  const cells = rows.map((row) => columns.map((column) => column.value(row)));
  const wanted = columns.map(({ title }, n) =>
    Math.max(width(title), ...cells.map((row) => width(row[n] ?? ''))),
  );
  const widths = shrunk(columns, wanted, widthMax - GAP * (columns.length - 1));
  const lineOf = (texts: readonly string[], paint: (text: string, n: number) => string): string =>
    texts
      .map((text, n) => {
        const fitted = cut(text, widths[n] ?? 0);
        const padding = n === texts.length - 1 ? 0 : (widths[n] ?? 0) - width(fitted);
        return paint(fitted, n) + ' '.repeat(padding);
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  const head = lineOf(
    columns.map(({ title }) => title),
    (text) => text,
  );
  const body = rows.map((row, r) =>
    lineOf(cells[r] ?? [], (text, n) => columns[n]?.paint?.(text, row) ?? text),
  );
  return [head, ...body].join('\n');
};

/** The columns that have room when each that may give has given all it can. */
const fitting = <T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  widthMax: number,
): readonly Column<T>[] => {
  const least = columns.map((column) => {
    const wanted = Math.max(width(column.title), ...rows.map((row) => width(column.value(row))));
    return Math.min(wanted, column.widthMin ?? wanted);
  });
  if (sum(least) + GAP * (columns.length - 1) <= widthMax) return columns;
  const [first] = columns
    .filter(({ leaveOut }) => leaveOut !== undefined)
    .toSorted((left, right) => (left.leaveOut ?? 0) - (right.leaveOut ?? 0));
  return first === undefined
    ? columns
    : fitting(
        columns.filter((column) => column !== first),
        rows,
        widthMax,
      );
};

/** Takes from the widest columns that may give, one character at a time, until all fit or none can give. */
const shrunk = <T>(columns: readonly Column<T>[], wanted: readonly number[], widthMax: number): number[] => {
  const widths = [...wanted];
  for (let surplus = sum(widths) - widthMax; surplus > 0; surplus -= 1) {
    let widest = -1;
    columns.forEach(({ widthMin }, n) => {
      const canGive = widthMin !== undefined && (widths[n] ?? 0) > widthMin;
      if (canGive && (widest < 0 || (widths[n] ?? 0) > (widths[widest] ?? 0))) widest = n;
    });
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

const characters = (text: string): string[] => [...text];
export const width = (text: string): number => characters(text).length;

export const cut = (text: string, charsMax: number): string =>
  width(text) <= charsMax
    ? text
    : `${characters(text)
        .slice(0, Math.max(0, charsMax - 1))
        .join('')}…`;
