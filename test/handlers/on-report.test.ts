/** What a schedule orders of reports is done; anything else is refused with its reason, and nothing is done. */
import type { Context } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { onReport } from '../../handlers/on-report.ts';
import type { ReportJobs } from '../../infra/compose-report.ts';
import { REPORT_ORDERS } from '../../infra/report-orders.ts';

let done: string[] = [];
beforeEach(() => {
  done = [];
});
const jobs = Object.fromEntries(
  REPORT_ORDERS.map((kind) => [
    kind,
    async () => {
      done.push(kind);
      return { count: 7 };
    },
  ]),
) as unknown as ReportJobs;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const invoke = (event: unknown, given = jobs) => onReport(given, log)(event, {} as Context);

describe('the function of reports', () => {
  it.each(REPORT_ORDERS)('does %s, and answers what it did', async (kind) => {
    expect(await invoke({ kind })).toEqual({ kind, count: 7 });
    expect(done).toEqual([kind]);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no object', 'measure'],
    ['another kind', { kind: 'heal' }],
    ['a kind of every object', { kind: 'constructor' }],
    ['more than it knows', { kind: REPORT_ORDERS[0], account: '111122223333' }],
  ])('refuses %s with its reason', async (_, event) => {
    await expect(invoke(event)).rejects.toThrow(
      /^selfheal-report was told nothing that it knows: .{10,}\. Look/,
    );
    expect(done).toEqual([]);
  });

  it('fails where its work fails: an alarm is for that', async () => {
    const gone = new Error('throttled');
    const broken = { ...jobs, [REPORT_ORDERS[0]]: () => Promise.reject(gone) };
    await expect(invoke({ kind: REPORT_ORDERS[0] }, broken)).rejects.toBe(gone);
  });
});
