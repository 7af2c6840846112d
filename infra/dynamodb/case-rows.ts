/**
 * The cases as reports count them: closed ones from their index, which carries the row, some twelve hundred with a
 * page; open ones, of which there are few, whole.
 */

import { type CaseRow, rowOf } from '../../domain/report/case-row.ts';
import type { CaseRows } from '../../domain/report/report-ports.ts';
import type { Instant } from '../../domain/time.ts';
import { calling } from '../aws-errors.ts';
import { BATCH_GET_MAX, batchGet } from './batch-get.ts';
import { type CaseKey, caseIdOfKey, casePartition, rowFromItem } from './case-item.ts';
import type { Documents, QueryInput, Values } from './documents.ts';
import { months } from './months.ts';
import { CLOSED_INDEX, DUE_INDEX, dueShards } from './table.ts';

export interface CaseRowsOptions {
  readonly client: Documents;
  readonly tableName: string;
  readonly now: () => Instant;
}

export const createCaseRows = ({ client, tableName, now }: CaseRowsOptions): CaseRows => {
  const pages = (input: Omit<QueryInput, 'TableName'>): AsyncIterable<readonly Values[]> =>
    readAhead((start) =>
      calling('dynamodb:Query', () =>
        client.query({ TableName: tableName, ...input, ...(start && { ExclusiveStartKey: start }) }),
      ),
    );

  const load = async function* (keys: readonly CaseKey[]): AsyncIterable<CaseRow> {
    for (let from = 0; from < keys.length; from += BATCH_GET_MAX)
      for (const found of await batchGet(client, tableName, keys.slice(from, from + BATCH_GET_MAX)))
        yield rowOf(found);
  };

  const openKeys = async (): Promise<readonly CaseKey[]> => {
    const keys = new Map<string, CaseKey>();
    for (const shard of dueShards())
      for await (const page of pages({
        IndexName: DUE_INDEX,
        KeyConditionExpression: 'dueShard = :shard',
        ExpressionAttributeValues: { ':shard': shard },
      }))
        for (const key of page as readonly unknown[] as readonly CaseKey[])
          if (key.pk.startsWith(casePartition(''))) keys.set(caseIdOfKey(key), key);
    return [...keys.values()];
  };

  return {
    // Those that are open come first: one that is closed meanwhile is found twice then, and never not at all.
    rows: async function* (since) {
      const open = new Map<string, CaseRow>();
      for await (const row of load(await openKeys())) open.set(row.id, row);
      for (const month of months(since, now()))
        for await (const page of pages({
          IndexName: CLOSED_INDEX,
          KeyConditionExpression: 'closedMonth = :month AND closedAt >= :since',
          // All that the index has; the embedded DynamoDB would send the whole case.
          ProjectionExpression: 'pk, sk, #row',
          ExpressionAttributeNames: { '#row': 'row' },
          ExpressionAttributeValues: { ':month': month, ':since': since },
        })) {
          const rowless: CaseKey[] = [];
          for (const item of page) {
            const row = rowFromItem(item);
            if (row === undefined) rowless.push(item as unknown as CaseKey);
            else {
              open.delete(row.id);
              yield row;
            }
          }
          for await (const row of load(rowless)) {
            open.delete(row.id);
            yield row;
          }
        }
      for (const row of open.values()) if (row.closed === undefined || row.closed.at >= since) yield row;
    },
  };
};

interface Page {
  readonly Items: readonly Values[];
  readonly LastEvaluatedKey?: Values;
}

/** The next page is on its way while one is worked on. */
const readAhead = async function* (
  read: (start: Values | undefined) => Promise<Page>,
): AsyncIterable<readonly Values[]> {
  let coming: Promise<Page> | undefined = read(undefined);
  while (coming) {
    const { Items, LastEvaluatedKey }: Page = await coming;
    coming = LastEvaluatedKey && read(LastEvaluatedKey);
    // Who stops listening does not wait for it, and its failure is nobody's then.
    coming?.catch(() => undefined);
    yield Items;
  }
};
