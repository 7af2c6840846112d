/**
 * Remembers which reports this process has already seen through to the end, so that the same report coming
 * again costs nothing. Only a shortcut: a process that remembers nothing finds the same out from the case.
 */
import type { ComplianceReport } from './intake.ts';

export interface RecentReports {
  has(report: ComplianceReport): boolean;
  add(report: ComplianceReport): void;
}

export const recentReports = (countMax = 20_000): RecentReports => {
  const seen = new Set<string>();
  return {
    has: (report) => seen.has(fingerprint(report)),
    add: (report) => {
      seen.add(fingerprint(report));
      if (seen.size <= countMax) return;
      const [oldest] = seen;
      if (oldest !== undefined) seen.delete(oldest);
    },
  };
};

const fingerprint = ({ account, origin, resourceType, resourceId, evaluation }: ComplianceReport): string =>
  JSON.stringify([
    account,
    origin.region,
    origin.configRuleName,
    resourceType,
    resourceId,
    evaluation.recordedAt,
    evaluation.compliance,
  ]);
