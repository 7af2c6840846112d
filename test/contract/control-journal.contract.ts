/** What every ControlJournal must do, whatever it is built on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControlJournal } from '../../domain/report/report-ports.ts';
import type { ControlEvent } from '../../domain/report/weekly-report.ts';
import { minuteMs, plusMs } from '../../domain/time.ts';
import { NOW } from '../support/cases.ts';

export interface ControlJournalSubject {
  readonly journal: ControlJournal;
  close(): Promise<void>;
}

export const controlJournalContract = (make: () => Promise<ControlJournalSubject>): void => {
  describe('ControlJournal', () => {
    let subject: ControlJournalSubject;
    let journal: ControlJournal;
    beforeEach(async () => {
      subject = await make();
      journal = subject.journal;
    });
    afterEach(() => subject.close());
    const at = (minutes: number) => plusMs(NOW, minutes * minuteMs);
    const set = (minutes: number, more: Partial<ControlEvent> = {}): ControlEvent => ({
      at: at(minutes),
      kind: 'stop-set',
      scope: 'everything',
      who: 'ada',
      why: 'bad release \u{1f6d1}',
      ...more,
    });

    it('tells what was noted in a stretch of time: its beginning belongs to it, its end does not', async () => {
      const events = [set(3), set(1), set(0), set(2)];
      await journal.note(events);
      expect(await journal.between(at(0), at(3))).toEqual([set(0), set(1), set(2)]);
      expect(await journal.between(at(1), at(1))).toEqual([]);
      expect(await journal.between(at(10), at(20))).toEqual([]);
    });

    it('takes an event once, however often and by however many it is noted, and as it was noted first', async () => {
      await journal.note([set(0)]);
      await Promise.all(
        [set(0, { why: 'something else' }), set(0)].map((one) => journal.note([one, set(1)])),
      );
      expect(await journal.between(at(0), at(5))).toEqual([set(0), set(1)]);
    });

    it('keeps apart what happened at one time, whatever it is called', async () => {
      const long = (last: string) => `rule ${'\u{1f6d1}'.repeat(255)}${last}`;
      const events = [
        set(0),
        set(0, { kind: 'breaker-opened', scope: 'rule A#B' }),
        set(0, { kind: 'breaker-opened', scope: 'rule A' }),
        set(0, { scope: long('1') }),
        set(0, { scope: long('2') }),
      ];
      await journal.note(events);
      await journal.note(events);
      const found = await journal.between(at(0), at(1));
      expect(found).toHaveLength(events.length);
      expect(found).toEqual(expect.arrayContaining(events));
    });
  });
};
