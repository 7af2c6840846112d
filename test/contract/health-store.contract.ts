/** What every HealthStore must do, whatever it is built on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HealthStore } from '../../domain/ports.ts';
import { dayMs, minuteMs, plusMs } from '../../domain/time.ts';
import { NOW } from '../support/cases.ts';

export interface HealthStoreSubject {
  readonly health: HealthStore;
  close(): Promise<void>;
}

export const healthStoreContract = (make: () => Promise<HealthStoreSubject>): void => {
  describe('HealthStore', () => {
    let subject: HealthStoreSubject;
    beforeEach(async () => {
      subject = await make();
    });
    afterEach(() => subject.close());
    const rule = { kind: 'rule', name: 'a rule.with:odd/characters #1' } as const;
    const ago = (minutes: number) => plusMs(NOW, -minutes * minuteMs);
    const note = (key: string, minutes: number, sinceMinutes = 60) =>
      subject.health.noteFailure(rule, { key, at: ago(minutes) }, ago(sinceMinutes));

    it('counts each attempt once, however often it is noted and by however many at once', async () => {
      await Promise.all(Array.from({ length: 4 }, () => note('case-1/1', 5)));
      expect(await note('case-1/1', 5)).toBe(1);
      expect(await note('case-1/2', 4)).toBe(2);
      await Promise.all(Array.from({ length: 6 }, (_, n) => note(`case-2/${n}`, 3)));
      expect(await note('case-3/1', 2)).toBe(9);
    });

    it('counts since an instant, and for each rule and runbook apart', async () => {
      await note('case-1/1', 90);
      expect(await note('case-2/1', 10)).toBe(1);
      expect(await note('case-2/1', 10, 120)).toBe(2);
      const runbook = { kind: 'runbook', name: rule.name } as const;
      expect(await subject.health.noteFailure(runbook, { key: 'case-2/1', at: NOW }, ago(60))).toBe(1);
    });

    it('forgets what is too old for any window', async () => {
      await subject.health.noteFailure(rule, { key: 'old/1', at: plusMs(NOW, -2 * dayMs) }, ago(60));
      await note('new/1', 0);
      expect(await note('new/2', 0, 3 * 24 * 60)).toBe(2);
    });
  });
};
