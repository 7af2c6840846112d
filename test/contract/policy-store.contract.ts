/** What every PolicyStore must do, whatever it is built on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PolicyVersion } from '../../infra/dynamodb/policy-item.ts';
import type { PolicyStore } from '../../infra/dynamodb/policy-store.ts';
import { versionOf } from '../support/published-policies.ts';

export interface PolicyStoreSubject {
  readonly store: PolicyStore;
  close(): Promise<void>;
}

export const policyStoreContract = (make: () => Promise<PolicyStoreSubject>): void => {
  describe('PolicyStore', () => {
    let subject: PolicyStoreSubject;
    let store: PolicyStore;
    beforeEach(async () => {
      subject = await make();
      store = subject.store;
    });
    afterEach(() => subject.close());

    const all = async (): Promise<readonly PolicyVersion[]> => {
      const found: PolicyVersion[] = [];
      for await (const one of store.newestFirst()) found.push(one);
      return found;
    };

    it('has nothing at first', async () => {
      expect(await all()).toEqual([]);
      expect(await store.get(1)).toBeUndefined();
      expect(await store.progress()).toEqual(NOTHING);
    });

    it('gives versions back as they were put, by number and from the newest down', async () => {
      const versions = [9, 10, 2, 1, 100, 11].map((sequence) => versionOf(sequence, `n-${sequence}`));
      for (const version of versions) expect(await store.put(version)).toBe(true);
      expect(await all()).toEqual(versions.toSorted((left, right) => right.sequence - left.sequence));
      expect(await store.get(10)).toEqual(versions[1]);
      expect(await store.get(3)).toBeUndefined();
    });

    it('lets exactly one of ten publish a number, and keeps what that one wrote', async () => {
      const publishers = Array.from({ length: 10 }, (_, n) =>
        versionOf(1, 'same', { reason: `publisher ${n}` }),
      );
      const answers = await Promise.all(publishers.map((version) => store.put(version)));
      expect(answers.filter((won) => won)).toHaveLength(1);
      expect(await store.get(1)).toEqual(publishers[answers.indexOf(true)]);
      expect(await store.put(versionOf(1, 'late'))).toBe(false);
    });

    it('raises a number, never lowers it, and leaves the others alone', async () => {
      await store.raise('policySequence', 3);
      await store.raise('policySequence', 3);
      await store.raise('policySequence', 2);
      expect(await store.progress()).toEqual({ ...NOTHING, policySequence: 3 });
      await Promise.all([10, 4, 12, 7].map((sequence) => store.raise('policySequence', sequence)));
      await store.raise('policyInForce', 5);
      await store.raise('policySeen', 4);
      await store.raise('policyTold', 6);
      expect(await store.progress()).toEqual({
        policySequence: 12,
        policyInForce: 5,
        policySeen: 4,
        policyTold: 6,
      });
    });
  });
};

const NOTHING = { policySequence: 0, policyInForce: 0, policySeen: 0, policyTold: 0 };
