/**
 * Reads the query protocol's flat form (`Attributes.entry.1.key=…`) into the same typed input as JSON, by
 * the same constraints, so that an operation need not know how it was called.
 */
import { type ServiceConstraints, type Shape, shapeOf } from './constraints.ts';

/** What a form calls a member or its entries, where that is not the member's own name. */
export interface QueryNames {
  readonly [member: string]: {
    readonly element: string;
    /** Of a map: what its key and value are called. */
    readonly entry?: readonly [key: string, value: string];
  };
}

type Node = Map<string, Node> & { text?: string };

const PROTOCOL_FIELDS: ReadonlySet<string> = new Set(['Action', 'Version']);

export const parseQueryInput = (
  constraints: ServiceConstraints,
  operation: string,
  form: URLSearchParams,
  names: QueryNames = {},
): unknown => {
  const root: Node = new Map();
  for (const [path, text] of form) if (!PROTOCOL_FIELDS.has(path)) place(root, path.split('.'), text);
  const shape = constraints.operations[operation]?.input;
  return shape === undefined ? {} : read(constraints, shapeOf(constraints, shape), root, names);
};

const place = (root: Node, path: readonly string[], text: string): void => {
  let node = root;
  for (const step of path) {
    const next = node.get(step) ?? (new Map() as Node);
    node.set(step, next);
    node = next;
  }
  node.text = text;
};

const read = (constraints: ServiceConstraints, shape: Shape, node: Node, names: QueryNames): unknown => {
  switch (shape.is) {
    case 'structure':
      return readStructure(constraints, shape.members, node, names);
    case 'list':
      return numbered(unwrapped(node, 'member', shape.flat)).map((item) =>
        read(constraints, shapeOf(constraints, shape.item), item, names),
      );
    case 'map':
      return readMap(constraints, shape, node, names, shape.names ?? ['key', 'value']);
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return readNumber(node.text ?? '');
    case 'boolean':
      return node.text === 'true' ? true : node.text === 'false' ? false : node.text;
    default:
      return node.text ?? '';
  }
};

const readStructure = (
  constraints: ServiceConstraints,
  members: Readonly<Record<string, string>>,
  node: Node,
  names: QueryNames,
): Record<string, unknown> => {
  const input: Record<string, unknown> = {};
  const known = new Set<string>();
  for (const [member, shapeName] of Object.entries(members)) {
    const element = names[member]?.element ?? member;
    known.add(element);
    const found = node.get(element);
    if (found === undefined) continue;
    const shape = shapeOf(constraints, shapeName);
    const entry = names[member]?.entry;
    input[member] =
      shape.is === 'map' && entry !== undefined
        ? readMap(constraints, shape, found, names, entry)
        : read(constraints, shape, found, names);
  }
  // Kept, so that the validation refuses them by name.
  for (const [name, child] of node) if (!known.has(name)) input[name] = child.text ?? {};
  return input;
};

const readMap = (
  constraints: ServiceConstraints,
  shape: Shape & { is: 'map' },
  node: Node,
  names: QueryNames,
  [keyName, valueName]: readonly [string, string],
): Record<string, unknown> => {
  const map: Record<string, unknown> = {};
  for (const entry of numbered(unwrapped(node, 'entry', shape.flat))) {
    const value = entry.get(valueName) ?? (new Map() as Node);
    map[entry.get(keyName)?.text ?? ''] = read(constraints, shapeOf(constraints, shape.value), value, names);
  }
  return map;
};

const unwrapped = (node: Node, wrapper: string, flat = false): Node =>
  flat ? node : (node.get(wrapper) ?? (new Map() as Node));

const numbered = (node: Node): Node[] =>
  [...node]
    .filter(([index]) => /^\d+$/.test(index))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, item]) => item);

/** Text that is no number stays text: the validation then says so. */
const readNumber = (text: string): number | string => {
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? text : number;
};
