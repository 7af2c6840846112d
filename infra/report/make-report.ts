/** Makes the weekly report of what there is: reads the cases' rows, and what a report tells beside them. */
import type { Catalog } from '../../domain/catalog/catalog.ts';
import type { PolicyBook } from '../../domain/engine/policy-book.ts';
import { lapsing } from '../../domain/exemption/lapsing.ts';
import type { RecorderStore } from '../../domain/health/measured-store.ts';
import { accountName } from '../../domain/policy/account-name.ts';
import type { ExemptionStore } from '../../domain/ports.ts';
import type { CaseRow } from '../../domain/report/case-row.ts';
import {
  makeWeeklyReport,
  type ReportInput,
  reportSpan,
  rowsSince,
} from '../../domain/report/make-weekly-report.ts';
import type { CaseRows, ControlJournal } from '../../domain/report/report-ports.ts';
import { rowDigest, type StoredReport } from '../../domain/report/stored-report.ts';
import type { Week } from '../../domain/report/week.ts';
import type { WeeklyReport } from '../../domain/report/weekly-report.ts';
import { dayMs, type Instant } from '../../domain/time.ts';

export interface ReportDeps {
  readonly rows: CaseRows;
  readonly exemptions: Pick<ExemptionStore, 'all'>;
  readonly journal: Pick<ControlJournal, 'between'>;
  readonly recorders: Pick<RecorderStore, 'read'>;
  readonly policy: () => PolicyBook;
  readonly catalog: Catalog;
  readonly now: () => Instant;
}

/**
 * As of the end of the week, or of now while it runs.
 *
 * @throws PortError when anything that it tells of cannot be read: half a report is none
 * @throws RangeError when the week has not begun
 */
export const weeklyReport = async (deps: ReportDeps, week: Week): Promise<WeeklyReport> =>
  withDoubt(
    await makeWeeklyReport({
      ...(await factsBeside(deps, week)),
      rows: deps.rows.rows(rowsSince(week)),
    }),
    deps.policy(),
  );

/** The same, with what shows later whether the cases are still as they were. */
export const reportToStore = async (deps: ReportDeps, week: Week): Promise<StoredReport> => {
  const known = await factsBeside(deps, week);
  const { to } = reportSpan(week, known.now);
  const digests = new Map<string, string>();
  const noting = async function* (): AsyncIterable<CaseRow> {
    for await (const row of deps.rows.rows(rowsSince(week))) {
      const digest = rowDigest(row, to);
      if (digest !== undefined) digests.set(row.id, digest);
      yield row;
    }
  };
  const report = withDoubt(await makeWeeklyReport({ ...known, rows: noting() }), deps.policy());
  return { report, digests, madeAt: report.madeAt };
};

const withDoubt = (report: WeeklyReport, { doubt }: PolicyBook): WeeklyReport =>
  doubt === undefined
    ? report
    : {
        ...report,
        doubts: [
          `The policy cannot be trusted at this moment (${doubt}): which of its exemptions lapse is not known.`,
          ...report.doubts,
        ],
      };

/** Everything that a report tells, but of cases. */
export const factsBeside = async (deps: ReportDeps, week: Week): Promise<Omit<ReportInput, 'rows'>> => {
  const { policy, version } = deps.policy();
  const now = deps.now();
  const { from, to } = reportSpan(week, now);
  const [exemptions, controlEvents, recorders] = await Promise.all([
    deps.exemptions.all(),
    deps.journal.between(from, to),
    deps.recorders.read(),
  ]);
  return {
    week,
    now,
    policyVersion: version,
    catalog: deps.catalog,
    accountName: (account) => accountName(policy, account),
    lapsing: lapsing(policy.exemptions, exemptions, now, LAPSING_WITHIN_MS),
    exemptionsUnread: exemptions.filter(({ kind }) => kind === 'unreadable').length,
    controlEvents,
    ...(recorders && { recorders }),
  };
};

/** As long as in the list that people get by message. */
const LAPSING_WITHIN_MS = 14 * dayMs;
