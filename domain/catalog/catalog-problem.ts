/**
 * What is wrong with a catalog file, and where: a person who edits YAML needs the line, not a stack.
 */

export interface CatalogProblem {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
  /** Where in the document, e.g. `rules[0].severity`; empty for the file as a whole. */
  readonly path: string;
  /** What should stand there, and what was found. */
  readonly expected: string;
}

export type Path = readonly PropertyKey[];

/**
 * One line a problem, in the form that editors and terminals make clickable.
 *
 * @example
 * formatProblem({ file: 'a.yml', line: 3, column: 5, path: 'rules[0].severity', expected: 'expected low or high' })
 * // 'a.yml:3:5: rules[0].severity: expected low or high'
 */
export const formatProblem = ({ file, line, column, path, expected }: CatalogProblem): string =>
  `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${expected}`;

/** `['rules', 0, 'severity']` -> `rules[0].severity` */
export const formatPath = (path: Path): string =>
  path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`,
    )
    .join('');
