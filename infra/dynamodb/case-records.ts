/**
 * Cases as they lie in the table, each with what is wrong about its item: whoever verifies a report trusts neither the
 * indexes' rows nor the attributes beside a case.
 */
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Case } from '../../domain/case/case.ts';
import { digestOf } from '../../domain/digest.ts';
import { inParallel } from '../../domain/in-parallel.ts';
import { differences } from '../../domain/report/difference.ts';
import type { CaseRecord, CaseRecords } from '../../domain/report/verify-report.ts';
import type { Instant } from '../../domain/time.ts';
import { calling } from '../aws-errors.ts';
import { BATCH_GET_MAX } from './batch-get.ts';
import {
  type CaseKey,
  caseIdOfKey,
  caseKey,
  casePartition,
  fromItem,
  parseCaseId,
  toItem,
} from './case-item.ts';
import type { Documents, Values } from './documents.ts';
import { months } from './months.ts';
import { CLOSED_INDEX, DUE_INDEX, dueShards } from './table.ts';

export interface CaseRecordsOptions {
  readonly client: Documents;
  readonly tableName: string;
  readonly now: () => Instant;
}

export const createCaseRecords = ({ client, tableName, now }: CaseRecordsOptions): CaseRecords => {
  const keys = async function* (
    indexName: string,
    condition: string,
    values: Values,
  ): AsyncIterable<CaseKey> {
    let start: Values | undefined;
    do {
      const page = await calling('dynamodb:Query', () =>
        client.query({
          TableName: tableName,
          IndexName: indexName,
          KeyConditionExpression: condition,
          ExpressionAttributeValues: values,
          ProjectionExpression: 'pk, sk',
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      for (const item of page.Items) yield item as unknown as CaseKey;
      start = page.LastEvaluatedKey;
    } while (start);
  };

  /** Those that are open come first: one that is closed meanwhile is found twice then, and never not at all. */
  const keysSince = async function* (since: Instant): AsyncIterable<CaseKey> {
    for (const shard of dueShards()) yield* keys(DUE_INDEX, 'dueShard = :shard', { ':shard': shard });
    for (const month of months(since, now()))
      yield* keys(CLOSED_INDEX, 'closedMonth = :month AND closedAt >= :since', {
        ':month': month,
        ':since': since,
      });
  };

  const read = async (wanted: readonly CaseKey[]): Promise<readonly CaseRecord[]> => {
    const found: CaseRecord[] = [];
    let left: readonly Values[] = wanted.map(({ pk, sk }) => ({ pk, sk }));
    while (left.length > 0) {
      const request = left;
      const page = await calling('dynamodb:BatchGetItem', () => client.batchGet(tableName, request));
      found.push(...page.Items.map(recordOf));
      left = page.UnprocessedKeys;
    }
    return found;
  };

  return {
    since: async function* (since, isAsked = () => true) {
      const seen = new Set<string>();
      let some: CaseKey[] = [];
      const readSome = async () => {
        const records = await inParallel(slices(some), READS_AT_ONCE, read);
        some = [];
        return records.flat();
      };
      for await (const key of keysSince(since)) {
        // An index of a month may hold what is older than it says, and that of what is due holds more than cases.
        if (!key.pk.startsWith(casePartition(''))) continue;
        const id = caseIdOfKey(key);
        if (seen.has(id) || !isAsked(id)) continue;
        seen.add(id);
        some.push(key);
        if (some.length >= BATCH_GET_MAX * READS_AT_ONCE) yield* await readSome();
      }
      yield* await readSome();
    },

    get: async (ids) =>
      read(
        ids.flatMap((id) => {
          const parts = parseCaseId(id);
          return parts === undefined ? [] : [caseKey(parts.findingId, parts.number)];
        }),
      ),
  };
};

const recordOf = (item: Values): CaseRecord => {
  const id = caseIdOfKey(item as unknown as CaseKey);
  const stored = item.case;
  if (typeof stored !== 'object' || stored === null) return { id, doubts: ['its item holds no case'] };
  try {
    const about = fromItem(item);
    return { id, about, doubts: [...changedSince(item, stored), ...otherThanWritten(item, about)] };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { id, doubts: [`it cannot be read: ${why}`] };
  }
};

const changedSince = (item: Values, stored: object): readonly string[] => {
  if (item.digest === undefined) return ['it carries no digest'];
  return item.digest === digestOf(stored)
    ? []
    : ['it was changed by something else than selfheal: its digest is not that of what it says'];
};

/** Everything beside the case follows from it. */
const otherThanWritten = (item: Values, about: Case): readonly string[] => {
  const { case: _, digest: __, row: rowNow, ...is } = item;
  const { case: ___, digest: ____, row, ...written } = toItem(about) as Values;
  return [
    ...differences(is, written).map(
      ({ path, stored, recomputed }) =>
        `its attribute ${path} is ${shown(stored)}, and the case says ${shown(recomputed)}`,
    ),
    ...differences(parsed(rowNow), parsed(row)).map(
      ({ path, stored, recomputed }) =>
        `its row in the index says ${path || 'something'} is ${shown(stored)}, and the case says ${shown(recomputed)}`,
    ),
  ];
};

const parsed = (row: unknown): unknown => {
  if (typeof row !== 'string') return row;
  try {
    return JSON.parse(row);
  } catch {
    return row;
  }
};

const shown = (value: unknown): string =>
  value === undefined ? 'absent' : canonicalJson(value).slice(0, 120);

const slices = (keys: readonly CaseKey[]): readonly (readonly CaseKey[])[] =>
  Array.from({ length: Math.ceil(keys.length / BATCH_GET_MAX) }, (_, n) =>
    keys.slice(n * BATCH_GET_MAX, (n + 1) * BATCH_GET_MAX),
  );

const READS_AT_ONCE = 4;
