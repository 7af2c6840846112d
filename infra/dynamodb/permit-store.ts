/**
 * Permits in DynamoDB: one conditional update a scope. The condition says everything that must hold, so two
 * processes can never both get the last place; only when it fails is the item read, to say why.
 */
import { type Lane, laneId } from '../../domain/finding.ts';
import { laneScopeId, type PermitAnswer, type PermitRequest, type PermitScope } from '../../domain/permit.ts';
import { type PermitStore, PortError } from '../../domain/ports.ts';
import { type Instant, plusMs } from '../../domain/time.ts';
import { calling, hasCode } from '../aws-errors.ts';
import type { Documents } from './documents.ts';
import { acquisition, type ScopeUpdate, withoutTouches } from './permit-acquisition.ts';
import { whyRefused } from './permit-refusal.ts';
import {
  fromScopeItem,
  leaseAttribute,
  type ScopeItem,
  scopeKey,
  startBucket,
  startsAttribute,
  startsSince,
} from './scope-item.ts';
import { type Again, surplusSince, touchedAlready, touchesOf } from './scope-touches.ts';
import { dueShardOf } from './table.ts';

export interface PermitStoreOptions {
  readonly client: Documents;
  readonly tableName: string;
}

export const createPermitStore = ({ client, tableName }: PermitStoreOptions): PermitStore => {
  /** The item after the update, or undefined when the condition did not hold. */
  const update = async (scopeId: string, input: ScopeUpdate): Promise<ScopeItem | undefined> => {
    try {
      const { Attributes } = await calling('dynamodb:UpdateItem', () =>
        client.update({
          TableName: tableName,
          Key: scopeKey(scopeId),
          ReturnValues: 'ALL_NEW',
          ...input,
        }),
      );
      if (Attributes === undefined)
        throw new PortError(
          'transient',
          'MalformedAnswer',
          'dynamodb:UpdateItem',
          `scope ${scopeId} was written, and not shown`,
        );
      return fromScopeItem(Attributes);
    } catch (error) {
      if (hasCode(error, 'ConditionalCheckFailedException')) return undefined;
      throw error;
    }
  };

  const read = async (scopeId: string): Promise<ScopeItem> => {
    const { Item } = await calling('dynamodb:GetItem', () =>
      client.get({ TableName: tableName, Key: scopeKey(scopeId), ConsistentRead: true }),
    );
    return fromScopeItem(Item);
  };

  const releaseOne = (scopeId: string, resourceKey: string, holder: string) =>
    update(scopeId, {
      UpdateExpression: 'REMOVE #lease ADD held :minusOne',
      ConditionExpression: '#lease.holder = :holder',
      ExpressionAttributeNames: { '#lease': leaseAttribute(resourceKey) },
      ExpressionAttributeValues: { ':minusOne': -1, ':holder': holder },
    });

  const dropExpired = async (scope: PermitScope, item: ScopeItem, now: Instant): Promise<number> => {
    const expired = [...item.leases].filter(([, lease]) => lease.expiresAt <= now);
    for (const [name, lease] of expired)
      await update(scope.id, {
        UpdateExpression: 'REMOVE #lease ADD held :minusOne',
        ConditionExpression: '#lease.holder = :holder AND #lease.expiresAt = :expiresAt',
        ExpressionAttributeNames: { '#lease': name },
        ExpressionAttributeValues: {
          ':minusOne': -1,
          ':holder': lease.holder,
          ':expiresAt': lease.expiresAt,
        },
      });
    let dropped = expired.length;
    for (const limit of scope.counting?.touches ?? []) {
      const old = touchesOf(item, limit, now).old.slice(0, DROPPED_AT_ONCE);
      if (old.length > 0) await update(scope.id, withoutTouches(limit, old));
      dropped += old.length;
    }
    return dropped;
  };

  /** Rarely, so that it costs nothing: counts of starts that nobody asks for any more. */
  const dropOldStarts = async (scope: PermitScope, item: ScopeItem, now: Instant): Promise<void> => {
    if (scope.counting === undefined) return;
    const first = startBucket(plusMs(now, -scope.counting.keptMs));
    const old = item.starts.filter(({ bucket }) => bucket < first).slice(0, DROPPED_AT_ONCE);
    if (old.length < OLD_STARTS_MAX) return;
    // It was started; what could not be tidied is tidied another time.
    await update(scope.id, {
      UpdateExpression: `REMOVE ${old.map((_, n) => `#s${n}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(
        old.map(({ bucket, document }, n) => [`#s${n}`, startsAttribute(bucket, document)]),
      ),
    }).catch(() => undefined);
  };

  /**
   * Asked again, a lease holds until the later of both ends and a moment longer: by that neither the one who asked
   * before nor the one who asks now takes it back, since it is not theirs alone.
   */
  const prolong = async (
    scopeId: string,
    { resourceKey, holder, expiresAt }: PermitRequest,
  ): Promise<void> => {
    const name = leaseAttribute(resourceKey);
    const untilNow = (await read(scopeId)).leases.get(name)?.expiresAt ?? '';
    const until = plusMs(untilNow < expiresAt ? expiresAt : untilNow, 1);
    const prolonged = await update(scopeId, {
      UpdateExpression: 'SET #lease.expiresAt = :expiresAt',
      ConditionExpression: '#lease.holder = :holder',
      ExpressionAttributeNames: { '#lease': name },
      ExpressionAttributeValues: { ':holder': holder, ':expiresAt': until },
    });
    if (prolonged === undefined) throw contended(scopeId);
  };

  const acquireOne = async (
    scope: PermitScope,
    request: PermitRequest,
    undoBy: (undo: ScopeUpdate) => void,
  ): Promise<PermitAnswer | 'held-already'> => {
    let again: Again = new Map();
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const { take, undo } = acquisition(scope, request, again);
      // An answer may be lost on its way back: what tells its own work from others' is taken back in any case.
      if (undo.ConditionExpression) undoBy(undo);
      const taken = await update(scope.id, take);
      if (taken) {
        undoBy(undo);
        await dropOldStarts(scope, taken, request.now);
        return { kind: 'granted' };
      }
      const item = await read(scope.id);
      const refusal = whyRefused(scope, request, item);
      if (refusal === 'held-already') return refusal;
      again = touchedAlready(scope, request, item);
      if ((await dropExpired(scope, item, request.now)) > 0) continue;
      if (refusal?.kind === 'surplus') return { ...refusal, since: await noteSurplus(scope, item, request) };
      if (refusal !== undefined) return refusal;
    }
    throw contended(scope.id);
  };

  /** Since when there is a surplus: all that comes in the same window is one surplus. */
  const noteSurplus = async (
    scope: PermitScope,
    item: ScopeItem,
    { now }: PermitRequest,
  ): Promise<Instant> => {
    const known = surplusSince(scope, item, now);
    if (known !== undefined) return known;
    const noted = await update(scope.id, {
      UpdateExpression: 'SET surplusSince = :now',
      ...(item.surplusSince === undefined
        ? {
            ConditionExpression: 'attribute_not_exists(surplusSince)',
            ExpressionAttributeValues: { ':now': now },
          }
        : {
            ConditionExpression: 'surplusSince = :before',
            ExpressionAttributeValues: { ':now': now, ':before': item.surplusSince },
          }),
    });
    return (noted ?? (await read(scope.id))).surplusSince ?? now;
  };

  return {
    acquire: async (request) => {
      const asked = new Map<string, ScopeUpdate>();
      const held: string[] = [];
      const rollBackAll = async () => {
        for (const [scopeId, undo] of [...asked].reverse()) await update(scopeId, undo);
      };
      try {
        for (const scope of request.scopes) {
          if (scope.unleased && scope.counting === undefined) continue;
          const answer = await acquireOne(scope, request, (undo) => asked.set(scope.id, undo));
          if (answer === 'held-already') held.push(scope.id);
          else if (answer.kind !== 'granted') {
            asked.delete(scope.id);
            await rollBackAll();
            return answer;
          }
        }
        // Last, because a lease that is prolonged by every refusal would never end.
        for (const scopeId of held) await prolong(scopeId, request);
        return { kind: 'granted' };
      } catch (error) {
        await rollBackAll().catch(() => undefined);
        throw error;
      }
    },

    startsOf: async (scopeIds, since, document) => {
      const starts = new Map<string, number>();
      for (const scopeId of scopeIds) starts.set(scopeId, startsSince(await read(scopeId), since, document));
      return starts;
    },

    release: async (scopeIds, resourceKey, holder) => {
      let waitedFor = false;
      for (const scopeId of scopeIds) {
        const after = await releaseOne(scopeId, resourceKey, holder);
        waitedFor ||= after?.waitedFor ?? false;
      }
      return waitedFor;
    },

    peek: async (request) => peekBy((id) => read(id), request),

    peekEach: async (requests) => {
      const items = new Map<string, Promise<ScopeItem>>();
      const readOnce = (id: string): Promise<ScopeItem> => {
        const item = items.get(id) ?? read(id);
        items.set(id, item);
        return item;
      };
      return Promise.all(requests.map((request) => peekBy(readOnce, request)));
    },

    noteWaiting: async (lane: Lane, now) => {
      const scopeId = laneScopeId(laneId(lane));
      await update(scopeId, {
        UpdateExpression: 'SET waitedFor = :true, dueShard = :shard, dueAt = :now ADD arrivals :one',
        ExpressionAttributeValues: { ':true': true, ':shard': dueShardOf(scopeId), ':now': now, ':one': 1 },
      });
    },

    beginDrain: async (lane, drainer, now, until) => {
      const item = await update(laneScopeId(laneId(lane)), {
        UpdateExpression: 'SET drainer = :drainer, drainUntil = :until',
        ConditionExpression:
          'waitedFor = :true AND (attribute_not_exists(drainer) OR drainer = :drainer OR drainUntil <= :now)',
        ExpressionAttributeValues: { ':true': true, ':drainer': drainer, ':until': until, ':now': now },
      });
      return (
        item && {
          arrivals: item.arrivals,
          atWork: item.held,
          ...(item.nextSlotAt ? { nextSlotAt: item.nextSlotAt } : {}),
        }
      );
    },

    endDrain: async (lane, drainer, emptyAt) => {
      const scopeId = laneScopeId(laneId(lane));
      const ended = await update(
        scopeId,
        emptyAt === undefined
          ? {
              UpdateExpression: 'REMOVE drainer, drainUntil',
              ConditionExpression: 'drainer = :drainer',
              ExpressionAttributeValues: { ':drainer': drainer },
            }
          : {
              UpdateExpression: 'REMOVE drainer, drainUntil, waitedFor, dueShard, dueAt',
              ConditionExpression: 'drainer = :drainer AND arrivals = :emptyAt',
              ExpressionAttributeValues: { ':drainer': drainer, ':emptyAt': emptyAt },
            },
      );
      return ended !== undefined;
    },
  };
};

const peekBy = async (
  read: (scopeId: string) => Promise<ScopeItem>,
  request: PermitRequest,
): Promise<PermitAnswer> => {
  for (const scope of request.scopes) {
    const refusal = whyRefused(scope, request, withoutExpired(await read(scope.id), request.now));
    if (refusal !== undefined && refusal !== 'held-already') return refusal;
  }
  return { kind: 'granted' };
};

const withoutExpired = (item: ScopeItem, now: Instant): ScopeItem => {
  const leases = new Map([...item.leases].filter(([, { expiresAt }]) => expiresAt > now));
  return { ...item, leases, held: item.held - (item.leases.size - leases.size) };
};

const contended = (scopeId: string): PortError =>
  new PortError(
    'transient',
    'PermitContended',
    'dynamodb:UpdateItem',
    `scope ${scopeId} is written by others`,
  );

const TRIES_MAX = 4;
/** An expression may be 4 KB long. */
const DROPPED_AT_ONCE = 50;
/** Two attributes for each five minutes, where one runbook is at work. */
const OLD_STARTS_MAX = 24;
