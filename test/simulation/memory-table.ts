/**
 * DynamoDB's one table in memory, for the real adapters to run on: items, conditions, indexes that lag. Only
 * what the adapters use is understood, and anything else is an error.
 */
import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  DeleteCommand,
  type DeleteCommandInput,
  GetCommand,
  type GetCommandInput,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Documents } from '../../infra/dynamodb/documents.ts';
import { tableDefinition } from '../../infra/dynamodb/table.ts';
import { holds, type Item, updated } from './expression.ts';

export interface Written {
  readonly key: string;
  readonly before: Item | undefined;
  readonly after: Item;
}

interface Stored {
  item: Item;
  /** As the indexes show it: behind the item by as much as they lag. */
  indexed: Item | undefined;
  readonly coming: { readonly atMs: number; readonly item: Item }[];
}

export interface MemoryTableOptions {
  readonly nowMs?: () => number;
  /** How far the indexes are behind this write, in ms. */
  readonly lagMs?: () => number;
  readonly onWrite?: (written: Written) => void;
}

/** What else than keys an index holds: nothing, or all. */
const WHOLE_INDEXES: ReadonlySet<string | undefined> = new Set(
  (tableDefinition('any').GlobalSecondaryIndexes ?? [])
    .filter(({ Projection }) => Projection?.ProjectionType === 'ALL')
    .map(({ IndexName }) => IndexName),
);

const INDEX_KEYS: ReadonlyMap<string, readonly string[]> = new Map(
  (tableDefinition('any').GlobalSecondaryIndexes ?? []).map(({ IndexName, KeySchema }) => [
    IndexName ?? '',
    (KeySchema ?? []).map(({ AttributeName }) => AttributeName ?? ''),
  ]),
);

const HASHES: readonly (readonly [index: string, hash: string])[] = [
  ['', 'pk'],
  ...[...INDEX_KEYS].map(([index, [hash = '']]) => [index, hash] as const),
];

export class MemoryTable {
  private readonly stored = new Map<string, Stored>();
  /** Of each index (the table itself is '') by its hash key: what stands under it, or may. */
  private readonly under = new Map<string, Map<unknown, Set<Stored>>>();
  private readonly nowMs: () => number;
  private readonly lagMs: () => number;
  private readonly onWrite: (written: Written) => void;

  constructor({ nowMs = () => 0, lagMs = () => 0, onWrite = () => undefined }: MemoryTableOptions = {}) {
    this.nowMs = nowMs;
    this.lagMs = lagMs;
    this.onWrite = onWrite;
  }

  items(): readonly Item[] {
    return [...this.stored.values()].map(({ item }) => item);
  }

  partition(pk: string): readonly Item[] {
    return [...(this.under.get('')?.get(pk) ?? [])].map(({ item }) => item);
  }

  item(pk: string, sk: string): Item | undefined {
    return this.stored.get(keyOf({ pk, sk }))?.item;
  }

  /** What DynamoDB would answer; throws as the SDK's client does. */
  execute(command: unknown): unknown {
    if (command instanceof GetCommand) return this.get(command.input);
    if (command instanceof PutCommand) return this.put(command.input);
    if (command instanceof UpdateCommand) return this.update(command.input);
    if (command instanceof DeleteCommand) return this.delete(command.input);
    if (command instanceof QueryCommand) return this.query(command.input);
    if (command instanceof BatchGetCommand) return this.batchGet(command.input);
    throw new Error('the simulated table does not know this command');
  }

  private get({ Key }: GetCommand['input']) {
    const found = this.stored.get(keyOf(Key as Item));
    return found ? { Item: found.item } : {};
  }

  private put({ Item: given, ConditionExpression, ...input }: PutCommand['input']) {
    const item = withoutUndefined(given as Item) as Item;
    this.demand(item, ConditionExpression, input);
    this.write(item);
    return {};
  }

  private update({ Key, UpdateExpression = '', ConditionExpression, ...input }: UpdateCommand['input']) {
    const key = Key as Item;
    this.demand(key, ConditionExpression, input);
    const before = this.stored.get(keyOf(key))?.item ?? key;
    const after = updated(UpdateExpression, before, placeholdersOf(input));
    this.write(after);
    return { Attributes: after };
  }

  private delete({ Key, ConditionExpression, ...input }: DeleteCommand['input']) {
    const key = Key as Item;
    this.demand(key, ConditionExpression, input);
    const stored = this.stored.get(keyOf(key));
    this.stored.delete(keyOf(key));
    for (const byHash of this.under.values())
      for (const all of byHash.values()) if (stored) all.delete(stored);
    return {};
  }

  private query(input: QueryCommand['input']) {
    const { IndexName, KeyConditionExpression = '', ScanIndexForward = true, Limit } = input;
    const [hash = 'pk', range = 'sk'] = IndexName === undefined ? [] : (INDEX_KEYS.get(IndexName) ?? []);
    const placeholders = placeholdersOf(input);
    // Under a key that is asked for as a whole, all that is there answers.
    const isWhole = /^\w+ = :\w+$/.test(KeyConditionExpression);
    const sought = placeholders.values[/^\w+ = (:\w+)/.exec(KeyConditionExpression)?.[1] ?? ''];
    if (sought === undefined)
      throw new Error(`the simulated table cannot query by ${KeyConditionExpression}`);
    const found = [...(this.under.get(IndexName ?? '')?.get(sought) ?? [])]
      .map((stored) => (IndexName === undefined ? stored.item : this.asIndexed(stored)))
      .filter(
        (item): item is Item =>
          item?.[hash] === sought && (isWhole || holds(KeyConditionExpression, item, placeholders)),
      );
    const forward = (a: Item, b: Item) => compareText(a[range], b[range]) || compareText(keyOf(a), keyOf(b));
    const page = firstOf(found, ScanIndexForward ? forward : (a, b) => -forward(a, b), Limit);
    const hasAll = IndexName === undefined || WHOLE_INDEXES.has(IndexName);
    return { Items: hasAll ? page : page.map(({ pk, sk }) => ({ pk, sk })) };
  }

