/**
 * What roles asked for and were told, each thing once: what a role needs can be read from it, and it remembers
 * decisions so that none is made twice. In memory alone, and bounded.
 */
import type { World } from '../service.ts';
import type { Role } from '../world/roles.ts';
import type { AccessRequest, Decision } from './access-request.ts';
import type { PolicyDocument } from './policy-document.ts';

export interface AccessEntry extends AccessRequest, Decision {
  readonly role: { readonly account: string; readonly name: string };
}

export interface AccessLog {
  /** In the order in which they were first asked. */
  entries(): readonly AccessEntry[];
  /** Entries that were forgotten for want of room. */
  readonly dropped: number;
  clear(): void;
  find(key: string): Remembered | undefined;
  remember(key: string, remembered: Remembered): void;
}

export interface Remembered {
  readonly entry: AccessEntry;
  /** What the decision came from: it holds while these are the same objects. */
  readonly basis: readonly [Role, PolicyDocument | undefined];
}

/** About 3 KB each. */
const ENTRIES_MAX = 5_000;

const logs = new WeakMap<World, AccessLog>();

export const accessLog = (world: World): AccessLog => {
  const known = logs.get(world);
  if (known !== undefined) return known;
  const fresh = createAccessLog();
  logs.set(world, fresh);
  return fresh;
};

export const createAccessLog = (entriesMax = ENTRIES_MAX): AccessLog => {
  const entries = new Map<string, Remembered>();
  let dropped = 0;
  return {
    entries: () => [...entries.values()].map(({ entry }) => entry),
    get dropped() {
      return dropped;
    },
    clear: () => {
      entries.clear();
      dropped = 0;
    },
    find: (key) => entries.get(key),
    remember: (key, remembered) => {
      entries.set(key, remembered);
      if (entries.size <= entriesMax) return;
      // The oldest goes: a map keeps the order in which its keys came.
      const [oldest = ''] = entries.keys();
      entries.delete(oldest);
      dropped += 1;
    },
  };
};
