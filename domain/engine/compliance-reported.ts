/** Config reports; each report is answered on its own, so that one that fails harms no other. */
import { findingId } from '../finding.ts';
import {
  type ComplianceReport,
  findingOf,
  type IntakeOptions,
  type IntakeResult,
  reportCompliance,
} from './intake.ts';
import { recentReports } from './recent-reports.ts';
import { eachSettled, type Settled } from './settled.ts';
import type { Engine } from './tell.ts';

export type ComplianceReported = (
  reports: readonly ComplianceReport[],
) => Promise<readonly Settled<IntakeResult>[]>;

/** One for a process: it remembers what it has lately seen through. */
export const complianceReported = (engine: Engine, options: IntakeOptions): ComplianceReported => {
  const recent = recentReports();
  return async (reports) => {
    const settled = await eachSettled(
      engine.ports,
      reports,
      async (session, report): Promise<IntakeResult> => {
        if (!report.redelivered && recent.has(report)) return { kind: 'nothing-to-do' };
        return reportCompliance(engine, session, report, options);
      },
      { concurrent: (report) => findingId(findingOf(report)) },
    );
    // Only what was seen through to the end, the sending included, may be skipped the next time.
    reports.forEach((report, n) => {
      if (settled[n]?.ok) recent.add(report);
    });
    return settled;
  };
};
