/**
 * What is written of a scope when a permit is asked for, and how that is taken back: the expressions as DynamoDB
 * reads them, each condition by its name.
 */
import type { PermitRequest, PermitScope, TouchLimit } from '../../domain/permit.ts';
import { epochMs, plusMs, secondMs } from '../../domain/time.ts';
import type { UpdateInput } from './documents.ts';
import { queuesUp } from './permit-refusal.ts';
import {
  type Lease,
  leaseAttribute,
  startBucket,
  startsAttribute,
  touchAttribute,
  touchCounter,
} from './scope-item.ts';
import type { Again } from './scope-touches.ts';

export type ScopeUpdate = Omit<UpdateInput, 'TableName' | 'Key'>;

/**
 * Everything that must hold, each part by its name, and how it is taken back when a later scope refuses. A lease
 * that somebody has asked for again meanwhile is not taken back: they count on it.
 */
export const acquisition = (
  scope: PermitScope,
  request: PermitRequest,
  again: Again,
): { readonly take: ScopeUpdate; readonly undo: ScopeUpdate } => {
  const { touches = [] } = scope.counting ?? {};
  const resourceIsFree = 'attribute_not_exists(#lease)';
  const aPlaceIsFree = '(attribute_not_exists(held) OR held < :max)';
  const slotHasCome = '(attribute_not_exists(nextSlotAt) OR nextSlotAt <= :now)';
  const nobodyWaits = 'attribute_not_exists(waitedFor)';
  const paced = scope.startIntervalMs !== undefined;
  const capped = scope.concurrencyMax !== undefined;
  const leased = !scope.unleased;
  const startCounts = [
    ...(scope.counting !== undefined ? ['#starts'] : []),
    ...(scope.counting?.document !== undefined ? ['#runbookStarts'] : []),
  ];
  const fresh = touches.filter(({ kind }) => !again.has(kind));
  const lease: Lease = { holder: request.holder, expiresAt: request.expiresAt };
  const nowMs = epochMs(request.now);
  const names = {
    '#lease': leaseAttribute(request.resourceKey),
    '#starts': startsAttribute(startBucket(request.now)),
    '#runbookStarts': startsAttribute(startBucket(request.now), scope.counting?.document),
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
      ...startCounts.map((name) => `${name} :one`),
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
      ...startCounts.map((name) => `${name} :minusOne`),
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

/** Drops touches, unless one of them was renewed meanwhile. */
export const withoutTouches = (limit: TouchLimit, old: readonly (readonly [string, number])[]): ScopeUpdate =>
  expression(
    {
      remove: old.map((_, n) => `#t${n}`),
      add: ['#count :dropped'],
      conditions: old.map((_, n) => `#t${n} = :t${n}`),
    },
    { '#count': touchCounter(limit), ...Object.fromEntries(old.map(([name], n) => [`#t${n}`, name])) },
    { ':dropped': -old.length, ...Object.fromEntries(old.map(([, at], n) => [`:t${n}`, at])) },
  );

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
): ScopeUpdate => {
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
