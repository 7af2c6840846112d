/**
 * Permits in DynamoDB: one conditional update a scope. The condition says everything that must hold, so two
 * processes can never both get the last place; only when it fails is the item read, to say why.
 */
import { type Lane, laneId } from '../../domain/finding.ts';
import {
  laneScopeId,
  type PermitAnswer,
  type PermitRequest,
  type PermitScope,
  type TouchLimit,
} from '../../domain/permit.ts';
import { type PermitStore, PortError } from '../../domain/ports.ts';
import { epochMs, type Instant, instant, plusMs, secondMs } from '../../domain/time.ts';
import { calling, hasCode } from '../aws-errors.ts';
import type { Documents, UpdateInput } from './documents.ts';
import {
  fromScopeItem,
  type Lease,
  leaseAttribute,
  type ScopeItem,
  scopeKey,
  startBucket,
  startsAttribute,
  startsSince,
  touchAttribute,
  touchCounter,
} from './scope-item.ts';
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
    const old = [...item.starts.keys()].filter((bucket) => bucket < first);
    if (old.length < OLD_STARTS_MAX) return;
    // It was started; what could not be tidied is tidied another time.
    await update(scope.id, {
      UpdateExpression: `REMOVE ${old.map((_, n) => `#s${n}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(
        old.map((bucket, n) => [`#s${n}`, startsAttribute(bucket)]),
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
    undoBy: (undo: Update) => void,
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
      const asked = new Map<string, Update>();
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

    startsOf: async (scopeIds, since) => {
      const starts = new Map<string, number>();
      for (const scopeId of scopeIds) starts.set(scopeId, startsSince(await read(scopeId), since));
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

/** What is done to an item: each list as DynamoDB writes it, and only the placeholders that it names. */
interface Clauses {
  readonly set?: readonly string[];
  readonly remove?: readonly string[];
  readonly add?: readonly string[];
  readonly conditions?: readonly string[];
}

const expression = (
  { set = [], remove = [], add = [], conditions = [] }: Clauses,
  names: Readonly<Record<string, string>>,
  values: Readonly<Record<string, unknown>>,
): Update => {
  const UpdateExpression = [
    ...(set.length > 0 ? [`SET ${set.join(', ')}`] : []),
    ...(remove.length > 0 ? [`REMOVE ${remove.join(', ')}`] : []),
    ...(add.length > 0 ? [`ADD ${add.join(', ')}`] : []),
  ].join(' ');
  const ConditionExpression = conditions.join(' AND ');
  const used = new Set(`${UpdateExpression} ${ConditionExpression}`.match(/[#:]\w+/g) ?? []);
  const only = <T>(all: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => used.has(name)));
  const [usedNames, usedValues] = [only(names), only(values)];
  return {
    UpdateExpression,
    ...(ConditionExpression && { ConditionExpression }),
    ...(Object.keys(usedNames).length > 0 && { ExpressionAttributeNames: usedNames }),
    ...(Object.keys(usedValues).length > 0 && { ExpressionAttributeValues: usedValues }),
  };
};

/** Touches of the resource that are there already: kind -> when, in ms. */
type Again = ReadonlyMap<TouchLimit['kind'], number>;

/**
 * Everything that must hold, each part by its name, and how it is taken back when a later scope refuses. A lease
 * that somebody has asked for again meanwhile is not taken back: they count on it.
 */
const acquisition = (
  scope: PermitScope,
  request: PermitRequest,
  again: Again,
): { readonly take: Update; readonly undo: Update } => {
  const { touches = [] } = scope.counting ?? {};
  const resourceIsFree = 'attribute_not_exists(#lease)';
  const aPlaceIsFree = '(attribute_not_exists(held) OR held < :max)';
  const slotHasCome = '(attribute_not_exists(nextSlotAt) OR nextSlotAt <= :now)';
  const nobodyWaits = 'attribute_not_exists(waitedFor)';
  const paced = scope.startIntervalMs !== undefined;
  const capped = scope.concurrencyMax !== undefined;
  const leased = !scope.unleased;
  const counted = scope.counting !== undefined;
  const fresh = touches.filter(({ kind }) => !again.has(kind));
  const lease: Lease = { holder: request.holder, expiresAt: request.expiresAt };
  const nowMs = epochMs(request.now);
  const names = {
    '#lease': leaseAttribute(request.resourceKey),
    '#starts': startsAttribute(startBucket(request.now)),
    ...Object.fromEntries(
      touches.flatMap((limit) => [
        [`#${limit.kind}`, touchAttribute(limit, request.resourceKey)],
        [`#${limit.kind}Count`, touchCounter(limit)],
      ]),
    ),
  };
  const values = {
    ':lease': lease,
    ':holder': request.holder,
    ':expiresAt': request.expiresAt,
    ':one': 1,
    ':minusOne': -1,
    ':max': scope.concurrencyMax,
    ':now': request.now,
    ':next': plusMs(request.now, scope.startIntervalMs ?? secondMs),
    ':touched': nowMs,
    ...Object.fromEntries(
      touches.flatMap(({ kind, resourcesMax }) => {
        const before = again.get(kind) ?? 0;
        return [
          [`:${kind}Max`, resourcesMax],
          [`:${kind}Before`, before],
          // Always another value than before, so that whoever touched it first does not take it back.
          [`:${kind}Again`, Math.max(nowMs, before + 1)],
        ];
      }),
    ),
  };
  const take: Clauses = {
    set: [
      ...(leased ? ['#lease = :lease'] : []),
      ...(paced ? ['nextSlotAt = :next'] : []),
      ...touches.map(({ kind }) => `#${kind} = ${again.has(kind) ? `:${kind}Again` : ':touched'}`),
    ],
    add: [
      ...(leased ? ['held :one'] : []),
      ...fresh.map(({ kind }) => `#${kind}Count :one`),
      ...(counted ? ['#starts :one'] : []),
    ],
    conditions: [
      ...(leased ? [resourceIsFree] : []),
      ...(capped ? [aPlaceIsFree] : []),
      ...(paced ? [slotHasCome] : []),
      ...(queuesUp(scope, request) ? [nobodyWaits] : []),
      ...touches.map(({ kind }) => (again.has(kind) ? `#${kind} = :${kind}Before` : resourceIsNew(kind))),
    ],
  };
  const undo: Clauses = {
    remove: [...(leased ? ['#lease'] : []), ...fresh.map(({ kind }) => `#${kind}`)],
    add: [
      ...(leased ? ['held :minusOne'] : []),
      ...fresh.map(({ kind }) => `#${kind}Count :minusOne`),
      ...(counted ? ['#starts :minusOne'] : []),
    ],
    conditions: leased
      ? ['#lease.holder = :holder', '#lease.expiresAt = :expiresAt']
      : fresh.map(({ kind }) => `#${kind} = :touched`),
  };
  return { take: expression(take, names, values), undo: expression(undo, names, values) };
};

/** It was not touched in the window, and one more may be. */
const resourceIsNew = (kind: TouchLimit['kind']): string =>
  `attribute_not_exists(#${kind}) AND (attribute_not_exists(#${kind}Count) OR #${kind}Count < :${kind}Max)`;

const withoutTouches = (limit: TouchLimit, old: readonly (readonly [string, number])[]): Update =>
  expression(
    {
      remove: old.map((_, n) => `#t${n}`),
      add: ['#count :dropped'],
      conditions: old.map((_, n) => `#t${n} = :t${n}`),
    },
    { '#count': touchCounter(limit), ...Object.fromEntries(old.map(([name], n) => [`#t${n}`, name])) },
    { ':dropped': -old.length, ...Object.fromEntries(old.map(([, at], n) => [`:t${n}`, at])) },
  );

const isLane = ({ id }: PermitScope): boolean => id.startsWith(laneScopeId(''));
const queuesUp = (scope: PermitScope, { queueUp }: PermitRequest): boolean => queueUp && isLane(scope);

const whyRefused = (
  scope: PermitScope,
  request: PermitRequest,
  item: ScopeItem,
): Exclude<PermitAnswer, { kind: 'granted' }> | 'held-already' | undefined => {
  const lease = scope.unleased ? undefined : item.leases.get(leaseAttribute(request.resourceKey));
  // Its own lease that has expired is as good as lost: another may take it over at any moment.
  if (lease?.holder === request.holder && lease.expiresAt > request.now) return 'held-already';
  if (lease) return { kind: 'resource-busy', scope: scope.id };
  if (scope.concurrencyMax !== undefined && item.held >= scope.concurrencyMax)
    return { kind: 'full', scope: scope.id };
  if (queuesUp(scope, request) && item.waitedFor) return { kind: 'behind-others', scope: scope.id };
  if (scope.startIntervalMs !== undefined && item.nextSlotAt && item.nextSlotAt > request.now)
    return { kind: 'pace', scope: scope.id, retryAt: item.nextSlotAt };
  for (const limit of scope.counting?.touches ?? []) {
    const refusal = tooMany(scope, limit, request, item);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
};

const tooMany = (
  scope: PermitScope,
  limit: TouchLimit,
  { resourceKey, now }: PermitRequest,
  item: ScopeItem,
): Extract<PermitAnswer, { kind: 'surplus' | 'used-up' }> | undefined => {
  const { live } = touchesOf(item, limit, now);
  const isThere = live.some(([name]) => name === touchAttribute(limit, resourceKey));
  if (isThere || live.length < limit.resourcesMax) return undefined;
  if (limit.kind === 'backlog')
    return { kind: 'surplus', scope: scope.id, since: surplusSince(scope, item, now) ?? now };
  const whens = live.map(([, at]) => at).sort((a, b) => a - b);
  // After a policy that allowed more, more than one must be long enough ago.
  const first = whens[live.length - limit.resourcesMax] ?? epochMs(now);
  return { kind: 'used-up', scope: scope.id, retryAt: instant(first + limit.windowMs) };
};

/** The touches that count still, and those that are too long ago. */
const touchesOf = (item: ScopeItem, limit: TouchLimit, now: Instant) => {
  const from = epochMs(now) - limit.windowMs;
  const all = [...item.touches].filter(([name]) => name.startsWith(touchAttribute(limit, '')));
  return { live: all.filter(([, at]) => at > from), old: all.filter(([, at]) => at <= from) };
};

const touchedAlready = (scope: PermitScope, { resourceKey, now }: PermitRequest, item: ScopeItem): Again =>
  new Map(
    (scope.counting?.touches ?? []).flatMap((limit) =>
      touchesOf(item, limit, now)
        .live.filter(([name]) => name === touchAttribute(limit, resourceKey))
        .map(([, at]) => [limit.kind, at] as const),
    ),
  );

/** Since when there is a surplus, unless that is longer ago than the backlog guard looks back. */
const surplusSince = ({ counting }: PermitScope, item: ScopeItem, now: Instant): Instant | undefined => {
  const windowMs = counting?.touches.find(({ kind }) => kind === 'backlog')?.windowMs ?? 0;
  return item.surplusSince !== undefined && plusMs(item.surplusSince, windowMs) > now
    ? item.surplusSince
    : undefined;
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
const OLD_STARTS_MAX = 12;
