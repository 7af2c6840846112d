/**
 * What AWS accepts: the shapes of the used operations with their limits, one JSON file a service in
 * `constraints/`. The files are small on purpose: only what is used, only what can be checked.
 */
import { readFileSync } from 'node:fs';

export type Primitive = 'string' | 'integer' | 'long' | 'float' | 'double' | 'boolean' | 'timestamp' | 'blob';

/** `min` and `max`: length of a string, entries of a list or map, value of a number. */
export interface Limits {
  readonly min?: number;
  readonly max?: number;
}

export type Shape =
  | {
      readonly is: 'structure';
      /** Name of the member's shape; a primitive's name when it has no limits. */
      readonly members: Readonly<Record<string, string>>;
      readonly required?: readonly string[];
    }
  | ({ readonly is: 'list'; readonly item: string; readonly flat?: boolean } & Limits)
  | ({
      readonly is: 'map';
      readonly key: string;
      readonly value: string;
      readonly flat?: boolean;
      /** What the query protocol calls key and value, if not `key` and `value`. */
      readonly names?: readonly [string, string];
    } & Limits)
  | ({
      readonly is: Primitive;
      /** The whole value must match. Java's syntax, as far as it is JavaScript's too. */
      readonly pattern?: string;
      readonly oneOf?: readonly string[];
    } & Limits);

export interface ServiceConstraints {
  readonly operations: Readonly<Record<string, { readonly input?: string; readonly output?: string }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

const loaded = new Map<string, ServiceConstraints | undefined>();

/** Undefined for a service without a file: nothing is checked then. */
export const constraintsOf = (service: string): ServiceConstraints | undefined => {
  if (!loaded.has(service)) loaded.set(service, load(service));
  return loaded.get(service);
};

const load = (service: string): ServiceConstraints | undefined => {
  try {
    const text = readFileSync(new URL(`./constraints/${service}.json`, import.meta.url), 'utf8');
    return JSON.parse(text) as ServiceConstraints;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const PRIMITIVES: ReadonlySet<string> = new Set([
  'string',
  'integer',
  'long',
  'float',
  'double',
  'boolean',
  'timestamp',
  'blob',
]);

export const shapeOf = (constraints: ServiceConstraints, name: string): Shape => {
  const shape = constraints.shapes[name];
  if (shape !== undefined) return shape;
  if (PRIMITIVES.has(name)) return { is: name as Primitive };
  throw new Error(`The constraints name a shape "${name}" that they do not describe.`);
};
