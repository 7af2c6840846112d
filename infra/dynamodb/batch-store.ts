/**
 * Batches in DynamoDB: one item a batch, all under one partition key, which is a scope's: whoever may take permits
 * may ask in a batch. Who asks in a batch reads it, and writes
 * only when there is none, when nobody looks after it any more, or once a minute.
 */
import type { Batch } from '../../domain/batch.ts';
import type { BatchStore } from '../../domain/ports.ts';
import { minuteMs, plusMs } from '../../domain/time.ts';
import { calling, hasCode } from '../aws-errors.ts';
import type { Documents, UpdateInput, Values } from './documents.ts';
import { BATCH_PARTITION, dueShardOf } from './table.ts';

export interface BatchStoreOptions {
  readonly client: Documents;
  readonly tableName: string;
}

export const createBatchStore = ({ client, tableName }: BatchStoreOptions): BatchStore => {
  const keyOf = (id: string) => ({ pk: BATCH_PARTITION, sk: id });

  /** False when the condition did not hold. */
  const update = async (id: string, input: Omit<UpdateInput, 'TableName' | 'Key'>): Promise<boolean> => {
    try {
      await calling('dynamodb:UpdateItem', () =>
        client.update({ TableName: tableName, Key: keyOf(id), ...input }),
      );
      return true;
    } catch (error) {
      if (hasCode(error, 'ConditionalCheckFailedException')) return false;
      throw error;
    }
  };

  const read = async (id: string): Promise<Values | undefined> => {
    const { Item } = await calling('dynamodb:GetItem', () =>
      client.get({ TableName: tableName, Key: keyOf(id), ConsistentRead: true }),
    );
    return Item;
  };

  return {
    get: async (id) => {
      const item = await read(id);
      return item && fromItem(item);
    },

    list: async () => {
      const found: Batch[] = [];
      let start: Values | undefined;
      do {
        const page = await calling('dynamodb:Query', () =>
          client.query({
            TableName: tableName,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': BATCH_PARTITION },
            ...(start && { ExclusiveStartKey: start }),
          }),
        );
        found.push(...page.Items.map(fromItem));
        start = page.LastEvaluatedKey;
      } while (start);
      return found;
    },

    join: async ({ id, kind, about, since }, now) => {
      const dueAt = plusMs(now, FIRST_LOOK_MS);
      const item = await read(id);
      if (item === undefined) {
        const isNew = await update(id, {
          UpdateExpression:
            'SET facts = :facts, version = :one, joinedAt = :now, dueShard = :shard, dueAt = :dueAt',
          ConditionExpression: 'attribute_not_exists(pk)',
          ExpressionAttributeValues: {
            ':facts': { kind, about, since, decisions: [] },
            ':one': 1,
            ':now': now,
            ':shard': dueShardOf(id),
            ':dueAt': dueAt,
          },
        });
        if (isNew) return;
      }
      if (item !== undefined && item.dueAt !== undefined) {
        if (String(item.joinedAt) >= plusMs(now, -minuteMs)) return;
        await update(id, {
          UpdateExpression: 'SET joinedAt = :now',
          ConditionExpression: 'joinedAt < :now',
          ExpressionAttributeValues: { ':now': now },
        });
      }
      // Nobody looks after it, or it was given up in this moment.
      await update(id, {
        UpdateExpression: 'SET joinedAt = :now, dueShard = :shard, dueAt = :dueAt',
        ConditionExpression: 'attribute_not_exists(dueAt)',
        ExpressionAttributeValues: { ':now': now, ':shard': dueShardOf(id), ':dueAt': dueAt },
      });
    },

    replace: ({ id, version, joinedAt, ...batch }, dueAt) => {
      const { kind, about, since, told, toldExpired, decisions } = batch;
      const kept = {
        kind,
        about,
        since,
        decisions,
        ...(told && { told }),
        ...(toldExpired && { toldExpired }),
      };
      const values = { ':facts': kept, ':version': version, ':previous': version - 1 };
      return update(
        id,
        dueAt === undefined
          ? {
              UpdateExpression: 'SET facts = :facts, version = :version REMOVE dueShard, dueAt',
              ConditionExpression: 'version = :previous AND joinedAt = :joinedAt',
              ExpressionAttributeValues: { ...values, ':joinedAt': joinedAt },
            }
          : {
              UpdateExpression: 'SET facts = :facts, version = :version, dueShard = :shard, dueAt = :dueAt',
              ConditionExpression: 'version = :previous',
              ExpressionAttributeValues: { ...values, ':shard': dueShardOf(id), ':dueAt': dueAt },
            },
      );
    },
  };
};

const fromItem = (item: Values): Batch => ({
  ...(item.facts as Omit<Batch, 'id' | 'version' | 'joinedAt'>),
  id: String(item.sk),
  version: Number(item.version),
  joinedAt: String(item.joinedAt),
});

/** As long as it takes until the first message. */
const FIRST_LOOK_MS = 2 * minuteMs;
