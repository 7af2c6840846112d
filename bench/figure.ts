/** A measured figure beside its budget, and how both are printed. */

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** A ceiling unless `budgetIsFloor`. Absent: the figure is told, not judged. */
  readonly budget?: number;
  readonly budgetIsFloor?: boolean;
  /** How it was counted, in a sentence or two. */
  readonly how: string;
  /** What it is made of, a line each. */
  readonly parts?: readonly string[];
}

export type Verdict = 'within' | 'over' | 'under' | '-';

export const verdictOf = ({ value, budget, budgetIsFloor = false }: Figure): Verdict => {
  if (budget === undefined) return '-';
  if (budgetIsFloor) return value >= budget ? 'within' : 'under';
  return value <= budget ? 'within' : 'over';
};

/** Figure / budget; undefined where there is no budget. */
export const ratioOf = ({ value, budget }: Figure): number | undefined =>
  budget === undefined ? undefined : value / budget;

/** The table first, for the eye; then every row's way of counting, for the doubt. */
export const formatFigures = (figures: readonly Figure[]): string => {
  const rows = [HEADINGS, ...figures.map(cellsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [lines[0], rule, ...lines.slice(1), '', 'How it was counted', ...figures.flatMap(explain)].join(
    '\n',
  );
};

const HEADINGS = ['#', 'what', 'measured', 'budget', 'of budget', 'verdict'];

const cellsOf = (figure: Figure, index: number): string[] => {
  const { what, value, unit, budget, budgetIsFloor } = figure;
  const ratio = ratioOf(figure);
  return [
    String(index + 1),
    what,
    `${tidy(value)} ${unit}`,
    budget === undefined ? '-' : `${budgetIsFloor ? '>=' : '<='} ${tidy(budget)} ${unit}`,
    ratio === undefined ? '-' : ratio.toFixed(2),
    verdictOf(figure),
  ];
};

const explain = ({ how, parts = [] }: Figure, index: number): string[] => [
  `  ${index + 1}. ${how}`,
  ...parts.map((part) => `     ${part}`),
];

/** Three digits that matter; whole numbers as they are. */
export const tidy = (value: number): string => {
  if (Number.isInteger(value)) return String(value);
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return String(Number(value.toPrecision(3)));
};
