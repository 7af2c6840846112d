/** Whether a report says what the cases say: everything is made again from them. */
import { accountName } from '../../domain/policy/account-name.ts';
import type { CaseRow } from '../../domain/report/case-row.ts';
import { makeWeeklyReport, reportSpan, rowsSince } from '../../domain/report/make-weekly-report.ts';
import { type CaseRecords, verifyReport } from '../../domain/report/verify-report.ts';
import { factsBeside } from './make-report.ts';
import { inZoneOf, type Reporting, type ReportingDeps, storedOf } from './reporting.ts';

export interface VerifyDeps extends ReportingDeps {
  readonly records: CaseRecords;
}

export const createVerify =
  (deps: VerifyDeps): Reporting['verify'] =>
  async (asked, until, part) => {
    const { stored: found, doubt } = await storedOf(deps.reports, asked.id);
    // Its bounds are the calendar's, whatever a stored report says of them.
    const week = inZoneOf(found, asked) ?? asked;
    const asOf = reportSpan(week, until ?? found?.madeAt ?? deps.now()).to;
    const stored = found?.report.until === asOf || until === undefined ? found : undefined;
    const now = stored?.madeAt ?? until ?? deps.now();
    const told = stored?.report ?? (await factsBeside({ ...deps, now: () => now }, week));
    const input = {
      week: week.id,
      records: deps.records,
      rows: deps.rows.rows,
      since: rowsSince(week),
      until: asOf,
      ...(stored && { stored }),
      ...(doubt !== undefined && { doubt }),
      make: (rows: AsyncIterable<CaseRow>) =>
        makeWeeklyReport({
          rows,
          week,
          now,
          policyVersion: told.policyVersion,
          catalog: deps.catalog,
          accountName: (account) => accountName(deps.policy().policy, account),
          lapsing: told.lapsing,
          controlEvents: Array.isArray(told.controlEvents) ? told.controlEvents : [],
          ...(told.recorders && { recorders: told.recorders }),
        }),
    };
    return verifyReport(input, part);
  };
