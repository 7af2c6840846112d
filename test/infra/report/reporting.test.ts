/** What people are shown and told of reports, when all is well and when it is not. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type PolicyBook, policyBook } from '../../../domain/engine/policy-book.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import { PortError } from '../../../domain/ports.ts';
import { type Week, weekNamed } from '../../../domain/report/week.ts';
import type { WeeklyReport } from '../../../domain/report/weekly-report.ts';
import { dayMs, plusMs } from '../../../domain/time.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { toItem } from '../../../infra/dynamodb/case-item.ts';
import { createCaseRecords } from '../../../infra/dynamodb/case-records.ts';
import { createCaseRows } from '../../../infra/dynamodb/case-rows.ts';
import type { Documents } from '../../../infra/dynamodb/documents.ts';
import { createReportStore } from '../../../infra/dynamodb/report-store.ts';
import { createVerify, type VerifyDeps } from '../../../infra/report/create-verify.ts';
import { reportToStore, weeklyReport } from '../../../infra/report/make-report.ts';
import { createReporting } from '../../../infra/report/reporting.ts';
import { MemoryTable, tableClient } from '../../simulation/memory-table.ts';
import { walkedCases } from '../../support/walked-cases.ts';

const WEEK = weekNamed('2026-W47', 'UTC') as Week;
const CASES = walkedCases({ seed: 6, cases: 40, from: WEEK.from, to: plusMs(WEEK.from, 5 * dayMs) });
/** Its Monday begins ten hours later. */
const ZONE = 'Pacific/Honolulu';
const catalog = loadCatalog();
const parsed = parsePolicy(
  `version: 1
entries: []
exemptions:
  - {name: soon, match: {account: ['222222222222']}, owner: ops, reason: goes, expires: 2026-11-25}
`,
  'policy.yml',
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const policy: PolicyBook = policyBook(parsed.policy);

let deps: VerifyDeps;
let client: Documents;
let refused: ReadonlySet<string>;
beforeEach(async () => {
  const table = new MemoryTable();
  const plain = tableClient(async (command) => table.execute(command));
  refused = new Set();
  const unlessRefused =
    <A extends readonly unknown[], T>(name: string, call: (...given: A) => Promise<T>) =>
    async (...given: A): Promise<T> => {
      if (refused.has(name)) throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
      return call(...given);
    };
  client = {
    ...plain,
    get: unlessRefused('get', plain.get),
    query: unlessRefused('query', plain.query),
    batchGet: unlessRefused('batchGet', plain.batchGet),
  };
  const inTable = { client, tableName: 'cases', now: () => plusMs(WEEK.to, dayMs) };
  deps = {
    rows: createCaseRows(inTable),
    records: createCaseRecords(inTable),
    reports: createReportStore(inTable),
    journal: {
      between: async () => [
        { at: plusMs(WEEK.from, dayMs), kind: 'stop-set', scope: 'everything', who: 'ada', why: 'a look' },
      ],
    },
    recorders: { read: async () => undefined },
    exemptions: { all: async () => [] },
    policy: () => policy,
    catalog,
    now: inTable.now,
  };
  for (const about of CASES) await client.put({ TableName: 'cases', Item: toItem(about) });
});

describe('a report', () => {
  it('is made of the cases, and of what a report tells beside them', async () => {
    const report = await weeklyReport(deps, WEEK);
    expect(report.total.figures.opened).toBe(CASES.length);
    expect(report).toMatchObject({
      isOver: true,
      policyVersion: policy.version,
      lapsing: [{ name: 'soon', owner: 'ops' }],
      controlEvents: [{ kind: 'stop-set', scope: 'everything' }],
    });
    expect((await createReporting(deps).shown(WEEK)).isStored).toBe(false);
  });

  it('is shown as it was stored, whatever has been done since', async () => {
    const stored = await reportToStore(deps, WEEK);
    expect(stored.digests.size).toBe(CASES.length);
    await deps.reports.put(stored);
    await client.delete({ TableName: 'cases', Key: { pk: `case#${CASES[0]?.findingId}`, sk: '00000001' } });
    expect(await createReporting(deps).shown(WEEK)).toEqual({ report: stored.report, isStored: true });
  });

  it('says that its exemptions are not all known while no policy can be trusted', async () => {
    const doubtful = { ...deps, policy: () => ({ ...policy, doubt: 'version 7 is cut short' }) };
    expect((await weeklyReport(doubtful, WEEK)).doubts[0]).toContain('version 7 is cut short');
    expect((await reportToStore(doubtful, WEEK)).report.doubts[0]).toContain('version 7 is cut short');
  });

  it('says how many exemptions cannot be read: they may lapse soon', async () => {
    const unreadable = { kind: 'unreadable' as const, name: 'x', why: 'no owner' };
    const all = async () => [unreadable, { ...unreadable, name: 'y' }];
    expect((await weeklyReport({ ...deps, exemptions: { all } }, WEEK)).doubts).toContain(
      '2 exemptions cannot be read: when they lapse is not known.',
    );
  });

  it('lists the cases of the week that was stored, also when the policy names another zone by now', async () => {
    const stored = await reportToStore(deps, WEEK);
    await deps.reports.put(stored);
    const elsewhere = {
      ...deps,
      policy: () => ({ ...policy, policy: { ...policy.policy, timezone: ZONE } }),
    };
    const asked = weekNamed(WEEK.id, ZONE);
    if (asked === undefined) throw new Error('no such week');
    const listed = (parts: VerifyDeps) => createReporting(parts).casesBehind(asked, 'opened');
    expect(await listed(elsewhere)).toHaveLength(stored.report.total.figures.opened);
    // Of a week of which none was stored, it is that of the policy.
    const { reports } = deps;
    const none = { ...elsewhere, reports: { ...reports, get: async () => undefined } };
    expect((await listed(none)).length).toBeLessThan(stored.report.total.figures.opened);
  });

  it('of a week in which somebody spoilt the table is made anew, and says why', async () => {
    await deps.reports.put(await reportToStore(deps, WEEK));
    const spoil = (text: string) => ({
      ...deps,
      reports: {
        ...deps.reports,
        get: async () => {
          throw new PortError('terminal', 'MalformedItem', 'dynamodb:Query', text);
        },
      },
    });
    const spoilt = spoil('it is no JSON');
    const { report, isStored } = await createReporting(spoilt).shown(WEEK);
    expect([isStored, report.doubts[0]]).toEqual([false, expect.stringContaining('it is no JSON')]);
    const verified = await createVerify(spoilt)(WEEK);
    expect(verified).toMatchObject({ found: 1, storedAt: null });
    expect(verified.discrepancies).toEqual([{ kind: 'report', what: 'it is no JSON' }]);
  });
});

describe('a stored report that is none any more', () => {
  it.each<[string, (report: WeeklyReport) => object, string]>([
    [
      'a zone that there is not',
      ({ week }) => ({ week: { ...week, timezone: 'Mars/Olympus' } }),
      'week.timezone',
    ],
    ['no events', () => ({ controlEvents: undefined }), 'controlEvents'],
    ['no figures', () => ({ total: undefined }), 'total'],
  ])('is verified all the same: %s', async (_, edit, path) => {
    const stored = await reportToStore(deps, WEEK);
    const found = {
      ...stored,
      report: { ...stored.report, ...edit(stored.report) } as WeeklyReport,
      doubt: 'changed',
    };
    const { discrepancies } = await createVerify({
      ...deps,
      reports: { ...deps.reports, get: async () => found },
    })(WEEK);
    expect(discrepancies[0]).toEqual({ kind: 'report', what: 'changed' });
    expect(discrepancies.map((each) => ('path' in each ? each.path : ''))).toContain(path);
  });
});

describe('what does not answer', () => {
  beforeEach(async () => {
    await deps.reports.put(await reportToStore(deps, WEEK));
  });

  it.each(['get', 'query', 'batchGet'])('makes no verification that passes: %s', async (call) => {
    refused = new Set([call]);
    await expect(createVerify(deps)(WEEK)).rejects.toMatchObject({ code: 'ThrottlingException' });
  });

  it.each<[string, Partial<VerifyDeps>]>([
    ['the exemptions', { exemptions: { all: () => Promise.reject(new Error('no exemptions')) } }],
    ['the journal', { journal: { between: () => Promise.reject(new Error('no journal')) } }],
    ['the recorders', { recorders: { read: () => Promise.reject(new Error('no recorders')) } }],
  ])('makes no half report: %s', async (what, broken) => {
    const told = `no ${what.replace('the ', '')}`;
    await expect(weeklyReport({ ...deps, ...broken }, WEEK)).rejects.toThrow(told);
    await expect(reportToStore({ ...deps, ...broken }, WEEK)).rejects.toThrow(told);
  });
});