  private batchGet({ RequestItems = {} }: BatchGetCommand['input']) {
    const Responses = Object.fromEntries(
      Object.entries(RequestItems).map(([table, { Keys = [] }]) => [
        table,
        Keys.flatMap((key) => this.stored.get(keyOf(key))?.item ?? []),
      ]),
    );
    return { Responses };
  }

  private demand(key: Item, condition: string | undefined, input: WithPlaceholders): void {
    const item = this.stored.get(keyOf(key))?.item ?? {};
    if (condition !== undefined && !holds(condition, item, placeholdersOf(input)))
      throw Object.assign(new Error('The conditional request failed'), {
        name: 'ConditionalCheckFailedException',
        $metadata: { httpStatusCode: 400 },
      });
  }

  private write(item: Item): void {
    const key = keyOf(item);
    const stored: Stored = this.stored.get(key) ?? { item, indexed: undefined, coming: [] };
    const before = this.stored.has(key) ? stored.item : undefined;
    stored.item = item;
    const latestMs = stored.coming.at(-1)?.atMs ?? 0;
    stored.coming.push({ atMs: Math.max(latestMs, this.nowMs() + this.lagMs()), item });
    this.stored.set(key, stored);
    this.noteHashes(stored, item);
    this.asIndexed(stored);
    this.onWrite({ key, before, after: item });
  }

  /** It stays where it stood before, too: an index that lags shows it there still. */
  private noteHashes(stored: Stored, item: Item): void {
    for (const [index, hash] of HASHES) {
      const value = item[hash];
      if (value === undefined) continue;
      const byHash = this.under.get(index) ?? new Map<unknown, Set<Stored>>();
      this.under.set(index, byHash);
      const all = byHash.get(value) ?? new Set();
      byHash.set(value, all.add(stored));
    }
  }

  private asIndexed(stored: Stored): Item | undefined {
    while (stored.coming[0] !== undefined && stored.coming[0].atMs <= this.nowMs())
      stored.indexed = stored.coming.shift()?.item;
    return stored.indexed;
  }
}

/** The table as the adapters take it. */
export const tableClient = (execute: (command: unknown) => Promise<unknown>): Documents =>
  ({
    get: (input: GetCommandInput) => execute(new GetCommand(input)),
    put: (input: PutCommandInput) => execute(new PutCommand(input)),
    update: (input: UpdateCommandInput) => execute(new UpdateCommand(input)),
    delete: (input: DeleteCommandInput) => execute(new DeleteCommand(input)),
    query: (input: QueryCommandInput) => execute(new QueryCommand(input)),
    batchGet: async (tableName, Keys) => {
      const RequestItems = { [tableName]: { Keys: [...Keys] } };
      const { Responses } = (await execute(new BatchGetCommand({ RequestItems }))) as BatchGetCommandOutput;
      return { Items: Responses?.[tableName] ?? [], UnprocessedKeys: [] };
    },
  }) as Documents;

interface WithPlaceholders {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, unknown> | undefined;
}

const placeholdersOf = ({ ExpressionAttributeNames, ExpressionAttributeValues }: WithPlaceholders) => ({
  names: ExpressionAttributeNames ?? {},
  values: ExpressionAttributeValues ?? {},
});

const keyOf = ({ pk, sk }: Item): string => `${pk} ${sk}`;

/** In order, but not all sorted where few are asked for. */
const firstOf = (
  items: Item[],
  compare: (a: Item, b: Item) => number,
  countMax: number | undefined,
): Item[] => {
  if (countMax === undefined || countMax > FEW || items.length <= countMax)
    return items.sort(compare).slice(0, countMax);
  const first: Item[] = [];
  for (const item of items) {
    const last = first[countMax - 1];
    if (last !== undefined && compare(item, last) >= 0) continue;
    let at = first.length;
    while (at > 0 && compare(item, first[at - 1] as Item) < 0) at -= 1;
    first.splice(at, 0, item);
    if (first.length > countMax) first.pop();
  }
  return first;
};

const FEW = 30;

const compareText = (a: unknown, b: unknown): number => {
  if (a === b) return 0;
  return String(a) < String(b) ? -1 : 1;
};

/** As the SDK does with `removeUndefinedValues`; copied only where there is something to leave out. */
const withoutUndefined = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(withoutUndefined);
    return items.some((item, n) => item !== value[n]) ? items : value;
  }
  const given = value as Item;
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(given)) {
    const kept = withoutUndefined(given[name]);
    if (kept === given[name] && kept !== undefined) continue;
    copy ??= { ...given };
    if (kept === undefined) delete copy[name];
    else copy[name] = kept;
  }
  return copy ?? given;
};
