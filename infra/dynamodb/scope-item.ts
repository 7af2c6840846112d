/**
 * How a scope lies in the table: one attribute a lease, a counter of them, and for lanes the start slot and
 * who waits. Single attributes, and not a map, so that one update makes an item that was never there.
 */
import type { Lane } from '../../domain/finding.ts';
import { laneScopeId } from '../../domain/permit.ts';
import type { Instant } from '../../domain/time.ts';

export const scopeKey = (scopeId: string) => ({ pk: `scope#${scopeId}`, sk: 'scope' });

export const leaseAttribute = (resourceKey: string): string => `lease#${resourceKey}`;

export interface Lease {
  readonly holder: string;
  readonly expiresAt: Instant;
}

export interface ScopeItem {
  readonly held: number;
  readonly nextSlotAt?: Instant;
  readonly waitedFor: boolean;
  readonly arrivals: number;
  /** Attribute name -> lease. */
  readonly leases: ReadonlyMap<string, Lease>;
}

export const fromScopeItem = (item: Record<string, unknown> | undefined): ScopeItem => ({
  held: Number(item?.held ?? 0),
  ...(typeof item?.nextSlotAt === 'string' ? { nextSlotAt: item.nextSlotAt } : {}),
  waitedFor: item?.waitedFor === true,
  arrivals: Number(item?.arrivals ?? 0),
  leases: new Map(
    Object.entries(item ?? {}).filter(([name]) => name.startsWith('lease#')) as [string, Lease][],
  ),
});

const LANE_PARTITION = `scope#${laneScopeId('')}`;

/** The lane whose scope item has this partition key; undefined for anything else. */
export const laneOfScopeKey = (pk: string): Lane | undefined => {
  if (!pk.startsWith(LANE_PARTITION)) return undefined;
  const [account, region] = pk.slice(LANE_PARTITION.length).split('/');
  return account && region ? { account, region } : undefined;
};
