/**
 * Permits in DynamoDB: one conditional update a scope. The condition says everything that must hold, so two
 * processes can never both get the last place; only when it fails is the item read, to say why.
 */
import { type Lane, laneId } from '../../domain/finding.ts';
import { laneScopeId, type PermitAnswer, type PermitRequest, type PermitScope } from '../../domain/permit.ts';
import { type PermitStore, PortError } from '../../domain/ports.ts';
import { type Instant, plusMs, secondMs } from '../../domain/time.ts';
import { calling, hasCode } from '../aws-errors.ts';
import type { Documents, UpdateInput } from './documents.ts';
import { fromScopeItem, type Lease, leaseAttribute, type ScopeItem, scopeKey } from './scope-item.ts';
import { dueShardOf } from './table.ts';

export interface PermitStoreOptions {
  readonly client: Documents;
  readonly tableName: string;
}

type Update = Omit<UpdateInput, 'TableName' | 'Key'>;

export const createPermitStore = ({ client, tableName }: PermitStoreOptions): PermitStore => {
  /** The item after the update, or undefined when the condition did not hold. */
  const update = async (scopeId: string, input: Update): Promise<ScopeItem | undefined> => {
    try {
      const { Attributes } = await calling('dynamodb:UpdateItem', () =>
        client.update({
          TableName: tableName,
          Key: scopeKey(scopeId),
          ReturnValues: 'ALL_NEW',
          ...input,
        }),
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

  /** Takes back one's own lease, unless somebody has asked for it again meanwhile and counts on it. */
  const rollBack = (scopeId: string, { resourceKey, holder, expiresAt }: PermitRequest) =>
    update(scopeId, {
      UpdateExpression: 'REMOVE #lease ADD held :minusOne',
      ConditionExpression: '#lease.holder = :holder AND #lease.expiresAt = :expiresAt',
      ExpressionAttributeNames: { '#lease': leaseAttribute(resourceKey) },
      ExpressionAttributeValues: { ':minusOne': -1, ':holder': holder, ':expiresAt': expiresAt },
    });

  const dropExpired = async (scopeId: string, item: ScopeItem, now: Instant): Promise<number> => {
    const expired = [...item.leases].filter(([, lease]) => lease.expiresAt <= now);
    for (const [name, lease] of expired)
      await update(scopeId, {
        UpdateExpression: 'REMOVE #lease ADD held :minusOne',
        ConditionExpression: '#lease.holder = :holder AND #lease.expiresAt = :expiresAt',
        ExpressionAttributeNames: { '#lease': name },
        ExpressionAttributeValues: {
          ':minusOne': -1,
          ':holder': lease.holder,
          ':expiresAt': lease.expiresAt,
        },
      });
    return expired.length;
  };

  /**
   * Asked again, a lease holds until the later of both ends, and at least a moment longer than it did: by that
   * the one who asked before sees that it is not theirs alone to take back.
   */
  const prolong = async (
    scopeId: string,
    { resourceKey, holder, expiresAt }: PermitRequest,
  ): Promise<void> => {
    const name = leaseAttribute(resourceKey);
    const untilNow = (await read(scopeId)).leases.get(name)?.expiresAt ?? '';
    const until = untilNow < expiresAt ? expiresAt : plusMs(untilNow, 1);
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
  ): Promise<PermitAnswer | 'held-already'> => {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      if (await update(scope.id, acquisition(scope, request))) return { kind: 'granted' };
      const item = await read(scope.id);
      const refusal = whyRefused(scope, request, item);
      if (refusal === 'held-already') return refusal;
      if ((await dropExpired(scope.id, item, request.now)) > 0) continue;
      if (refusal !== undefined) return refusal;
    }
    throw contended(scope.id);
  };

  return {
    acquire: async (request) => {
      const asked: string[] = [];
      const held: string[] = [];
      const rollBackAll = async () => {
        for (const scopeId of asked.reverse()) await rollBack(scopeId, request);
      };
      try {
        for (const scope of request.scopes) {
          asked.push(scope.id);
          const answer = await acquireOne(scope, request);
          if (answer === 'held-already') held.push(scope.id);
          else if (answer.kind !== 'granted') {
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

    release: async (scopeIds, resourceKey, holder) => {
      let waitedFor = false;
      for (const scopeId of scopeIds) {
        const after = await releaseOne(scopeId, resourceKey, holder);
        waitedFor ||= after?.waitedFor ?? false;
      }
      return waitedFor;
    },

    peek: async (request) => {
      for (const scope of request.scopes) {
        const refusal = whyRefused(scope, request, withoutExpired(await read(scope.id), request.now));
        if (refusal !== undefined && refusal !== 'held-already') return refusal;
      }
      return { kind: 'granted' };
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

/** Everything that must hold, each part by its name. */
const acquisition = (scope: PermitScope, request: PermitRequest): Update => {
  const resourceIsFree = 'attribute_not_exists(#lease)';
  const aPlaceIsFree = '(attribute_not_exists(held) OR held < :max)';
  const slotHasCome = '(attribute_not_exists(nextSlotAt) OR nextSlotAt <= :now)';
  const nobodyWaits = 'attribute_not_exists(waitedFor)';
  const paced = scope.startIntervalMs !== undefined;
  const capped = scope.concurrencyMax !== undefined;
  const lease: Lease = { holder: request.holder, expiresAt: request.expiresAt };
  return {
    UpdateExpression: `SET #lease = :lease${paced ? ', nextSlotAt = :next' : ''} ADD held :one`,
    ConditionExpression: [
      resourceIsFree,
      ...(capped ? [aPlaceIsFree] : []),
      ...(paced ? [slotHasCome] : []),
      ...(queuesUp(scope, request) ? [nobodyWaits] : []),
    ].join(' AND '),
    ExpressionAttributeNames: { '#lease': leaseAttribute(request.resourceKey) },
    ExpressionAttributeValues: {
      ':lease': lease,
      ':one': 1,
      ...(capped ? { ':max': scope.concurrencyMax } : {}),
      ...(paced
        ? { ':now': request.now, ':next': plusMs(request.now, scope.startIntervalMs ?? secondMs) }
        : {}),
    },
  };
};

const isLane = ({ id }: PermitScope): boolean => id.startsWith(laneScopeId(''));
const queuesUp = (scope: PermitScope, { queueUp }: PermitRequest): boolean => queueUp && isLane(scope);

const whyRefused = (
  scope: PermitScope,
  request: PermitRequest,
  item: ScopeItem,
): Exclude<PermitAnswer, { kind: 'granted' }> | 'held-already' | undefined => {
  const lease = item.leases.get(leaseAttribute(request.resourceKey));
  // Its own lease that has expired is as good as lost: another may take it over at any moment.
  if (lease?.holder === request.holder && lease.expiresAt > request.now) return 'held-already';
  if (lease) return { kind: 'resource-busy', scope: scope.id };
  if (scope.concurrencyMax !== undefined && item.held >= scope.concurrencyMax)
    return { kind: 'full', scope: scope.id };
  if (queuesUp(scope, request) && item.waitedFor) return { kind: 'behind-others', scope: scope.id };
  if (scope.startIntervalMs !== undefined && item.nextSlotAt && item.nextSlotAt > request.now)
    return { kind: 'pace', scope: scope.id, retryAt: item.nextSlotAt };
  return undefined;
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
