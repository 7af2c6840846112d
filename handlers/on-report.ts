/** A few minutes have passed, or an hour: selfheal is measured, or a week may have ended of which people hear. */
import middy from '@middy/core';
import type { Log } from '../domain/ports.ts';
import type { ReportJobs } from '../infra/compose-report.ts';
import { decodeReportOrder } from '../infra/report-orders.ts';

/** @throws an Error with the reason for what no schedule of ours sends: nothing of it is guessed. */
export const onReport = (jobs: ReportJobs, log: Log) =>
  middy(async (event: unknown) => {
    const decoded = decodeReportOrder(event);
    if (decoded.kind !== 'decoded')
      throw new Error(
        `selfheal-report was told nothing that it knows: ${decoded.kind === 'refused' ? decoded.reason : decoded.why}. Look at the rules that invoke it.`,
      );
    const done = await jobs[decoded.value]();
    log.info('report', { kind: decoded.value, ...done });
    return { kind: decoded.value, ...done };
  });
