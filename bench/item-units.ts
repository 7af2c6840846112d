/**
 * What DynamoDB bills, by its own rules: the embedded server counts no index writes, so the units are
 * worked out from the items themselves.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */

export type Item = Readonly<Record<string, unknown>>;

export interface IndexKeys {
  readonly name: string;
  readonly keys: readonly string[];
}

/** Bytes of an item: names and values in UTF-8; a number half a byte a digit; 3 a list or map, 1 an element. */
export const itemBytes = (item: Item): number => {
  let bytes = 0;
  for (const [name, value] of Object.entries(item))
    if (value !== undefined) bytes += Buffer.byteLength(name) + valueBytes(value);
  return bytes;
};

const valueBytes = (value: unknown): number => {
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'number') return Math.ceil(String(Math.abs(value)).replace('.', '').length / 2) + 1;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + 1 + valueBytes(each), 3);
  const entries = Object.entries(value as Item).filter(([, each]) => each !== undefined);
  return entries.reduce((sum, [name, each]) => sum + 1 + Buffer.byteLength(name) + valueBytes(each), 3);
};

/** A write is billed by the larger of before and after, a kilobyte a unit. */
export const writeUnits = (before: Item | undefined, after: Item | undefined): number =>
  Math.max(1, Math.ceil(Math.max(sizeOf(before), sizeOf(after)) / WRITE_UNIT_BYTES));

const sizeOf = (item: Item | undefined): number => (item === undefined ? 0 : itemBytes(item));

/**
 * Units that keys-only indexes cost in addition: one to enter, one to leave, two when a key changes (the old
 * entry is deleted, the new one put), none when the entry stays as it was.
 */
export const indexWriteUnits = (
  indexes: readonly IndexKeys[],
  before: Item | undefined,
  after: Item | undefined,
): number =>
  indexes.reduce((sum, { keys }) => sum + entryUnits(entryOf(keys, before), entryOf(keys, after)), 0);

const entryUnits = (before: string | undefined, after: string | undefined): number => {
  if (before === after) return 0;
  return (before === undefined ? 0 : 1) + (after === undefined ? 0 : 1);
};

/** An item stands in an index only when it has all of its keys. */
const entryOf = (keys: readonly string[], item: Item | undefined): string | undefined =>
  item === undefined || keys.some((key) => item[key] === undefined)
    ? undefined
    : JSON.stringify(keys.map((key) => item[key]));

/** Four kilobytes a unit, half of it when a stale answer will do; what is not there costs one as well. */
export const readUnits = (bytes: number, isConsistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (isConsistent ? 1 : 0.5);

const WRITE_UNIT_BYTES = 1_024;
const READ_UNIT_BYTES = 4_096;
