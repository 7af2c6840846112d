/**
 * Refuses the input that AWS refuses, in AWS's words. One deliberate difference: AWS ignores a member it
 * does not know; here it is an error, because a misspelt member is a fault that should not wait for AWS.
 */
import { AwsError } from '../service.ts';
import { type Limits, type ServiceConstraints, type Shape, shapeOf } from './constraints.ts';

/** AWS lists no more than ten. */
const PROBLEMS_TOLD_MAX = 10;

type Check = (value: unknown, path: string, problems: string[]) => void;

const checks = new WeakMap<ServiceConstraints, Map<string, Check>>();

/**
 * Checks an operation's input against its shape.
 *
 * @throws AwsError `ValidationException`, naming every problem, or `SerializationException` for a value of
 * the wrong type.
 */
export const validateInput = (constraints: ServiceConstraints, operation: string, input: unknown): void => {
  const shape = constraints.operations[operation]?.input;
  if (shape === undefined) return;
  const problems: string[] = [];
  checkOf(constraints, shape)(input, '', problems);
  if (problems.length === 0) return;
  const told = problems.slice(0, PROBLEMS_TOLD_MAX);
  const count = told.length === 1 ? '1 validation error' : `${told.length} validation errors`;
  throw new AwsError('ValidationException', `${count} detected: ${told.join('; ')}`);
};

const checkOf = (constraints: ServiceConstraints, name: string): Check => {
  const known = checks.get(constraints) ?? new Map<string, Check>();
  checks.set(constraints, known);
  const existing = known.get(name);
  if (existing !== undefined) return existing;
  // A shape may contain itself: the placeholder is found by then, the real check is there when it is called.
  known.set(name, (value, path, problems) => known.get(name)?.(value, path, problems));
  const check = compile(constraints, shapeOf(constraints, name));
  known.set(name, check);
  return check;
};

const compile = (constraints: ServiceConstraints, shape: Shape): Check => {
  switch (shape.is) {
    case 'structure':
      return structureCheck(constraints, shape);
    case 'list':
      return listCheck(checkOf(constraints, shape.item), shape);
    case 'map':
      return mapCheck(checkOf(constraints, shape.key), checkOf(constraints, shape.value), shape);
    case 'string':
      return stringCheck(shape);
    case 'integer':
    case 'long':
      return numberCheck(shape, true);
    case 'float':
    case 'double':
      return numberCheck(shape, false);
    case 'boolean':
      return (value, path) => expectType(typeof value === 'boolean', 'Boolean', value, path);
    case 'timestamp':
      return (value, path) => expectType(typeof value === 'number', 'Timestamp', value, path);
    case 'blob':
      return (value, path) => expectType(typeof value === 'string', 'Blob', value, path);
    default:
      return unreachable(shape);
  }
};

const unreachable = (shape: never): never => {
  throw new Error(`The constraints describe a shape of an unknown kind: ${JSON.stringify(shape)}.`);
};

const structureCheck = (
  constraints: ServiceConstraints,
  { members, required = [] }: Shape & { is: 'structure' },
): Check => {
  const memberChecks = new Map<string, Check>();
  for (const [name, shape] of Object.entries(members)) memberChecks.set(name, checkOf(constraints, shape));
  return (value, path, problems) => {
    expectType(
      typeof value === 'object' && value !== null && !Array.isArray(value),
      'Structure',
      value,
      path,
    );
    const input = value as Readonly<Record<string, unknown>>;
    for (const name of required) {
      if (input[name] === undefined || input[name] === null) {
        problems.push(
          `Value null at '${memberPath(path, name)}' failed to satisfy constraint: Member must not be null`,
        );
      }
    }
    for (const [name, member] of Object.entries(input)) {
      const check = memberChecks.get(name);
      if (check === undefined) problems.push(`Unknown member '${name}' at '${path === '' ? 'input' : path}'`);
      else if (member !== undefined && member !== null) check(member, memberPath(path, name), problems);
    }
  };
};

