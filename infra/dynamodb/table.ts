/**
 * The one table. Every item is written with one conditional write. The indexes hold keys only, but for two:
 * the event that an execution has ended finds its case in that of the executions, whole, and saves a read; and
 * reports find in that of the closed cases what they count of each.
 *
 *   pk                    sk        what                      indexes it stands in
 *   case#<finding id>     00000001  the finding's nth case    due (open), waiting (queued), execution (running), closed
 *   scope#<scope id>      scope     leases and start slots    due (a lane in which cases wait)
 *   scope#batch           <its id>  cases asked for together  due (while somebody looks after it)
 *   control               stop      the stop switches, and how far the policy's versions were announced and seen
 *   policy                version#0000000001   a published version of the policy
 *   exemption             <its name>           an exemption that a person added
 *   exemption-told        week                 the week for which people were told what is about to lapse
 *   sweep                 everything | asked   the newest report of a sweep, and where the next one begins
 *   health                recorders | success | compliance   what measuring found last
 *   journal               <at>#<kind>#<scope>  a stop that was set or lifted, a breaker that opened or closed
 *   report                2026-W47             the head of a weekly report: which parts it has
 *   report-part#<of what> 0001                 part of its text, or of the digests of its cases: see report-store.ts
 *   report-told           weeks                how far people were told of weekly reports, and the bucket has them
 *   link-keys             keys                 what links in messages are signed with
 */
import type { CreateTableCommandInput, Projection } from '@aws-sdk/client-dynamodb';

export const BATCH_PARTITION = 'scope#batch';
export const CONTROL_KEY = { pk: 'control', sk: 'stop' };
export const JOURNAL_PARTITION = 'journal';
export const LINK_KEYS_KEY = { pk: 'link-keys', sk: 'keys' };

export const DUE_INDEX = 'due';
export const WAITING_INDEX = 'waiting';
export const EXECUTION_INDEX = 'execution';
export const CLOSED_INDEX = 'closed';

/** Open cases are spread over this many partitions of the due index. */
export const DUE_SHARDS = 8;

const index = (
  name: string,
  hash: string,
  range?: string,
  holds: Projection = { ProjectionType: 'KEYS_ONLY' },
) => ({
  IndexName: name,
  KeySchema: [
    { AttributeName: hash, KeyType: 'HASH' as const },
    ...(range ? [{ AttributeName: range, KeyType: 'RANGE' as const }] : []),
  ],
  Projection: holds,
});

export const tableDefinition = (tableName: string): CreateTableCommandInput => ({
  TableName: tableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    'pk',
    'sk',
    'dueShard',
    'dueAt',
    'waitingLane',
    'waitingRank',
    'executionId',
    'closedMonth',
    'closedAt',
  ].map((name) => ({ AttributeName: name, AttributeType: 'S' as const })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    index(DUE_INDEX, 'dueShard', 'dueAt'),
    index(WAITING_INDEX, 'waitingLane', 'waitingRank'),
    index(EXECUTION_INDEX, 'executionId', undefined, { ProjectionType: 'ALL' }),
    index(CLOSED_INDEX, 'closedMonth', 'closedAt', { ProjectionType: 'INCLUDE', NonKeyAttributes: ['row'] }),
  ],
});

/** The shard of the due index in which an item stands. */
export const dueShardOf = (key: string): string => {
  let hash = 0;
  for (let i = 0; i < key.length; i += 1) hash = (hash * 31 + key.charCodeAt(i)) >>> 0;
  return `due#${hash % DUE_SHARDS}`;
};

export const dueShards = (): readonly string[] => Array.from({ length: DUE_SHARDS }, (_, n) => `due#${n}`);
