/** Weekly reports as the API tells them. */
import type { Case } from '../domain/case/case.ts';
import type { FigureName } from '../domain/report/figures.ts';
import type { Dimension, WeeklyReport } from '../domain/report/weekly-report.ts';
import type { Instant } from '../domain/time.ts';
import type { CaseBehind } from '../infra/report/reporting.ts';

export interface ReportAnswer {
  readonly report: WeeklyReport;
  /** True for the one that was stored and told; else it was made for this answer. */
  readonly isStored: boolean;
  /** Where people open the pages; null where there are none. */
  readonly consoleUrl: string | null;
}

export interface CasesAnswer {
  readonly week: string;
  readonly figure: FigureName;
  readonly title: string;
  readonly definition: string;
  readonly by: Dimension | null;
  readonly key: string | null;
  /** All of them; `cases` has those from `offset` on, at most `limit`. */
  readonly total: number;
  readonly offset: number;
  readonly cases: readonly CaseLine[];
}

/** As of the end of what the report tells of. */
export interface CaseLine {
  readonly id: string;
  readonly account: string;
  readonly accountName: string | null;
  readonly region: string;
  readonly rule: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly severity: Case['severity'] | null;
  readonly owner: string | null;
  readonly openedAt: Instant;
  readonly closedAt: Instant | null;
  readonly closedAs: string | null;
  readonly attempts: number;
  /** The case's page. */
  readonly link: string;
}

/** @param base of the console, without a slash at its end */
export const caseLine = ({ row, accountName }: CaseBehind, base: string): CaseLine => {
  const routed = row.routed.at(-1);
  return {
    id: row.id,
    account: row.account,
    accountName: accountName ?? null,
    region: row.region,
    rule: row.rule,
    resourceType: row.resourceType,
    resourceId: row.resourceId,
    severity: routed?.severity ?? null,
    owner: routed?.owner ?? null,
    openedAt: row.openedAt,
    closedAt: row.closed?.at ?? null,
    closedAs: row.closed?.as ?? null,
    attempts: row.attempts.length,
    link: `${base}/cases/${encodeURIComponent(row.id)}`,
  };
};
