/**
 * The policy in force where policies are published: the newest version that is valid. What is invalid, cut
 * short, changed after it was sealed, older or gone never takes the place of the one that runs:
 *
 *   no version was ever published                    the policy packaged with the code
 *   the newest valid version                         it, and what is newer and not valid is refused and told
 *   it is older than one that was in force before    a doubt: nothing starts until a valid one is published
 *   there are versions, and none is valid            a doubt
 *   the table cannot be read                         an error: a fresh process does nothing at all
 *
 * A process that runs a version keeps to it whatever becomes of the item that it was read from.
 */
import { doubtfulBook, type PolicyBook, policyBook } from '../domain/engine/policy-book.ts';
import type { Log, Metrics } from '../domain/ports.ts';
import { epochMs, type Instant } from '../domain/time.ts';
import type { PolicyProgress, PolicyVersion } from './dynamodb/policy-item.ts';
import type { PolicyStore } from './dynamodb/policy-store.ts';
import { readVersion } from './policy-version.ts';

export interface RefusedVersion {
  readonly sequence: number;
  readonly why: string;
}

/** What was found when all versions of interest were looked at. */
export interface PolicyLook {
  readonly progress: PolicyProgress;
  /** Number of the newest version that is there, whatever it is worth; 0 when there is none. */
  readonly newest: number;
  /** Newest first. */
  readonly refused: readonly RefusedVersion[];
}

export interface PublishedPolicy {
  /** What is in force as far as this process has looked; throws before it ever has. */
  current(): PolicyBook;
  /** True when this process has looked, so that `current` answers. */
  isKnown(): boolean;
  /** Looks again, unless that was done less than `olderThanMs` ago; reads the versions only if there are newer ones. */
  refresh(olderThanMs: number): Promise<void>;
  /** See `Assessor`: looks only when this version is newer than all that were looked at. */
  upTo(sequence: number): Promise<void>;
  /** Looks at the versions in any case. */
  look(): Promise<PolicyLook>;
}

export interface PublishedPolicyOptions {
  readonly store: PolicyStore;
  /** In force until a version is published. */
  readonly packaged: PolicyBook;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly now: () => Instant;
}

export const createPublishedPolicy = ({
  store,
  packaged,
  log,
  metrics,
  now,
}: PublishedPolicyOptions): PublishedPolicy => {
  /** The published version in force, and its text: what it was adopted by. */
  let running: { readonly book: PolicyBook; readonly sealed: string } | undefined;
  let current: PolicyBook | undefined;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let lookedUpTo = 0;
  let looking: Promise<PolicyLook> | undefined;

  const adopt = (book: PolicyBook): void => {
    if (book.sequence === current?.sequence && book.doubt === current.doubt) return;
    current = book;
    const fields = { policySequence: book.sequence, policyVersion: book.version };
    if (book.doubt === undefined) log.info('policy in force', fields);
    else log.error('no policy can be trusted, nothing starts', { reason: book.doubt });
  };

  const lookNow = async (): Promise<PolicyLook> => {
    const beganMs = epochMs(now());
    const progress = await store.progress();
    const refused: RefusedVersion[] = [];
    let newest = 0;
    let walked = 0;
    for await (const found of store.newestFirst()) {
      newest = Math.max(newest, found.sequence);
      if (found.sequence < (running?.book.sequence ?? 0)) break;
      walked += 1;
      const inspected = walked > WALK_MAX ? TOO_MANY : inspect(found, running);
      if (!inspected.ok) {
        refused.push({ sequence: found.sequence, why: inspected.why });
        if (walked > WALK_MAX) break;
        continue;
      }
      if (inspected.book !== undefined) running = { book: inspected.book, sealed: found.sealed };
      break;
    }
    const announced = Math.max(progress.policySequence, progress.policyInForce);
    if (announced > newest)
      refused.unshift({ sequence: announced, why: 'it was announced, and is not in the table' });
    const doubt = doubtOf(running?.book, Math.max(newest, announced), progress, refused);
    adopt(doubt === undefined ? (running?.book ?? packaged) : doubtfulBook(packaged.policy, doubt));
    for (const { sequence, why } of refused) {
      metrics.count('PolicyRefused');
      log.error('policy refused, the one in force stays', {
        refused: sequence,
        reason: why,
        inForce: current?.sequence,
      });
    }
    lookedAtMs = beganMs;
    lookedUpTo = Math.max(newest, announced);
    return { progress, newest, refused };
  };

  /** One look at a time; who comes while one is under way may know of something newer than it saw. */
  const look = async (isEnough: () => boolean): Promise<PolicyLook | undefined> => {
    while (looking !== undefined) {
      await looking;
      if (isEnough()) return undefined;
    }
    looking = lookNow().finally(() => {
      looking = undefined;
    });
    return looking;
  };

  const isFresh = (olderThanMs: number) => current !== undefined && epochMs(now()) - lookedAtMs < olderThanMs;

  return {
    current: () => {
      if (current === undefined) throw new Error('the policy was asked for before it was looked for');
      return current;
    },

    isKnown: () => current !== undefined,

    upTo: async (sequence) => {
      if (sequence > lookedUpTo) await look(() => sequence <= lookedUpTo);
    },

    refresh: async (olderThanMs) => {
      if (isFresh(olderThanMs)) return;
      if (current !== undefined && current.doubt === undefined) {
        const beganMs = epochMs(now());
        const { policySequence } = await store.progress();
        if (policySequence <= lookedUpTo) {
          lookedAtMs = beganMs;
          return;
        }
      }
      await look(() => isFresh(olderThanMs));
    },

    look: async () => {
      for (;;) {
        const found = await look(() => false);
        if (found !== undefined) return found;
      }
    },
  };
};

type Inspected =
  /** Without a book: it is the one that runs already. */
  { readonly ok: true; readonly book?: PolicyBook } | { readonly ok: false; readonly why: string };

const inspect = (
  found: PolicyVersion,
  running: { readonly book: PolicyBook; readonly sealed: string } | undefined,
): Inspected => {
  if (found.sequence === running?.book.sequence)
    return found.sealed === running.sealed
      ? { ok: true }
      : { ok: false, why: 'it was changed in the table while it was in force' };
  const reading = readVersion(found);
  return reading.ok ? { ok: true, book: policyBook(reading.policy, found.sequence) } : reading;
};

const doubtOf = (
  running: PolicyBook | undefined,
  newest: number,
  { policyInForce }: PolicyProgress,
  refused: readonly RefusedVersion[],
): string | undefined => {
  const why = refused.map(({ sequence, why: one }) => `version ${sequence}: ${one}`).join('; ');
  if (running === undefined)
    return newest === 0 ? undefined : `no published version of the policy is valid: ${why}`;
  return running.sequence < policyInForce
    ? `version ${policyInForce} of the policy was in force and cannot be used any more: ${why}`
    : undefined;
};

const WALK_MAX = 50;
const TOO_MANY: Inspected = {
  ok: false,
  why: `${WALK_MAX} newer versions are not valid, and older ones were not looked at`,
};
