/**
 * The journal of what was done to the whole: an item for each event, under its time. It is noted again and again by
 * what the control item shows, and the first word stays.
 */
import { createHash } from 'node:crypto';
import { journalKey } from '../../domain/health/journal-of.ts';
import type { ControlJournal } from '../../domain/report/report-ports.ts';
import type { ControlEvent } from '../../domain/report/weekly-report.ts';
import { calling, hasCode } from '../aws-errors.ts';
import type { Documents, Values } from './documents.ts';
import { JOURNAL_PARTITION } from './table.ts';

export interface ControlJournalOptions {
  readonly client: Documents;
  readonly tableName: string;
}

export const createControlJournal = ({ client, tableName }: ControlJournalOptions): ControlJournal => ({
  note: async (events) => {
    for (const event of events) await put(client, tableName, event);
  },

  between: async (from, to) => {
    const found: ControlEvent[] = [];
    let start: Values | undefined;
    do {
      const page = await calling('dynamodb:Query', () =>
        client.query({
          TableName: tableName,
          // A key has its time and more, so that one that begins with `to` comes after it.
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':pk': JOURNAL_PARTITION, ':from': from, ':to': to },
          ConsistentRead: true,
          ...(start ? { ExclusiveStartKey: start } : {}),
        }),
      );
      found.push(...page.Items.map(eventOf));
      start = page.LastEvaluatedKey;
    } while (start);
    return found;
  },
});

const put = async (client: Documents, tableName: string, event: ControlEvent): Promise<void> => {
  try {
    await calling('dynamodb:PutItem', () =>
      client.put({
        TableName: tableName,
        Item: { pk: JOURNAL_PARTITION, sk: sortKey(event), ...event },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  } catch (error) {
    if (!hasCode(error, 'ConditionalCheckFailedException')) throw error;
  }
};

/** People name scopes as they like, and a key has room for 1,024 bytes. */
const sortKey = (event: ControlEvent): string => {
  const key = journalKey(event);
  if (Buffer.byteLength(key) <= KEY_BYTES_MAX) return key;
  return `${journalKey({ ...event, scope: createHash('sha256').update(event.scope).digest('hex') })}`;
};

const KEY_BYTES_MAX = 1_000;

const eventOf = ({ pk: _, sk: __, ...event }: Values): ControlEvent => event as unknown as ControlEvent;
