/**
 * The exemptions that people add: an item each, and a number in the control item that every change raises. The
 * item is written first: should its writer die before the number is raised, some processes hold back more than
 * others for a while, and the same command again completes it.
 */
import { type FoundExemption, readStored } from '../../domain/exemption/exemption.ts';
import type { ExemptionStore } from '../../domain/ports.ts';
import { calling, hasCode } from '../aws-errors.ts';
import type { Documents, Values } from './documents.ts';
import { CONTROL_KEY } from './table.ts';

export interface ExemptionStoreOptions {
  readonly client: Documents;
  readonly tableName: string;
}

export const createExemptionStore = ({ client, tableName }: ExemptionStoreOptions): ExemptionStore => ({
  all: async () => {
    const found: FoundExemption[] = [];
    let start: Values | undefined;
    do {
      const page = await calling('dynamodb:Query', () =>
        client.query({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': PARTITION },
          ConsistentRead: true,
          ...(start ? { ExclusiveStartKey: start } : {}),
        }),
      );
      found.push(...page.Items.map(fromItem));
      start = page.LastEvaluatedKey;
    } while (start);
    return found;
  },

  put: (exemption) =>
    unlessConditionFails(() =>
      calling('dynamodb:PutItem', () =>
        client.put({
          TableName: tableName,
          Item: { ...keyOf(exemption.name), ...exemption },
          ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :since',
          ExpressionAttributeValues: { ':since': exemption.since },
        }),
      ),
    ),

  remove: (name) =>
    unlessConditionFails(() =>
      calling('dynamodb:DeleteItem', () =>
        client.delete({
          TableName: tableName,
          Key: keyOf(name),
          ConditionExpression: 'attribute_exists(pk)',
        }),
      ),
    ),

  announce: async () => {
    await calling('dynamodb:UpdateItem', () =>
      client.update({
        TableName: tableName,
        Key: CONTROL_KEY,
        UpdateExpression: 'ADD exemptionSequence :one',
        ExpressionAttributeValues: { ':one': 1 },
      }),
    );
  },

  seen: async (sequence) => {
    await unlessConditionFails(() =>
      calling('dynamodb:UpdateItem', () =>
        client.update({
          TableName: tableName,
          Key: CONTROL_KEY,
          UpdateExpression: 'SET exemptionSeen = :sequence',
          ConditionExpression: 'attribute_not_exists(exemptionSeen) OR exemptionSeen < :sequence',
          ExpressionAttributeValues: { ':sequence': sequence },
        }),
      ),
    );
  },

  weekTold: async () => {
    const { Item } = await calling('dynamodb:GetItem', () =>
      client.get({ TableName: tableName, Key: TOLD_KEY, ConsistentRead: true }),
    );
    return typeof Item?.week === 'string' ? Item.week : undefined;
  },

  told: (week) =>
    unlessConditionFails(() =>
      calling('dynamodb:UpdateItem', () =>
        client.update({
          TableName: tableName,
          Key: TOLD_KEY,
          UpdateExpression: 'SET #week = :week',
          ConditionExpression: 'attribute_not_exists(#week) OR #week < :week',
          ExpressionAttributeNames: { '#week': 'week' },
          ExpressionAttributeValues: { ':week': week },
        }),
      ),
    ),
});

const PARTITION = 'exemption';
const TOLD_KEY = { pk: 'exemption-told', sk: 'week' };

const keyOf = (name: string) => ({ pk: PARTITION, sk: name });

const fromItem = ({ pk: _, sk, ...item }: Values): FoundExemption => readStored(String(sk), item);

const unlessConditionFails = async (write: () => Promise<unknown>): Promise<boolean> => {
  try {
    await write();
    return true;
  } catch (error) {
    if (hasCode(error, 'ConditionalCheckFailedException')) return false;
    throw error;
  }
};
