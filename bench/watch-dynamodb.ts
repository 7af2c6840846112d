/**
 * Sees every DynamoDB call of this process: they go to the embedded server directly, past the sandbox's
 * counter. Beside the count it keeps the units, for which it remembers each item as it was last written.
 */
import { type AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { tableDefinition } from '../infra/dynamodb/table.ts';
import {
  type IndexKeys,
  type Item,
  indexWriteUnits,
  itemBytes,
  readUnits,
  writeUnits,
} from './item-units.ts';

export interface DynamodbCall {
  readonly operation: string;
  /** Of the item that was read. */
  readonly key?: string;
  /** Of a query. */
  readonly indexName?: string;
  readonly readUnits: number;
  readonly tableWriteUnits: number;
  readonly indexWriteUnits: number;
  /** What the embedded server says that the table (without indexes) consumed. */
  readonly serverUnits: number;
  /** Bytes of the item that was written. */
  readonly itemBytes?: number;
}

export interface DynamodbWatch {
  /** Since the start or the last reset. */
  readonly calls: readonly DynamodbCall[];
  reset(): void;
  stop(): void;
}

interface Input {
  readonly Key?: Item;
  readonly Item?: Item;
  readonly IndexName?: string;
  readonly ConsistentRead?: boolean;
}

interface Output {
  readonly Item?: Item;
  readonly Items?: readonly Item[];
  readonly Attributes?: Item;
  readonly ConsumedCapacity?: { readonly CapacityUnits?: number };
}

type Raw = Readonly<Record<string, AttributeValue>>;
type Send = (command: { readonly input: object }, ...rest: unknown[]) => Promise<object>;

export const watchDynamodb = (): DynamodbWatch => {
  const client = DynamoDBClient.prototype as unknown as { send: Send };
  const send = client.send;
  const written = new Map<string, Item>();
  let calls: DynamodbCall[] = [];

  client.send = async function watched(this: unknown, command, ...rest) {
    const operation = command.constructor.name.replace(/Command$/, '');
    Object.assign(command.input, { ReturnConsumedCapacity: 'INDEXES' });
    const input = inValues<Input>(command.input);
    try {
      const output = await send.call(this, command, ...rest);
      calls.push(callOf(operation, input, inValues<Output>(output), written));
      return output;
    } catch (error) {
      // A refused conditional write costs what it would have cost the table.
      const units = writeUnits(written.get(keyOf(input)), input.Item);
      calls.push({ operation, readUnits: 0, tableWriteUnits: units, indexWriteUnits: 0, serverUnits: 0 });
      throw error;
    }
  };

  return {
    get calls() {
      return calls;
    },
    reset: () => {
      calls = [];
    },
    stop: () => {
      client.send = send;
    },
  };
};

/** Items as plain values, whatever else there is as it was. */
const inValues = <T extends object>(told: object): T => {
  const { Key, Item, Items, Attributes, ...rest } = told as Record<string, unknown>;
  return {
    ...rest,
    ...(Key ? { Key: unmarshall(Key as Raw) } : {}),
    ...(Item ? { Item: unmarshall(Item as Raw) } : {}),
    ...(Items ? { Items: (Items as Raw[]).map((each) => unmarshall(each)) } : {}),
    ...(Attributes ? { Attributes: unmarshall(Attributes as Raw) } : {}),
  } as T;
};

const callOf = (
  operation: string,
  input: Input,
  output: Output,
  written: Map<string, Item>,
): DynamodbCall => {
  const serverUnits = output.ConsumedCapacity?.CapacityUnits ?? 0;
  const isRead = operation === 'GetItem' || operation === 'Query' || operation === 'BatchGetItem';
  if (isRead) {
    const items = output.Items ?? (output.Item ? [output.Item] : []);
    const bytes = items.reduce((sum, item) => sum + itemBytes(item), 0);
    return {
      operation,
      ...(input.Key === undefined ? {} : { key: keyOf(input) }),
      ...(input.IndexName === undefined ? {} : { indexName: input.IndexName }),
      readUnits: readUnits(bytes, input.ConsistentRead === true),
      tableWriteUnits: 0,
      indexWriteUnits: 0,
      serverUnits,
    };
  }
  const before = written.get(keyOf(input));
  const after = input.Item ?? output.Attributes ?? before;
  if (after !== undefined) written.set(keyOf(input), after);
  return {
    operation,
    readUnits: 0,
    tableWriteUnits: writeUnits(before, after),
    indexWriteUnits: indexWriteUnits(INDEXES, before, after),
    serverUnits,
    ...(after ? { itemBytes: itemBytes(after) } : {}),
  };
};

const keyOf = ({ Item, Key }: Input): string => {
  const { pk, sk } = Item ?? Key ?? {};
  return `${pk}/${sk}`;
};

const INDEXES: readonly IndexKeys[] = (tableDefinition('any').GlobalSecondaryIndexes ?? []).map(
  ({ IndexName = '', KeySchema = [], Projection }) => ({
    name: IndexName,
    keys: KeySchema.map(({ AttributeName = '' }) => AttributeName),
    isWhole: Projection?.ProjectionType === 'ALL',
  }),
);
