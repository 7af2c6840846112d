import { composePorts } from '../../infra/compose-ports.ts';
import { composeReport } from '../../infra/compose-report.ts';
import { readReportSettings } from '../../infra/report-settings.ts';
import { followPolicyIfPossible, publishMetrics, settings, surroundings } from '../cold-start.ts';
import { onReport } from '../on-report.ts';

const reports = readReportSettings(process.env);
const jobs = composeReport(composePorts(settings, surroundings), settings, { ...surroundings, reports });

export const handler = onReport(jobs, surroundings.log).use(publishMetrics).use(followPolicyIfPossible);
