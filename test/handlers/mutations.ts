/** Every way in which one field of an event can be wrong, as JSON text: some of them no object could hold. */

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Event = { readonly [key: string]: Json };
export type Path = readonly string[];

export interface Mutation {
  readonly name: string;
  /** JSON text that stands in the field's place; absent: the field is left out. */
  readonly json?: string;
}

const DEEP = 10_000;

export const MUTATIONS: readonly Mutation[] = [
  { name: 'absent' },
  { name: 'null', json: 'null' },
  { name: 'a number', json: '-1.5e308' },
  { name: 'a boolean', json: 'true' },
  { name: 'an array', json: '["x"]' },
  { name: 'an object', json: '{"x":{}}' },
  { name: 'empty text', json: '""' },
  { name: 'a megabyte of text', json: `"${'A'.repeat(1_000_000)}"` },
  { name: 'markup', json: '"<img src=x onerror=alert(1)>"' },
  { name: 'terminal codes', json: '"\\u001b[2J\\u001b]0;owned\\u0007\\r\\n"' },
  { name: 'an expansion', json: '"{{ssm:secret}}"' },
  { name: 'text that runs backwards', json: '"a\\u202eb\\u2066c\\u2028d"' },
  { name: 'a NUL', json: '"a\\u0000b"' },
  { name: 'a lone surrogate', json: '"a\\ud800b"' },
  { name: 'a prototype as text', json: '"__proto__"' },
  { name: 'a prototype as key', json: '{"__proto__":{"polluted":true},"constructor":{"prototype":1}}' },
  { name: 'ten thousand arrays in each other', json: '['.repeat(DEEP) + ']'.repeat(DEEP) },
  { name: 'ten thousand objects in each other', json: `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}` },
];

/** Every field of the event, inner ones too. */
export const pathsOf = (value: Json, at: Path = []): readonly Path[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => [[...at, key], ...pathsOf(inner as Json, [...at, key])])
    : [];

/** The event as text with one field mutated. */
export const mutated = (event: Event, path: Path, { json }: Mutation): string => {
  const copy = structuredClone(event) as Record<string, unknown>;
  let holder = copy;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
  const last = path.at(-1) ?? '';
  if (json !== undefined) holder[last] = PLACE;
  else if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete holder[last];
  // A function, so that no "$&" in the value is taken for an order.
  return JSON.stringify(copy).replace(`"${PLACE}"`, () => json ?? '');
};

const PLACE = 'THE-MUTATED-FIELD';
