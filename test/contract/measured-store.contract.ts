/** What must hold of that which measuring keeps and reads, whatever it is built on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecorderStore, SlowFigures } from '../../domain/health/measured-store.ts';
import type { PermitsInUse } from '../../domain/health/permits-in-use.ts';
import type { RecordersSeen } from '../../domain/health/recorder-health.ts';
import { laneScopeId } from '../../domain/permit.ts';
import type { PermitStore } from '../../domain/ports.ts';
import { hourMs, minuteMs, plusMs } from '../../domain/time.ts';
import { NOW } from '../support/cases.ts';

export interface MeasuredSubject {
  readonly recorders: RecorderStore;
  readonly figures: SlowFigures;
  readonly permits: PermitStore;
  readonly permitsInUse: PermitsInUse;
  /** Puts something else in a figure's place, or in that of the recorders. */
  spoil(name: 'success' | 'compliance' | 'recorders', told: unknown): Promise<void>;
  close(): Promise<void>;
}

export const measuredStoreContract = (make: () => Promise<MeasuredSubject>): void => {
  describe('what measuring keeps', () => {
    let subject: MeasuredSubject;
    beforeEach(async () => {
      subject = await make();
    });
    afterEach(() => subject.close());

    it('is how the recorders were when they were looked at last, the largest lot of them too', async () => {
      const { recorders } = subject;
      expect(await recorders.read()).toBeUndefined();
      const troubled = Array.from({ length: 200 }, (_, n) => ({
        lane: { account: String(100_000_000_000 + n), region: 'ap-southeast-2' },
        state: 'failing' as const,
        since: NOW,
        why: '\u{1f6d1}'.repeat(150),
      }));
      const seen: RecordersSeen = {
        at: NOW,
        lanes: 900,
        troubledCount: 700,
        troubled,
        doubt: 'd'.repeat(500),
      };
      await recorders.write(seen);
      expect(await recorders.read()).toEqual(seen);
      const later: RecordersSeen = { at: plusMs(NOW, 1), lanes: 900, troubledCount: 0, troubled: [] };
      await recorders.write(later);
      expect(await recorders.read()).toEqual(later);
    });

    it('is nothing where something else lies in place of the recorders: that nobody looked is a doubt', async () => {
      const { recorders, spoil } = subject;
      const seen: RecordersSeen = { at: NOW, lanes: 60, troubledCount: 0, troubled: [] };
      for (const nonsense of [
        null,
        'x',
        {},
        { ...seen, at: 'today' },
        { ...seen, lanes: '60' },
        { ...seen, troubledCount: null },
        { ...seen, troubled: {} },
      ]) {
        await spoil('recorders', nonsense);
        expect(await recorders.read()).toBeUndefined();
      }
      await spoil('recorders', seen);
      expect(await recorders.read()).toEqual(seen);
    });

    it('is each figure by itself, and nothing where something else lies in its place', async () => {
      const { figures, spoil } = subject;
      expect(await figures.read('success')).toBeUndefined();
      const share = { at: NOW, numerator: 9, denominator: 10 };
      await figures.write('success', share);
      await figures.write('compliance', { ...share, lanesUnread: 3 });
      expect(await figures.read('success')).toEqual(share);
      expect(await figures.read('compliance')).toEqual({ ...share, lanesUnread: 3 });
      for (const nonsense of [null, 'x', { ...share, at: 'today' }, { ...share, numerator: '9' }]) {
        await spoil('success', nonsense);
        expect(await figures.read('success')).toBeUndefined();
      }
    });
  });

  describe('permits in use', () => {
    let subject: MeasuredSubject;
    beforeEach(async () => {
      subject = await make();
    });
    afterEach(() => subject.close());
    const lane = (n: number) => ({ account: String(100_000_000_000 + n), region: 'us-east-1' });
    const idOf = (n: number) => `${lane(n).account}/${lane(n).region}`;
    const acquire = (n: number, holder: string, expiresAt: string) =>
      subject.permits.acquire({
        scopes: [{ id: laneScopeId(idOf(n)), concurrencyMax: 80 }],
        resourceKey: holder,
        holder,
        now: NOW,
        expiresAt,
        queueUp: false,
      });

    it('are counted in each lane, whoever forgot to give one back, and none where nothing ever ran', async () => {
      await acquire(0, 'a', plusMs(NOW, hourMs));
      await acquire(0, 'b', plusMs(NOW, hourMs));
      await acquire(0, 'forgotten', plusMs(NOW, minuteMs));
      await acquire(150, 'c', plusMs(NOW, hourMs));
      await subject.permits.release([laneScopeId(idOf(0))], 'b', 'b');
      // More lanes than are asked for at once, and one of them twice.
      const lanes = [...Array.from({ length: 200 }, (_, n) => lane(n)), lane(0)];
      const inUse = await subject.permitsInUse(lanes, plusMs(NOW, 2 * minuteMs));
      expect(inUse.size).toBe(200);
      expect([...inUse].filter(([, count]) => count > 0)).toEqual([
        [idOf(0), 1],
        [idOf(150), 1],
      ]);
      expect(await subject.permitsInUse([], NOW)).toEqual(new Map());
    });
  });
};
