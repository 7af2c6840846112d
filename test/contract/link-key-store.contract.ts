/** What every LinkKeyStore must do, whatever it is built on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LinkKey, LinkKeyStore } from '../../infra/links/key-ring.ts';
import { NOW } from '../support/cases.ts';

export interface LinkKeyStoreSubject {
  readonly store: LinkKeyStore;
  close(): Promise<void>;
}

export const linkKeyStoreContract = (make: () => Promise<LinkKeyStoreSubject>): void => {
  describe('LinkKeyStore', () => {
    let subject: LinkKeyStoreSubject;
    beforeEach(async () => {
      subject = await make();
    });
    afterEach(() => subject.close());
    const key = (id: string): LinkKey => ({ id, secret: id.padEnd(43, 'A'), since: NOW });

    it('has none at first, and then what was written last', async () => {
      expect(await subject.store.read()).toBeUndefined();
      const first = { revision: 1, keys: [key('k1')] };
      expect(await subject.store.replace(first)).toBe(true);
      expect(await subject.store.read()).toEqual(first);
      const second = { revision: 2, keys: [key('k1'), key('k2')] };
      expect(await subject.store.replace(second)).toBe(true);
      expect(await subject.store.read()).toEqual(second);
    });

    it('lets one of many write', async () => {
      const write = (revision: number) =>
        Promise.all(
          Array.from({ length: 5 }, (_, n) => subject.store.replace({ revision, keys: [key(`n${n}`)] })),
        );
      expect((await write(1)).filter(Boolean)).toHaveLength(1);
      expect((await write(2)).filter(Boolean)).toHaveLength(1);
      expect((await write(2)).filter(Boolean)).toEqual([]);
      expect(await subject.store.replace({ revision: 4, keys: [] })).toBe(false);
      expect(await subject.store.read()).toMatchObject({ revision: 2 });
    });
  });
};
