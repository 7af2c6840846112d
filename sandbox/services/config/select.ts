/**
 * The part of Config's query language that the sandbox speaks:
 * `SELECT field, … WHERE condition [AND condition]…`, a condition being `field = 'value'` or
 * `field IN ('value', …)`. Anything else is refused.
 */
import { AwsError } from '../../service.ts';
import type { RecordedItem } from './recorder.ts';

export interface SelectQuery {
  readonly fields: readonly string[];
  readonly conditions: readonly Condition[];
}

/** True of an item whose field has one of the values. */
interface Condition {
  readonly field: string;
  readonly values: ReadonlySet<string>;
}

const SHAPE = /^\s*SELECT\s+(?<fields>.+?)(?:\s+WHERE\s+(?<conditions>.+?))?\s*;?\s*$/is;
const FIELD = /^[A-Za-z][\w.]*$/;
/** A condition and what follows it; a quote inside a value is written twice. */
const VALUE = `'(?:[^']|'')*'`;
const CONDITION = new RegExp(
  String.raw`^\s*(?<field>[A-Za-z][\w.]*)\s*(?:=\s*(?<one>${VALUE})|IN\s*\(\s*(?<many>${VALUE}(?:\s*,\s*${VALUE})*)\s*\))\s*(?<and>AND\b)?`,
  'i',
);

/** @throws AwsError InvalidExpressionException when the expression is not of that form. */
export const parseSelect = (expression: string): SelectQuery => {
  const groups = SHAPE.exec(expression)?.groups;
  const fields = (groups?.fields ?? '').split(',').map((name) => name.trim());
  if (groups === undefined || !fields.every((name) => FIELD.test(name))) throw invalid(expression);
  return { fields, conditions: groups.conditions === undefined ? [] : parseConditions(groups.conditions) };
};

const parseConditions = (text: string): SelectQuery['conditions'] => {
  const conditions: Condition[] = [];
  let rest = text;
  for (;;) {
    const match = CONDITION.exec(rest);
    if (match?.groups === undefined) throw invalid(text);
    conditions.push({
      field: match.groups.field ?? '',
      values: valuesOf(match.groups.one ?? match.groups.many ?? ''),
    });
    rest = rest.slice(match[0].length);
    const more = match.groups.and !== undefined;
    if (more === (rest.trim() === '')) throw invalid(text);
    if (!more) return conditions;
  }
};

const valuesOf = (list: string): ReadonlySet<string> =>
  new Set((list.match(new RegExp(VALUE, 'g')) ?? []).map((text) => text.slice(1, -1).replaceAll("''", "'")));

const invalid = (expression: string): AwsError =>
  new AwsError(
    'InvalidExpressionException',
    `The expression cannot be read near: ${expression.slice(0, 100)}. The sandbox understands SELECT fields WHERE field = 'value' AND field IN ('value', 'value').`,
  );

/** The rows an expression asks for: the chosen fields of the items that match, nested as Config nests them. */
export const selectFrom = (
  items: readonly RecordedItem[],
  { fields, conditions }: SelectQuery,
): readonly Record<string, unknown>[] =>
  items
    .filter((item) => mayMatch(item, conditions))
    .map(documentOf)
    .filter((document) => conditions.every(({ field, values }) => values.has(String(at(document, field)))))
    .map((document) => project(document, fields));

/** Most queries name their resources: the others need not become documents first. */
const mayMatch = ({ resource }: RecordedItem, conditions: SelectQuery['conditions']): boolean =>
  conditions.every(
    ({ field, values }) =>
      (field !== 'resourceId' || values.has(resource.id)) &&
      (field !== 'resourceType' || values.has(resource.type)),
  );

const documentOf = ({ resource, region, capturedMs, stateId }: RecordedItem): Record<string, unknown> => ({
  accountId: resource.account,
  awsRegion: resource.region === 'global' ? 'global' : region,
  arn: resource.arn,
  resourceId: resource.id,
  resourceName: resource.name,
  resourceType: resource.type,
  resourceCreationTime: new Date(resource.createdMs).toISOString(),
  configurationItemCaptureTime: new Date(capturedMs).toISOString(),
  configurationItemStatus: 'OK',
  configurationStateId: String(stateId),
  tags: Object.entries(resource.tags).map(([key, value]) => ({ key, value, tag: `${key}=${value}` })),
  configuration: resource.configuration,
});

const at = (document: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      document,
    );

const project = (document: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> => {
  const row: Record<string, unknown> = {};
  for (const field of fields) {
    const value = at(document, field);
    if (value !== undefined) place(row, field.split('.'), value);
  }
  return row;
};

const place = (row: Record<string, unknown>, path: readonly string[], value: unknown): void => {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    row[first] = value;
    return;
  }
  const inner = (row[first] ?? {}) as Record<string, unknown>;
  row[first] = inner;
  place(inner, rest, value);
};
