/** Reports are asked for now and then: what makes them is read when the first is. */
import { onceLoaded } from '../links/once-loaded.ts';
import type { ReportingParts } from './compose-reporting.ts';
import type { Reporting } from './reporting.ts';

export const reportingOnDemand = (parts: ReportingParts): Reporting => {
  const loaded = onceLoaded(async () => (await import('./compose-reporting.ts')).composeReporting(parts));
  const verify = onceLoaded(async () => (await import('./compose-verify.ts')).composeVerify(parts));
  return {
    shown: async (week) => (await loaded()).shown(week),
    casesBehind: async (...asked) => (await loaded()).casesBehind(...asked),
    verify: async (...asked) => (await verify())(...asked),
  };
};