const listCheck =
  (item: Check, limits: Limits): Check =>
  (value, path, problems) => {
    expectType(Array.isArray(value), 'List', value, path);
    const items = value as readonly unknown[];
    checkLength(items.length, value, path, limits, problems);
    for (const [index, each] of items.entries()) item(each, `${path}.${index + 1}.member`, problems);
  };

const mapCheck =
  (key: Check, item: Check, limits: Limits): Check =>
  (value, path, problems) => {
    expectType(typeof value === 'object' && value !== null && !Array.isArray(value), 'Map', value, path);
    const entries = Object.entries(value as object);
    checkLength(entries.length, value, path, limits, problems);
    for (const [name, each] of entries) {
      key(name, path, problems);
      item(each, `${path}.${name}.member`, problems);
    }
  };

const stringCheck = (
  shape: { readonly pattern?: string; readonly oneOf?: readonly string[] } & Limits,
): Check => {
  const pattern = shape.pattern === undefined ? undefined : wholePattern(shape.pattern);
  const allowed = shape.oneOf === undefined ? undefined : new Set(shape.oneOf);
  return (value, path, problems) => {
    expectType(typeof value === 'string', 'String', value, path);
    const text = value as string;
    checkLength(text.length, text, path, shape, problems);
    if (pattern !== undefined && !pattern.test(text)) {
      problems.push(failed(text, path, `Member must satisfy regular expression pattern: ${shape.pattern}`));
    }
    if (allowed !== undefined && !allowed.has(text)) {
      problems.push(failed(text, path, `Member must satisfy enum value set: [${shape.oneOf?.join(', ')}]`));
    }
  };
};

const numberCheck =
  ({ min, max }: Limits, whole: boolean): Check =>
  (value, path, problems) => {
    const isNumber = whole ? Number.isSafeInteger(value) : Number.isFinite(value);
    expectType(isNumber, whole ? 'Integer' : 'Double', value, path);
    const number = value as number;
    if (max !== undefined && number > max) {
      problems.push(failed(number, path, `Member must have value less than or equal to ${max}`));
    }
    if (min !== undefined && number < min) {
      problems.push(failed(number, path, `Member must have value greater than or equal to ${min}`));
    }
  };

const checkLength = (
  length: number,
  value: unknown,
  path: string,
  { min, max }: Limits,
  problems: string[],
): void => {
  if (max !== undefined && length > max) {
    problems.push(failed(value, path, `Member must have length less than or equal to ${max}`));
  }
  if (min !== undefined && length < min) {
    problems.push(failed(value, path, `Member must have length greater than or equal to ${min}`));
  }
};

const failed = (value: unknown, path: string, constraint: string): string =>
  `Value '${typeof value === 'object' ? JSON.stringify(value) : String(value)}' at '${path}' failed to satisfy constraint: ${constraint}`;

const expectType = (holds: boolean, type: string, value: unknown, path: string): void => {
  if (holds) return;
  const found = value === null ? 'null' : Array.isArray(value) ? 'List' : typeof value;
  throw new AwsError('SerializationException', `${found} can not be converted to ${type} at '${path}'`);
};

/** AWS names members in its messages with a small first letter. */
const memberPath = (path: string, member: string): string => {
  const name = member.charAt(0).toLowerCase() + member.slice(1);
  return path === '' ? name : `${path}.${name}`;
};

/** Java's `(?i)` becomes a flag; the `u` flag is what `\p{…}` needs, but not every pattern stands it. */
const wholePattern = (source: string): RegExp => {
  const ignoreCase = source.startsWith('(?i)');
  const whole = `^(?:${ignoreCase ? source.slice(4) : source})$`;
  const flags = ignoreCase ? 'i' : '';
  try {
    return new RegExp(whole, `u${flags}`);
  } catch {
    return new RegExp(whole, flags);
  }
};
