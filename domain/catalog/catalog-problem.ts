/**
 * What is wrong with a catalog file, and where: a person who edits YAML needs the line, not a stack.
 */
import { type Document, isMap, isScalar, type LineCounter, type Node } from 'yaml';

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

/** Line and column of the deepest node on a path that the text really has. */
export const positionOf = (
  document: Document,
  lines: LineCounter,
  path: Path,
): { readonly line: number; readonly column: number } => {
  const offset = offsetOf(document.contents as Node | null, path) ?? 0;
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
};

const offsetOf = (node: Node | null, path: Path): number | undefined => {
  const [step, ...rest] = path;
  if (node === null || step === undefined) return node?.range?.[0];
  const child = childOf(node, step);
  return (
    (child && (rest.length === 0 ? child.at : (offsetOf(child.node, rest) ?? child.at))) ?? node.range?.[0]
  );
};

/** A value and the place to point at: the key of a map's pair when the value is a collection or missing. */
const childOf = (
  node: Node,
  step: PropertyKey,
): { node: Node | null; at: number | undefined } | undefined => {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
    if (pair === undefined) return undefined;
    const value = (pair.value ?? null) as Node | null;
    const key = pair.key as Node;
    return { node: value, at: isScalar(value) && value.value !== null ? value.range?.[0] : key.range?.[0] };
  }
  if ('items' in node && typeof step === 'number') {
    const item = (node.items[step] ?? null) as Node | null;
    return item === null ? undefined : { node: item, at: item.range?.[0] };
  }
  return undefined;
};
