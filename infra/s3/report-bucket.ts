/**
 * Weekly reports in a bucket, for whoever keeps evidence: the report as JSON, and as a page that needs no other file.
 *
 *   weekly/2026-W47.json
 *   weekly/2026-W47.html
 *
 * The page is put last: where it is, all of it is. Putting the same report again puts the same bytes.
 */
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ReportBucket } from '../../domain/report/weekly-job.ts';
import type { WeeklyReport } from '../../domain/report/weekly-report.ts';
import { calling } from '../aws-errors.ts';
import { reportLinks } from '../report/report-links.ts';

export interface ReportBucketOptions {
  readonly s3: Pick<S3Client, 'send'>;
  readonly bucket: string;
  /** Account that the bucket must belong to: a name that was given up may be anybody's. */
  readonly owner: string;
  /** Where the figures' links lead, without a slash at its end; absent: there are no pages, and no links. */
  readonly consoleUrl?: string;
}

export const createReportBucket = ({ s3, bucket, owner, consoleUrl }: ReportBucketOptions): ReportBucket => {
  const put = (key: string, contentType: string, body: string): Promise<unknown> =>
    calling('s3:PutObject', () =>
      s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: body,
          ContentType: contentType,
          ExpectedBucketOwner: owner,
        }),
      ),
    );
  return {
    name: `s3://${bucket}`,
    at: (week) => `s3://${bucket}/${keyOf(week, 'html')}`,
    put: async (report) => {
      const page = await pageOf(report, consoleUrl);
      await put(keyOf(report.week.id, 'json'), 'application/json', `${JSON.stringify(report, null, 2)}\n`);
      await put(keyOf(report.week.id, 'html'), 'text/html; charset=utf-8', page);
    },
  };
};

/** The stack lets the function write under this and nowhere else. */
export const REPORTS_PREFIX = 'weekly/';

const keyOf = (week: string, ending: 'html' | 'json'): string => `${REPORTS_PREFIX}${week}.${ending}`;

const pageOf = async (report: WeeklyReport, consoleUrl: string | undefined): Promise<string> => {
  const { renderHtml } = await import('../report/render-html.ts');
  const links = consoleUrl === undefined ? () => undefined : reportLinks(report.week.id, consoleUrl);
  return renderHtml(report, { links, variant: 'print' });
};
