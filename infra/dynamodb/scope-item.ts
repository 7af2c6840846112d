/**
 * How a scope lies in the table: one attribute a lease, a counter of them, and for lanes the start slot and
 * who waits. Single attributes, and not a map, so that one update makes an item that was never there.
 *
 *   lease#<resource>      who is at work on it           held               how many of them
 *   backlog1h#<resource>  when it was started unasked    backlog1hCount     of rules; here within 1 h
 *   radius1d#<resource>   when it was started            radius1dCount      of rules with a blast radius
 *   starts#<bucket>       starts in five minutes         surplusSince       since when too many were unasked
 *   starts#<bucket>@<document>  those of them by this runbook
 *
 * Times of touches are milliseconds, and names short: an item is paid for by its size at every write.
 */
import type { Lane } from '../../domain/finding.ts';
import { laneScopeId, type TouchLimit } from '../../domain/permit.ts';
import { durationText } from '../../domain/policy/duration.ts';
import { PortError } from '../../domain/ports.ts';
import { epochMs, type Instant, minuteMs } from '../../domain/time.ts';

export const scopeKey = (scopeId: string) => ({ pk: `scope#${scopeId}`, sk: 'scope' });

export const leaseAttribute = (resourceKey: string): string => `lease#${resourceKey}`;

export interface Lease {
  readonly holder: string;
  readonly expiresAt: Instant;
}

/** Entries of one rule may look back by different windows: each has its own touches, or one would drop another's. */
const touchSet = ({ kind, windowMs }: TouchLimit): string => `${kind}${durationText(windowMs)}`;

export const touchAttribute = (limit: TouchLimit, resourceKey: string): string =>
  `${touchSet(limit)}#${resourceKey}`;
export const touchCounter = (limit: TouchLimit): string => `${touchSet(limit)}Count`;

const STARTS = 'starts#';

/** Starts are counted by these stretches of time, in ms. */
export const START_BUCKET_MS = 5 * minuteMs;

export const startBucket = (at: Instant): number => Math.floor(epochMs(at) / START_BUCKET_MS);
/** Of one runbook, or of all. No document's name has an `@`. */
export const startsAttribute = (bucket: number, document?: string): string =>
  `${STARTS}${bucket}${document === undefined ? '' : `@${document}`}`;

/**
 * Starts since an instant, by one runbook or by any. Five minutes that began before it do not count: among so many
 * attempts that are too old, failures would look fewer than they are.
 *
 * @example startsSince(fromScopeItem({ 'starts#5980236': 3 }), '2026-11-07T17:00:00.000Z') // 3
 */
export const startsSince = (
  { starts }: Pick<ScopeItem, 'starts'>,
  since: Instant,
  document?: string,
): number =>
  starts.reduce(
    (sum, one) =>
      one.document === document && one.bucket * START_BUCKET_MS >= epochMs(since) ? sum + one.count : sum,
    0,
  );

/** How often it was started in five minutes. */
export interface CountedStarts {
  readonly bucket: number;
  /** By this runbook; absent: by any. */
  readonly document?: string;
  readonly count: number;
}

export interface ScopeItem {
  readonly held: number;
  readonly nextSlotAt?: Instant;
  readonly waitedFor: boolean;
  readonly arrivals: number;
  /** Attribute name -> lease. */
  readonly leases: ReadonlyMap<string, Lease>;
  /** Attribute name -> when the resource was touched last, in ms. */
  readonly touches: ReadonlyMap<string, number>;
  readonly starts: readonly CountedStarts[];
  readonly surplusSince?: Instant;
}

export const fromScopeItem = (item: Record<string, unknown> | undefined): ScopeItem => ({
  held: Number(item?.held ?? 0),
  ...(typeof item?.nextSlotAt === 'string' ? { nextSlotAt: item.nextSlotAt } : {}),
  waitedFor: item?.waitedFor === true,
  arrivals: Number(item?.arrivals ?? 0),
  leases: named<Lease>(item, 'lease#'),
  touches: new Map([...numbers(item, 'backlog'), ...numbers(item, 'radius')]),
  starts: [...numbers(item, STARTS)].map(([name, count]) => {
    const [bucket, document] = name.slice(STARTS.length).split('@');
    return { bucket: Number(bucket), ...(document !== undefined && { document }), count };
  }),
  ...(typeof item?.surplusSince === 'string' ? { surplusSince: item.surplusSince } : {}),
});

const named = <T>(item: Record<string, unknown> | undefined, prefix: string): ReadonlyMap<string, T> => {
  const found = new Map<string, T>();
  // A rule's may have thousands of attributes: no list of them is made on the way.
  for (const name in item)
    if (name.startsWith(prefix) && name.includes('#')) found.set(name, item[name] as T);
  return found;
};

/** What cannot be read is a doubt: a touch taken for an old one would be one too few. */
const numbers = (item: Record<string, unknown> | undefined, prefix: string): ReadonlyMap<string, number> => {
  const found = named<number>(item, prefix);
  for (const [name, value] of found)
    if (!Number.isFinite(value))
      throw new PortError(
        'terminal',
        'MalformedItem',
        'dynamodb:GetItem',
        `${String(item?.pk)} holds no number under ${name}: take the attribute away by hand`,
      );
  return found;
};

const LANE_PARTITION = `scope#${laneScopeId('')}`;

/** The lane whose scope item has this partition key; undefined for anything else. */
export const laneOfScopeKey = (pk: string): Lane | undefined => {
  if (!pk.startsWith(LANE_PARTITION)) return undefined;
  const [account, region] = pk.slice(LANE_PARTITION.length).split('/');
  return account && region ? { account, region } : undefined;
};
