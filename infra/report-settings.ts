/** Where weekly reports go, read once from the environment of the function that makes them. */
import * as z from '../domain/zod.ts';

export interface ReportSettings {
  /** People hear of each week there. */
  readonly topicArn: string;
  /** Name of the bucket in which reports are kept; absent: they are in the table alone. */
  readonly bucket?: string;
}

const schema = z.object({
  SELFHEAL_REPORTS_TOPIC: z
    .string()
    .check(z.regex(/^arn:[^:]+:sns:[^:]+:[0-9]{12}:[^:]+$/, 'expected the ARN of an SNS topic')),
  SELFHEAL_REPORT_BUCKET: z._default(
    z
      .string()
      .check(z.regex(/^$|^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket, or nothing')),
    '',
  ),
});

export const readReportSettings = (
  environment: Readonly<Record<string, string | undefined>>,
): ReportSettings => {
  const parsed = schema.safeParse(environment);
  if (!parsed.success)
    throw new Error(
      `selfheal-report cannot start, its environment is incomplete:\n${parsed.error.issues
        .map(({ path, message }) => `  ${path.join('.')}: ${message}`)
        .join('\n')}`,
    );
  const { SELFHEAL_REPORTS_TOPIC: topicArn, SELFHEAL_REPORT_BUCKET: bucket } = parsed.data;
  return { topicArn, ...(bucket !== '' && { bucket }) };
};
