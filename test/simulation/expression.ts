/** The part of DynamoDB's expression language that the adapters use, read once and kept. */

export type Item = Readonly<Record<string, unknown>>;

export interface Placeholders {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
}

type Test = (item: Item, placeholders: Placeholders) => boolean;

/** True when the condition holds for the item (an empty one when there is none). */
export const holds = (condition: string, item: Item, placeholders: Placeholders): boolean =>
  cached(tests, condition, parseCondition)(item, placeholders);

/** The item as an update expression leaves it. */
export const updated = (expression: string, item: Item, placeholders: Placeholders): Item => {
  const next: Record<string, unknown> = { ...item };
  for (const { clause, path, operand } of cached(updates, expression, parseUpdate)) {
    const steps = path.split('.').map((step) => named(step, placeholders));
    const [attribute = '', inner] = steps;
    if (clause === 'REMOVE') delete next[attribute];
    else if (clause === 'ADD')
      next[attribute] = Number(next[attribute] ?? 0) + Number(placeholders.values[operand]);
    else if (inner === undefined) next[attribute] = placeholders.values[operand];
    else next[attribute] = { ...(next[attribute] as object), [inner]: placeholders.values[operand] };
  }
  return next;
};

const tests = new Map<string, Test>();
const updates = new Map<string, readonly Change[]>();

const cached = <T>(cache: Map<string, T>, text: string, parse: (text: string) => T): T => {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const parsed = parse(text);
  cache.set(text, parsed);
  return parsed;
};

interface Change {
  readonly clause: 'SET' | 'REMOVE' | 'ADD';
  readonly path: string;
  readonly operand: string;
}

const parseUpdate = (expression: string): readonly Change[] =>
  [...expression.matchAll(/\b(SET|REMOVE|ADD) (.*?)(?= (?:SET|REMOVE|ADD) |$)/g)].flatMap(
    ([, clause, body = '']) =>
      body.split(',').map((part) => {
        const [path = '', operand = ''] = part.trim().split(clause === 'SET' ? /\s*=\s*/ : /\s+/);
        return { clause: clause as Change['clause'], path, operand };
      }),
  );

const parseCondition = (condition: string): Test => {
  const tokens =
    condition.match(/attribute_not_exists|attribute_exists|begins_with|[(),]|<=|>=|[=<>]|[#:\w.]+/g) ?? [];
  let at = 0;
  const take = (expected?: string): string => {
    const token = tokens[at];
    at += 1;
    if (token === undefined || (expected !== undefined && token !== expected))
      throw new Error(`the simulated table cannot read the condition ${condition}`);
    return token;
  };
  const any = (): Test => joined('OR', all, (found) => (item, p) => found.some((test) => test(item, p)));
  const all = (): Test => joined('AND', one, (found) => (item, p) => found.every((test) => test(item, p)));
  const joined = (word: string, part: () => Test, join: (found: readonly Test[]) => Test): Test => {
    const found = [part()];
    while (tokens[at] === word) {
      at += 1;
      found.push(part());
    }
    return found.length === 1 ? (found[0] as Test) : join(found);
  };
  const one = (): Test => {
    const token = take();
    if (token === '(') {
      const inner = any();
      take(')');
      return inner;
    }
    if (token === 'attribute_not_exists') {
      take('(');
      const path = take();
      take(')');
      return (item, p) => valueAt(path, item, p) === undefined;
    }
    if (token === 'attribute_exists') {
      take('(');
      const path = take();
      take(')');
      return (item, p) => valueAt(path, item, p) !== undefined;
    }
    if (token === 'begins_with') {
      take('(');
      const path = take();
      take(',');
      const beginning = take();
      take(')');
      return (item, p) =>
        String(valueAt(path, item, p) ?? '').startsWith(String(valueAt(beginning, item, p)));
    }
    const operator = take();
    const right = take();
    return (item, p) => compares(valueAt(token, item, p), operator, valueAt(right, item, p));
  };
  const test = any();
  if (at !== tokens.length) throw new Error(`the simulated table cannot read the condition ${condition}`);
  return test;
};

const valueAt = (path: string, item: Item, placeholders: Placeholders): unknown =>
  path.startsWith(':')
    ? placeholders.values[path]
    : path
        .split('.')
        .reduce<unknown>((value, step) => (value as Item | undefined)?.[named(step, placeholders)], item);

const named = (step: string, { names }: Placeholders): string =>
  step.startsWith('#') ? (names[step] ?? step) : step;

/** What is not there compares with nothing. */
const compares = (left: unknown, operator: string, right: unknown): boolean => {
  if (left === undefined || right === undefined) return false;
  switch (operator) {
    case '=':
      return left === right;
    case '<':
      return (left as string) < (right as string);
    case '<=':
      return (left as string) <= (right as string);
    case '>':
      return (left as string) > (right as string);
    default:
      return (left as string) >= (right as string);
  }
};
