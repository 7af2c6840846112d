/**
 * The keys that links are signed with. A key signs for a month; then the next one does, and the old one is kept for
 * as long as anything that it signed may be opened:
 *
 *   made ──── signs, 30 days ────▶ next key made ──── opens what it signed, 30 days ────▶ dropped
 *
 * Whoever needs a key first makes it, by a conditional write: two who make one at once end up with the same.
 */
import { randomBytes } from 'node:crypto';
import { PortError } from '../../domain/ports.ts';
import { dayMs, epochMs, type Instant, minuteMs, plusMs } from '../../domain/time.ts';

export interface LinkKey {
  /** What a link names it by. */
  readonly id: string;
  /** 32 random bytes in base64url. */
  readonly secret: string;
  readonly since: Instant;
}

export interface LinkKeys {
  /** Counts the writes: every write is conditional on it. */
  readonly revision: number;
  /** The newest last. */
  readonly keys: readonly LinkKey[];
}

export interface LinkKeyStore {
  /** Read consistently; undefined when there never was a key. */
  read(): Promise<LinkKeys | undefined>;
  /** Writes keys whose stored revision must be one less; false when somebody else wrote first. */
  replace(keys: LinkKeys): Promise<boolean>;
}

export interface KeyRing {
  /** The key to sign with now; made when there is none that is young enough. Throws when that cannot be known. */
  signing(): Promise<LinkKey>;
  /** Undefined when there is no such key; throws when that cannot be known. */
  byId(id: string): Promise<LinkKey | undefined>;
}

/** No link may be opened for longer: for so long after its last signature a key is kept. */
export const LINK_MS_MAX = 30 * dayMs;

export const createKeyRing = ({
  store,
  now,
  makeSecret = () => randomBytes(SECRET_BYTES).toString('base64url'),
}: {
  readonly store: LinkKeyStore;
  readonly now: () => Instant;
  readonly makeSecret?: () => string;
}): KeyRing => {
  let read: { readonly stored: LinkKeys | undefined; readonly at: Instant } | undefined;

  const readAgain = async (): Promise<LinkKeys | undefined> => {
    const at = now();
    const stored = await store.read();
    read = { stored, at };
    return stored;
  };
  /** A key that was taken away is believed in no longer than this. */
  const known = async (): Promise<LinkKeys | undefined> => {
    const ageMs = read === undefined ? Number.NaN : epochMs(now()) - epochMs(read.at);
    return ageMs >= 0 && ageMs < BELIEVED_MS ? read?.stored : readAgain();
  };

  return {
    signing: async () => {
      const young = youngOf(await known(), now());
      if (young !== undefined) return young;
      for (let tries = 0; tries < TRIES_MAX; tries += 1) {
        const stored = await readAgain();
        const madeMeanwhile = youngOf(stored, now());
        if (madeMeanwhile !== undefined) return madeMeanwhile;
        const made = { id: keyId(stored), secret: makeSecret(), since: now() };
        const becomes = {
          revision: (stored?.revision ?? 0) + 1,
          keys: [...stillNeeded(stored, now()), made],
        };
        if (!(await store.replace(becomes))) continue;
        read = { stored: becomes, at: now() };
        return made;
      }
      throw new PortError(
        'conflict',
        'KeysKeepChanging',
        'dynamodb:PutItem',
        `the keys of links were changed ${TRIES_MAX} times while one was to be made`,
      );
    },

    byId: async (id) => {
      const find = (keys: LinkKeys | undefined) => stillNeeded(keys, now()).find((key) => key.id === id);
      // Another process may have made it a moment ago.
      return find(await known()) ?? find(await readAgain());
    },
  };
};

const youngOf = (keys: LinkKeys | undefined, now: Instant): LinkKey | undefined => {
  const newest = keys?.keys.at(-1);
  return newest !== undefined && now < plusMs(newest.since, SIGNS_MS) ? newest : undefined;
};

const stillNeeded = (keys: LinkKeys | undefined, now: Instant): readonly LinkKey[] =>
  (keys?.keys ?? []).filter(({ since }) => now < plusMs(since, SIGNS_MS + LINK_MS_MAX));

/** Never given twice, since the revision only grows. */
const keyId = (stored: LinkKeys | undefined): string => `k${(stored?.revision ?? 0) + 1}`;

const SIGNS_MS = 30 * dayMs;
const BELIEVED_MS = 10 * minuteMs;
const SECRET_BYTES = 32;
const TRIES_MAX = 5;
