/**
 * What DynamoDB bills, by its own rules: the embedded server counts no index writes, so the units are
 * worked out from the items themselves.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */

import { isDeepStrictEqual } from 'node:util';

export type Item = Readonly<Record<string, unknown>>;

export interface IndexKeys {
  readonly name: string;
  readonly keys: readonly string[];
  /** It holds the whole item, not its keys only. */
  readonly isWhole?: boolean;
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
 * Units that indexes cost in addition, each by the size of its entry: one write to enter, one to leave, two when a
 * key changes (the old entry is deleted, the new one put), one when only the rest of a whole entry does, none when
 * the entry stays as it was. Entries of keys only are smaller than a unit.
 */
export const indexWriteUnits = (
  indexes: readonly IndexKeys[],
  before: Item | undefined,
  after: Item | undefined,
): number =>
  indexes.reduce((sum, index) => sum + entryUnits(index, entryOf(index, before), entryOf(index, after)), 0);

const entryUnits = ({ keys }: IndexKeys, before: Item | undefined, after: Item | undefined): number => {
  if (isDeepStrictEqual(before, after)) return 0;
  const isSameEntry =
    before !== undefined && after !== undefined && keys.every((key) => before[key] === after[key]);
  if (isSameEntry) return writeUnits(before, after);
  return [before, after].reduce(
    (sum, entry) => sum + (entry === undefined ? 0 : writeUnits(entry, undefined)),
    0,
  );
};

/** An item stands in an index only when it has all of its keys. */
const entryOf = ({ keys, isWhole = false }: IndexKeys, item: Item | undefined): Item | undefined => {
  if (item === undefined || keys.some((key) => item[key] === undefined)) return undefined;
  return isWhole ? item : Object.fromEntries(keys.map((key) => [key, item[key]]));
};

/** Four kilobytes a unit, half of it when a stale answer will do; what is not there costs one as well. */
export const readUnits = (bytes: number, isConsistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (isConsistent ? 1 : 0.5);

const WRITE_UNIT_BYTES = 1_024;
const READ_UNIT_BYTES = 4_096;
