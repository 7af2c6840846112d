/** Monday's report, put together: what it is made of, where it is kept and how people hear of it. */
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { createWeeklyJob, type WeeklyDone } from '../domain/report/weekly-job.ts';
import { type AppBase, type Connection, clientSettingsOf } from './compose-ports.ts';
import type { Documents } from './dynamodb/documents.ts';
import { createReportProgress } from './dynamodb/report-progress.ts';
import { reportingDeps } from './report/compose-reporting.ts';
import { reportToStore } from './report/make-report.ts';
import type { ReportSettings } from './report-settings.ts';
import { createReportBucket } from './s3/report-bucket.ts';
import type { Settings } from './settings.ts';
import { createAnnouncer } from './sns/announcer.ts';
import { topicArn } from './sns/topic-arn.ts';

export interface WeeklyParts {
  readonly settings: Settings;
  readonly reports: ReportSettings;
  readonly client: Documents;
  readonly connection?: Connection;
}

export const composeWeekly = (
  app: AppBase,
  { settings, reports: { topicArn: topic, bucket }, client, connection }: WeeklyParts,
): (() => Promise<WeeklyDone>) => {
  const aws = clientSettingsOf(settings, connection);
  const deps = reportingDeps({ settings, client, app });
  const { clock, log, metrics } = app.ports;
  const { consoleUrl } = settings;
  return createWeeklyJob({
    make: (week) => reportToStore(deps, week),
    reports: deps.reports,
    progress: createReportProgress({ client, tableName: settings.tableName }),
    ...(bucket !== undefined && {
      bucket: createReportBucket({
        s3: new S3Client(aws),
        bucket,
        owner: settings.hubAccount,
        ...(consoleUrl !== undefined && { consoleUrl }),
      }),
    }),
    message: async (report, around) => {
      const { reportMessage } = await import('./report/report-message.ts');
      return reportMessage(report, around, consoleUrl);
    },
    announcer: createAnnouncer({ sns: new SNSClient(aws), topicArn: (name) => topicArn(settings, name) }),
    topics: [topic],
    policy: app.policy,
    clock,
    log,
    metrics,
  });
};
