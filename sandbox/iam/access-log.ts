/**
 * What roles, and services by themselves, asked for and were told, each thing once: what a policy is needed for
 * can be read from it, and it remembers decisions so that none is made twice. In memory alone, and bounded.
 */
import type { World } from '../service.ts';
import type { AccessRequest, Decision } from './access-request.ts';

export interface AccessEntry extends AccessRequest, Decision {
  readonly role: { readonly account: string; readonly name: string };
}

/** Of a service that acts as itself: only the policy of what it touches decides. */
export interface ServiceAccessEntry extends AccessRequest, Decision {}

export interface AccessLog {
  /** Of roles, in the order in which they were first asked. */
  entries(): readonly AccessEntry[];
  serviceEntries(): readonly ServiceAccessEntry[];
  /** Entries that were forgotten for want of room. */
  readonly dropped: number;
  clear(): void;
  readonly ofRoles: DecisionMemory<AccessEntry>;
  readonly ofServices: DecisionMemory<ServiceAccessEntry>;
}

/** A decision holds while what it came from are the same objects. */
export type Basis = readonly unknown[];

export interface DecisionMemory<Entry> {
  find(key: string, basis: Basis): Entry | undefined;
  remember(key: string, basis: Basis, entry: Entry): Entry;
}

const logs = new WeakMap<World, AccessLog>();

export const accessLog = (world: World): AccessLog => {
  const known = logs.get(world);
  if (known !== undefined) return known;
  const fresh = createAccessLog();
  logs.set(world, fresh);
  return fresh;
};

/** About 3 KB each. */
const ENTRIES_MAX = 5_000;

export const createAccessLog = (entriesMax = ENTRIES_MAX): AccessLog => {
  const ofRoles = createMemory<AccessEntry>(entriesMax);
  const ofServices = createMemory<ServiceAccessEntry>(entriesMax);
  return {
    ofRoles,
    ofServices,
    entries: ofRoles.entries,
    serviceEntries: ofServices.entries,
    get dropped() {
      return ofRoles.dropped() + ofServices.dropped();
    },
    clear: () => {
      ofRoles.clear();
      ofServices.clear();
    },
  };
};

const createMemory = <Entry>(entriesMax: number) => {
  const kept = new Map<string, { readonly entry: Entry; readonly basis: Basis }>();
  let dropped = 0;
  return {
    entries: () => [...kept.values()].map(({ entry }) => entry),
    dropped: () => dropped,
    clear: () => {
      kept.clear();
      dropped = 0;
    },
    find: (key: string, basis: Basis): Entry | undefined => {
      const known = kept.get(key);
      return known?.basis.every((each, n) => each === basis[n]) ? known.entry : undefined;
    },
    remember: (key: string, basis: Basis, entry: Entry): Entry => {
      kept.set(key, { entry, basis });
      if (kept.size > entriesMax) {
        // The oldest goes: a map keeps the order in which its keys came.
        const [oldest = ''] = kept.keys();
        kept.delete(oldest);
        dropped += 1;
      }
      return entry;
    },
  };
};
