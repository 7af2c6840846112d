/** What people ask of weekly reports: to see one, to see the cases behind a figure, and whether it can be trusted. */
import { accountName } from '../../domain/policy/account-name.ts';
import { PortError } from '../../domain/ports.ts';
import { rowAsOf } from '../../domain/report/as-of.ts';
import type { CaseRow } from '../../domain/report/case-row.ts';
import type { FigureName } from '../../domain/report/figures.ts';
import { countedIn } from '../../domain/report/heads.ts';
import { reportSpan, rowsSince } from '../../domain/report/make-weekly-report.ts';
import type { ReportStore } from '../../domain/report/report-ports.ts';
import type { FoundReport } from '../../domain/report/stored-report.ts';
import type { Verification, VerifyPart } from '../../domain/report/verify-report.ts';
import { type Week, weekNamed } from '../../domain/report/week.ts';
import type { Dimension, WeeklyReport } from '../../domain/report/weekly-report.ts';
import type { Instant } from '../../domain/time.ts';
import { type ReportDeps, weeklyReport } from './make-report.ts';

export interface ReportingDeps extends ReportDeps {
  readonly reports: ReportStore;
}

export interface ShownReport {
  readonly report: WeeklyReport;
  /** As it was stored and told; else it was made now. */
  readonly isStored: boolean;
}

/** A case behind a figure, as it was at the end of what the report tells of. */
export interface CaseBehind {
  readonly row: CaseRow;
  /** What the policy calls its account; undefined where it has no name for it. */
  readonly accountName: string | undefined;
}

export interface Reporting {
  /** The one that was stored; else one that is made now. */
  shown(week: Week): Promise<ShownReport>;
  /** The cases that a figure counts, the newest first: of the whole, or of one group. */
  casesBehind(
    week: Week,
    figure: FigureName,
    group?: { readonly by: Dimension; readonly key: string },
  ): Promise<readonly CaseBehind[]>;
  /**
   * Makes everything again from the cases.
   *
   * @param until as of then, to hold a report against it that was made while the week ran
   * @param part only that of it, where all would take too long
   */
  verify(week: Week, until?: Instant, part?: VerifyPart): Promise<Verification>;
}

/** But for verifying, which is asked for rarely and reads every case again: `createVerify`. */
export const createReporting = (deps: ReportingDeps): Omit<Reporting, 'verify'> => ({
  shown: async (week) => {
    const { stored, doubt } = await storedOf(deps.reports, week.id);
    if (stored !== undefined && doubt === undefined) return { report: stored.report, isStored: true };
    const made = await weeklyReport(deps, week);
    return {
      report: doubt === undefined ? made : { ...made, doubts: [madeAnew(doubt), ...made.doubts] },
      isStored: false,
    };
  },

  casesBehind: async (asked, figure, group) => {
    const { stored } = await storedOf(deps.reports, asked.id);
    // The policy may name another zone by now: a figure is of the week that it was counted in.
    const week = inZoneOf(stored, asked) ?? asked;
    const span = reportSpan(week, deps.now());
    const { policy } = deps.policy();
    const behind: CaseBehind[] = [];
    for await (const whole of deps.rows.rows(rowsSince(week))) {
      const row = rowAsOf(whole, span.to);
      if (row !== undefined && countedIn(row, figure, span, group && { ...group, catalog: deps.catalog }))
        behind.push({ row, accountName: accountName(policy, row.account) });
    }
    return behind.sort(newestFirst);
  },
});

/** What is stored and cannot be read is no report, and a doubt; what does not answer is nobody's fault. */
export const storedOf = async (
  reports: ReportStore,
  week: string,
): Promise<{ readonly stored?: FoundReport; readonly doubt?: string }> => {
  try {
    const stored = await reports.get(week);
    return { ...(stored && { stored }), ...(stored?.doubt !== undefined && { doubt: stored.doubt }) };
  } catch (error) {
    if (error instanceof PortError && error.code === 'MalformedItem') return { doubt: error.message };
    throw error;
  }
};

/** Undefined where it names no zone that there is: then its week is not the one that was made. */
export const inZoneOf = (found: FoundReport | undefined, { id }: Week): Week | undefined => {
  try {
    return found && weekNamed(id, found.report.week.timezone);
  } catch {
    return undefined;
  }
};

const madeAnew = (doubt: string): string =>
  `The stored report of this week cannot be trusted (${doubt}), so this one was made anew from the cases: selfheal report --verify tells more.`;

const newestFirst = ({ row: left }: CaseBehind, { row: right }: CaseBehind): number =>
  right.openedAt.localeCompare(left.openedAt) || left.id.localeCompare(right.id);
