/** What every ExemptionStore must do, whatever it is built on, and what its commands make of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addExemption, removeExemption } from '../../domain/exemption/change-exemptions.ts';
import { EXEMPTIONS_MAX, type StoredExemption } from '../../domain/exemption/exemption.ts';
import { createExemptions } from '../../domain/exemption/exemptions.ts';
import { type ControlStore, type ExemptionStore, PortError } from '../../domain/ports.ts';
import { dayMs, plusMs } from '../../domain/time.ts';
import { NOW } from '../support/cases.ts';
import { subject as findingOf } from '../support/exemptions.ts';

export interface ExemptionStoreSubject {
  readonly exemptions: ExemptionStore;
  readonly controls: Pick<ControlStore, 'read'>;
  close(): Promise<void>;
}

export const exemptionStoreContract = (make: () => Promise<ExemptionStoreSubject>): void => {
  describe('ExemptionStore', () => {
    let subject: ExemptionStoreSubject;
    let store: ExemptionStore;
    beforeEach(async () => {
      subject = await make();
      store = subject.exemptions;
    });
    afterEach(() => subject.close());
    const names = async () =>
      (await store.all()).map((one) => (one.kind === 'read' ? one.exemption.name : `?${one.name}`));
    const sequence = async () => (await subject.controls.read()).exemptionSequence;
    const ports = (exemptions = store, now = NOW) => ({
      exemptions,
      clock: { now: () => now, sleep: async () => undefined },
    });
    const add = (name: string, owner = 'ops', exemptions = store, now = NOW) =>
      addExemption(
        ports(exemptions, now),
        POLICY,
        { name, match: { rule: ['r'] }, owner, reason: 'why', expires: '2027-01-31' },
        'ada',
      );

    it('has none at first, and no change was ever announced', async () => {
      expect(await store.all()).toEqual([]);
      expect(await subject.controls.read()).toMatchObject({ exemptionSequence: 0, exemptionSeen: 0 });
      expect(await store.weekTold()).toBeUndefined();
      expect(await store.remove('legacy')).toBe(false);
    });

    it('gives back what was put, the match as it was written, and tells what cannot be read', async () => {
      const match = { tags: { 'a.b c': ['1', { prefix: 'x' }] }, $or: [{ rule: ['r'] }, { region: ['s'] }] };
      expect(await store.put({ ...LEGACY, match })).toBe(true);
      expect(await store.put({ ...LEGACY, name: 'odd', match: { rulle: ['r'] } })).toBe(true);
      const [legacy, odd] = await store.all();
      expect(legacy).toMatchObject({ kind: 'read', exemption: { ...LEGACY, match } });
      expect(odd).toMatchObject({ kind: 'unreadable', name: 'odd' });
    });

    it('keeps a name for the one that has it until that has expired or is removed', async () => {
      expect(await store.put(LEGACY)).toBe(true);
      expect(await store.put({ ...LEGACY, owner: 'another' })).toBe(false);
      const later = {
        ...LEGACY,
        owner: 'another',
        since: plusMs(NOW, dayMs),
        expiresAt: plusMs(NOW, 2 * dayMs),
      };
      expect(await store.put(later)).toBe(true);
      expect(await store.remove('legacy')).toBe(true);
      expect(await store.remove('legacy')).toBe(false);
      expect(await names()).toEqual([]);
      const { expiresAt: _, ...endless } = LEGACY;
      expect(await store.put(endless)).toBe(true);
      expect(await store.put({ ...LEGACY, since: plusMs(NOW, 900 * dayMs) })).toBe(false);
    });

    it('raises the number with every change, however many come at once, and records what was seen', async () => {
      await Promise.all(Array.from({ length: 8 }, () => store.announce()));
      expect(await sequence()).toBe(8);
      await Promise.all([3, 8, 5].map((seen) => store.seen(seen)));
      await store.seen(7);
      expect((await subject.controls.read()).exemptionSeen).toBe(8);
    });

    it('records a week once, and never an earlier one after it', async () => {
      const told = await Promise.all(Array.from({ length: 5 }, () => store.told('2026-W53')));
      expect(told.filter((won) => won)).toHaveLength(1);
      expect(await store.told('2026-W52')).toBe(false);
      expect(await store.told('2027-W01')).toBe(true);
      expect(await store.weekTold()).toBe('2027-W01');
    });

    it('of ten who add another exemption by one name, one has it in force, and the others are told', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => add('same', `owner-${n}`)));
      expect(answers.filter(({ kind }) => kind === 'in-force')).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind === 'taken')).toHaveLength(9);
      expect(await names()).toEqual(['same']);
    });

    it('who adds the same exemption twice has it in force, as the first one wrote it', async () => {
      await add('same');
      const again = await add('same', 'ops', store, plusMs(NOW, 1_000));
      expect(again).toMatchObject({ kind: 'in-force', wasThere: true, exemption: { since: NOW } });
    });

    it('what is in force is known to whoever reads the number after the command has said so', async () => {
      const known = createExemptions(store);
      const isExempt = async () => {
        await known.upTo(await sequence());
        return (await known.known()).exemptionOf(findingOf({ rule: ['r'] }), NOW)?.name;
      };
      expect(await isExempt()).toBeUndefined();
      await Promise.all(['a', 'b', 'c'].map((name) => add(name)));
      expect(await isExempt()).toBe('a');
      await Promise.all([removeExemption(ports(), 'a'), removeExemption(ports(), 'b')]);
      expect(await isExempt()).toBe('c');
      await removeExemption(ports(), 'c');
      expect(await isExempt()).toBeUndefined();
    });

    it('a change that dies before its number is raised says so, and the same command completes it', async () => {
      const dying: ExemptionStore = {
        ...store,
        announce: async () => {
          throw new PortError('transient', 'ThrottlingException', 'dynamodb:UpdateItem', 'slow down');
        },
      };
      expect(await add('half', 'ops', dying)).toMatchObject({ kind: 'not-announced' });
      expect(await sequence()).toBe(0);
      expect(await add('half')).toMatchObject({ kind: 'in-force', wasThere: true });
      expect(await sequence()).toBe(1);
      expect(await removeExemption(ports(dying), 'half')).toMatchObject({ kind: 'not-announced' });
      expect(await names()).toEqual([]);
      expect(await sequence()).toBe(1);
      // The item is gone: that a process still holds it back ends with the same command again.
      expect(await removeExemption(ports(), 'half')).toEqual({ kind: 'not-there' });
      expect(await sequence()).toBe(2);
    });

    it('takes no more than a thousand', async () => {
      const full: ExemptionStore = {
        ...store,
        all: async () =>
          Array.from({ length: EXEMPTIONS_MAX }, (_, n) => ({
            kind: 'unreadable' as const,
            name: `n-${n}`,
            why: 'full',
          })),
      };
      expect(await add('one-more', 'ops', full)).toEqual({ kind: 'too-many' });
      expect(await names()).toEqual([]);
    });
  });
};

const POLICY = { timezone: 'UTC', endlessExemptions: [], exemptions: [] };

const LEGACY: StoredExemption = {
  name: 'legacy',
  match: { rule: ['r'] },
  owner: 'ops',
  reason: 'why \u{1f6d1}',
  who: 'ada',
  since: NOW,
  expiresAt: plusMs(NOW, dayMs),
};
