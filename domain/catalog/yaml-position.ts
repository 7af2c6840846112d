/** Where in a YAML text a value stands that something is wrong with. */
import { type Document, isMap, isScalar, type LineCounter, type Node } from 'yaml';
import type { Path } from './catalog-problem.ts';

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
