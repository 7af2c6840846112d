/** Which resources a rule touched lately, as its scope item remembers them: one touch counts for as long as its limit looks back. */
import type { PermitRequest, PermitScope, TouchLimit } from '../../domain/permit.ts';
import { epochMs, type Instant, plusMs } from '../../domain/time.ts';
import { type ScopeItem, touchAttribute } from './scope-item.ts';

/** The touches that count still, and those that are too long ago. */
export const touchesOf = (item: ScopeItem, limit: TouchLimit, now: Instant) => {
  const from = epochMs(now) - limit.windowMs;
  const all = [...item.touches].filter(([name]) => name.startsWith(touchAttribute(limit, '')));
  return { live: all.filter(([, at]) => at > from), old: all.filter(([, at]) => at <= from) };
};

/** Touches of the resource that are there already: kind -> when, in ms. */
export type Again = ReadonlyMap<TouchLimit['kind'], number>;

export const touchedAlready = (
  scope: PermitScope,
  { resourceKey, now }: PermitRequest,
  item: ScopeItem,
): Again =>
  new Map(
    (scope.counting?.touches ?? []).flatMap((limit) =>
      touchesOf(item, limit, now)
        .live.filter(([name]) => name === touchAttribute(limit, resourceKey))
        .map(([, at]) => [limit.kind, at] as const),
    ),
  );

/** Since when there is a surplus, unless that is longer ago than the backlog guard looks back. */
export const surplusSince = (
  { counting }: PermitScope,
  item: ScopeItem,
  now: Instant,
): Instant | undefined => {
  const windowMs = counting?.touches.find(({ kind }) => kind === 'backlog')?.windowMs ?? 0;
  return item.surplusSince !== undefined && plusMs(item.surplusSince, windowMs) > now
    ? item.surplusSince
    : undefined;
};
