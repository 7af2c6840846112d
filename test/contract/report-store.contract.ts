/** What every ReportStore must do, whatever it is built on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../domain/digest.ts';
import type { ReportStore } from '../../domain/report/report-ports.ts';
import type { StoredReport } from '../../domain/report/stored-report.ts';
import { WEEKLY_REPORT } from '../support/weekly-report.ts';

export interface ReportStoreSubject {
  readonly reports: ReportStore;
  close(): Promise<void>;
}

export const reportStoreContract = (make: () => Promise<ReportStoreSubject>): void => {
  describe('ReportStore', () => {
    let subject: ReportStoreSubject;
    let reports: ReportStore;
    beforeEach(async () => {
      subject = await make();
      reports = subject.reports;
    });
    afterEach(() => subject.close());

    it('has none of a week of which none was stored', async () => {
      expect(await reports.get('2026-W47')).toBeUndefined();
      expect(await reports.latest()).toBeUndefined();
    });

    it('gives back what was stored, letter for letter, and knows the newest week', async () => {
      expect(await reports.put(STORED)).toBe(true);
      expect(await reports.put(ofWeek('2026-W09'))).toBe(true);
      expect(await reports.get('2026-W47')).toEqual(STORED);
      expect((await reports.get('2026-W09'))?.report.week.id).toBe('2026-W09');
      expect(await reports.latest()).toBe('2026-W47');
      expect(await reports.put(ofWeek('2027-W01'))).toBe(true);
      expect(await reports.latest()).toBe('2027-W01');
    });

    it('keeps the first of a week, also when ten come at once', async () => {
      const others = Array.from({ length: 10 }, (_, n) => {
        const madeAt = `2026-11-23T05:00:1${n}.000Z`;
        return { ...STORED, madeAt, report: { ...STORED.report, madeAt } };
      });
      const won = await Promise.all(others.map(reports.put));
      expect(won.filter((first) => first)).toHaveLength(1);
      expect(await reports.get('2026-W47')).toEqual(others[won.indexOf(true)]);
      expect(await reports.put(STORED)).toBe(false);
    });

    it('keeps what is larger than an item may be, in any alphabet', async () => {
      const large: StoredReport = {
        ...STORED,
        report: { ...STORED.report, doubts: Array.from({ length: 9_000 }, (_, n) => `${n} Zürich 東京 🏔️ …`) },
        digests: new Map(
          Array.from({ length: 13_000 }, (_, n) => [`0123456789abcdef-${n + 1}`, digestOf(n)]),
        ),
      };
      expect(JSON.stringify(large.report).length).toBeGreaterThan(200_000);
      await reports.put(large);
      expect(await reports.get('2026-W47')).toEqual(large);
    });

    it('keeps a week in which there was no case', async () => {
      const empty = { ...STORED, digests: new Map() };
      await reports.put(empty);
      expect(await reports.get('2026-W47')).toEqual(empty);
    });
  });
};

const STORED: StoredReport = {
  report: WEEKLY_REPORT,
  madeAt: WEEKLY_REPORT.madeAt,
  digests: new Map([
    ['00aaaaaaaaaaaaaa-1', digestOf('one')],
    ['00aaaaaaaaaaaaaa-2', digestOf('two')],
  ]),
};

const ofWeek = (id: string): StoredReport => ({
  ...STORED,
  report: { ...STORED.report, week: { ...STORED.report.week, id } },
});
