/**
 * The published versions of the policy. A version is written once, under the next number, and never changed.
 *
 *   put version n+1, which must not exist ▶ announce n+1 in the control item, which only ever grows
 *
 * Whoever dies in between has published: the versions themselves are what counts, and the next one who reads
 * all of them mends the announcement.
 */
import { PortError } from '../../domain/ports.ts';
import { calling, hasCode } from '../aws-errors.ts';
import type { Documents, Values } from './documents.ts';
import {
  fromPolicyItem,
  POLICY_PARTITION,
  type PolicyProgress,
  type PolicyVersion,
  progressOf,
  toPolicyItem,
  versionSortKey,
} from './policy-item.ts';
import { CONTROL_KEY } from './table.ts';

export interface PolicyStore {
  /** From the newest down, each read consistently when it is asked for. */
  newestFirst(): AsyncIterable<PolicyVersion>;
  get(sequence: number): Promise<PolicyVersion | undefined>;
  /** False when that number is taken already. */
  put(version: PolicyVersion): Promise<boolean>;
  progress(): Promise<PolicyProgress>;
  /** Raises one of the numbers; nothing when it is as high already. */
  raise(name: keyof PolicyProgress, sequence: number): Promise<void>;
}

export interface PolicyStoreOptions {
  readonly client: Documents;
  readonly tableName: string;
}

export const createPolicyStore = ({ client, tableName }: PolicyStoreOptions): PolicyStore => ({
  newestFirst: async function* () {
    let start: Values | undefined;
    do {
      const page = await calling('dynamodb:Query', () =>
        client.query({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': POLICY_PARTITION },
          ScanIndexForward: false,
          ConsistentRead: true,
          // Nearly always the newest is all that is wanted, and each may be large.
          Limit: 1,
          ...(start ? { ExclusiveStartKey: start } : {}),
        }),
      );
      yield* page.Items.map(fromPolicyItem).filter(isVersion);
      start = page.LastEvaluatedKey;
    } while (start);
  },

  get: async (sequence) => {
    const { Item } = await calling('dynamodb:GetItem', () =>
      client.get({
        TableName: tableName,
        Key: { pk: POLICY_PARTITION, sk: versionSortKey(sequence) },
        ConsistentRead: true,
      }),
    );
    return Item && fromPolicyItem(Item);
  },

  put: async (version) => {
    const bytes = Buffer.byteLength(JSON.stringify(toPolicyItem(version)));
    if (bytes > ITEM_BYTES_MAX)
      throw new PortError(
        'terminal',
        'PolicyTooLarge',
        'dynamodb:PutItem',
        `it takes ${bytes} bytes, and an item of DynamoDB has room for ${ITEM_BYTES_MAX}: join entries that differ in one value only into one with a list, or take out what no rule needs any more`,
      );
    return unlessConditionFails(() =>
      calling('dynamodb:PutItem', () =>
        client.put({
          TableName: tableName,
          Item: toPolicyItem(version),
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    );
  },

  progress: async () => {
    const { Item } = await calling('dynamodb:GetItem', () =>
      client.get({ TableName: tableName, Key: CONTROL_KEY, ConsistentRead: true }),
    );
    return progressOf(Item);
  },

  raise: async (name, sequence) => {
    await unlessConditionFails(() =>
      calling('dynamodb:UpdateItem', () =>
        client.update({
          TableName: tableName,
          Key: CONTROL_KEY,
          UpdateExpression: 'SET #name = :sequence',
          ConditionExpression: 'attribute_not_exists(#name) OR #name < :sequence',
          ExpressionAttributeNames: { '#name': name },
          ExpressionAttributeValues: { ':sequence': sequence },
        }),
      ),
    );
  },
});

/** What somebody else put into the partition under another kind of key is no version. */
const isVersion = ({ sequence }: PolicyVersion): boolean => Number.isSafeInteger(sequence) && sequence > 0;

const unlessConditionFails = async (write: () => Promise<unknown>): Promise<boolean> => {
  try {
    await write();
    return true;
  } catch (error) {
    if (hasCode(error, 'ConditionalCheckFailedException')) return false;
    throw error;
  }
};

/** DynamoDB's own limit is 400 KB; JSON is a little longer than what DynamoDB counts, never shorter. */
const ITEM_BYTES_MAX = 400 * 1024 - 1024;
