/** Cases in DynamoDB: one item a case, one conditional write a change. */
import {
  type Case,
  type CaseState,
  CLOSED_STATES,
  isClosed,
  isOpen,
  isWatched,
} from '../../domain/case/case.ts';
import { type Lane, laneId, plainRuleName } from '../../domain/finding.ts';
import type { CaseFilter, CaseStore, Due } from '../../domain/ports.ts';
import { dayMs, epochMs, type Instant, instant } from '../../domain/time.ts';
import { calling, hasCode } from '../aws-errors.ts';
import { BATCH_GET_MAX, batchGet } from './batch-get.ts';
import {
  batchLane,
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
import { laneOfScopeKey } from './scope-item.ts';
import {
  BATCH_PARTITION,
  CLOSED_INDEX,
  DUE_INDEX,
  dueShards,
  EXECUTION_INDEX,
  WAITING_INDEX,
} from './table.ts';

export interface CaseStoreOptions {
  readonly client: Documents;
  readonly tableName: string;
  /** For listing: how far back closed cases are looked for when nobody says since when. */
  readonly now: () => Instant;
}

export const createCaseStore = ({ client, tableName, now }: CaseStoreOptions): CaseStore => {
  const get = async (id: string): Promise<Case | undefined> => {
    const parts = parseCaseId(id);
    if (parts === undefined) return undefined;
    const { Item } = await calling('dynamodb:GetItem', () =>
      client.get({
        TableName: tableName,
        Key: { ...caseKey(parts.findingId, parts.number) },
        ConsistentRead: true,
      }),
    );
    return Item && fromItem(Item);
  };

  const put = async (
    written: Case,
    condition: string,
    values?: Record<string, unknown>,
  ): Promise<boolean> => {
    try {
      await calling('dynamodb:PutItem', () =>
        client.put({
          TableName: tableName,
          Item: toItem(written),
          ConditionExpression: condition,
          ...(values ? { ExpressionAttributeValues: values } : {}),
        }),
      );
      return true;
    } catch (error) {
      if (hasCode(error, 'ConditionalCheckFailedException')) return false;
      throw error;
    }
  };

  const keys = async function* (indexName: string, query: IndexQuery): AsyncIterable<CaseKey> {
    let start: Values | undefined;
    do {
      const page = await calling('dynamodb:Query', () =>
        client.query({
          TableName: tableName,
          IndexName: indexName,
          KeyConditionExpression: query.condition,
          ExpressionAttributeValues: query.values,
          ...(query.limit ? { Limit: query.limit } : {}),
          ...(query.newestFirst ? { ScanIndexForward: false } : {}),
          ...(start ? { ExclusiveStartKey: start } : {}),
        }),
      );
      for (const item of page.Items) yield item as unknown as CaseKey;
      start = query.limit ? undefined : page.LastEvaluatedKey;
    } while (start);
  };

  const load = async function* (found: AsyncIterable<CaseKey>): AsyncIterable<Case> {
    for await (const batch of chunks(onceEach(found), BATCH_GET_MAX))
      yield* await batchGet(client, tableName, batch);
  };

  const newestOf = async (findingId: string): Promise<Case | undefined> => {
    const { Items } = await calling('dynamodb:Query', () =>
      client.query({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': casePartition(findingId) },
        ScanIndexForward: false,
        Limit: 1,
        ConsistentRead: true,
      }),
    );
    return Items[0] && fromItem(Items[0]);
  };

  return {
    get,

    getMany: async (ids) => {
      const keys = [...new Set(ids)].flatMap((id) => {
        const parts = parseCaseId(id);
        return parts === undefined ? [] : [caseKey(parts.findingId, parts.number)];
      });
      const found = slices(keys, BATCH_GET_MAX).map((some) => batchGet(client, tableName, some));
      return (await Promise.all(found)).flat();
    },

    newestOf,

    // The next case of a finding is opened when the one before is closed, so numbers are looked for from the first on.
    newestOfMany: async (findingIds) => {
      const newest = new Map<string, Case>();
      let wanted: readonly string[] = [...new Set(findingIds)];
      for (let number = 1; wanted.length > 0 && number <= NUMBERS_TRIED; number += 1) {
        const further: string[] = [];
        for (const ids of slices(wanted, BATCH_GET_MAX))
          for (const found of await batchGet(
            client,
            tableName,
            ids.map((id) => caseKey(id, number)),
          )) {
            newest.set(found.findingId, found);
            if (isClosed(found.state)) further.push(found.findingId);
          }
        wanted = further;
      }
      for (const id of wanted) {
        const found = await newestOf(id);
        if (found) newest.set(id, found);
      }
      return newest;
    },

    open: (opened) => put(opened, 'attribute_not_exists(pk)'),

    replace: (changed) => put(changed, 'version = :previous', { ':previous': changed.version - 1 }),

    byExecution: async (executionId) => {
      const { Items } = await calling('dynamodb:Query', () =>
        client.query({
          TableName: tableName,
          IndexName: EXECUTION_INDEX,
          KeyConditionExpression: 'executionId = :id',
          ExpressionAttributeValues: { ':id': executionId },
          Limit: 1,
        }),
      );
      return Items[0] && fromItem(Items[0]);
    },

    waiting: async (lane: Lane, countMax) => {
      const ids: string[] = [];
      for await (const key of keys(WAITING_INDEX, {
        condition: 'waitingLane = :lane',
        values: { ':lane': laneId(lane) },
        limit: countMax,
      }))
        ids.push(caseIdOfKey(key));
      return ids;
    },

    inBatch: (batch, which) =>
      load(
        keys(WAITING_INDEX, {
          condition: 'waitingLane = :batch',
          values: { ':batch': batchLane(batch, which) },
        }),
      ),

    due: async function* (at): AsyncIterable<Due> {
      for (const shard of dueShards())
        for await (const key of keys(DUE_INDEX, {
          condition: 'dueShard = :shard AND dueAt <= :at',
          values: { ':shard': shard, ':at': at },
        })) {
          const lane = laneOfScopeKey(key.pk);
          if (key.pk === BATCH_PARTITION) yield { batch: key.sk };
          else yield lane ? { lane } : { caseId: caseIdOfKey(key) };
        }
    },

    recent: async (countMax) => {
      const found: CaseKey[] = [];
      for (const month of [...months(instant(epochMs(now()) - RECENT_MS), now())].reverse()) {
        if (found.length >= countMax) break;
        for await (const key of keys(CLOSED_INDEX, {
          condition: 'closedMonth = :month',
          values: { ':month': month },
          limit: countMax - found.length,
          newestFirst: true,
        }))
          found.push(key);
      }
      for (const shard of dueShards())
        for await (const key of keys(DUE_INDEX, {
          condition: 'dueShard = :shard',
          values: { ':shard': shard },
          limit: Math.ceil(countMax / dueShards().length),
        }))
          if (key.pk.startsWith(casePartition(''))) found.push(key);
      const cases: Case[] = [];
      for await (const one of load(asStream(found))) cases.push(one);
      return cases;
    },

    list: async function* (filter): AsyncIterable<Case> {
      const wanted = matches(filter);
      for await (const found of load(candidates(keys, filter, now()))) if (wanted(found)) yield found;
    },
  };
};

interface IndexQuery {
  readonly condition: string;
  readonly values: Record<string, unknown>;
  /** Only the first page, of this size. */
  readonly limit?: number;
  readonly newestFirst?: boolean;
}

type Keys = (indexName: string, query: IndexQuery) => AsyncIterable<CaseKey>;

/**
 * Open cases stand in the due index, closed ones under the month in which they were closed. Those that an exemption
 * has closed stand in both while it is looked after, however long ago they were closed.
 */
const candidates = async function* (
  keys: Keys,
  { status, since }: CaseFilter,
  now: Instant,
): AsyncIterable<CaseKey> {
  const closedOnly = status === 'closed' || CLOSED_STATES.some((name) => name === status);
  const openOnly = status !== undefined && !closedOnly;
  if (!closedOnly || status === 'suppressed')
    for (const shard of dueShards())
      for await (const key of keys(DUE_INDEX, {
        condition: 'dueShard = :shard',
        values: { ':shard': shard },
      }))
        if (key.pk.startsWith(casePartition(''))) yield key;
  if (!openOnly)
    for (const month of months(since ?? instant(epochMs(now) - CLOSED_LOOK_BACK_MS), now))
      yield* keys(CLOSED_INDEX, { condition: 'closedMonth = :month', values: { ':month': month } });
};

const matches =
  ({ status, rule, account, since }: CaseFilter) =>
  ({ state, finding, origin, openedAt }: Case): boolean =>
    hasStatus(state, status) &&
    (account === undefined || finding.account === account) &&
    (since === undefined || openedAt >= since) &&
    (rule === undefined ||
      [finding.rule, plainRuleName(finding.rule), finding.ruleIdentifier, origin.configRuleName].includes(
        rule,
      ));

const hasStatus = (state: CaseState, status: string | undefined): boolean => {
  if (status === 'open') return isOpen(state);
  if (status === 'watched') return isOpen(state) || isWatched(state);
  if (status === 'closed') return isClosed(state);
  return status === undefined || state.name === status;
};

/** A case that moves while the indexes are read stands in more than one place, and BatchGetItem refuses doubles. */
const onceEach = async function* (keys: AsyncIterable<CaseKey>): AsyncIterable<CaseKey> {
  const seen = new Set<string>();
  for await (const key of keys) {
    const id = caseIdOfKey(key);
    if (seen.has(id)) continue;
    seen.add(id);
    yield key;
  }
};

const asStream = async function* <T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
};

const chunks = async function* <T>(items: AsyncIterable<T>, size: number): AsyncIterable<T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
};

const slices = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));

/** What came back more often than that is looked for one by one. */
const NUMBERS_TRIED = 4;
const CLOSED_LOOK_BACK_MS = 90 * dayMs;
const RECENT_MS = 60 * dayMs;
