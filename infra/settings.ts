/** What a deployment must tell selfheal, read once from the environment at cold start. */
import type { Lane } from '../domain/finding.ts';
import * as z from '../domain/zod.ts';

const text = (charsMin: number) => z.string().check(z.minLength(charsMin));

const settingsSchema = z.object({
  /** Where selfheal itself lives. */
  AWS_REGION: text(1),
  SELFHEAL_HUB_ACCOUNT: z
    .string()
    .check(z.regex(/^[0-9]{12}$/, 'expected the 12-digit id of the account selfheal runs in')),
  SELFHEAL_TABLE: text(3),
  SELFHEAL_EVENT_BUS: text(1),
  SELFHEAL_WAKE_QUEUE_URL: z.url(),
  /** Where bad input is set aside. */
  SELFHEAL_REFUSED_QUEUE_URL: z.url(),
  /** What the platform engineer must know of selfheal itself is told there. */
  SELFHEAL_OPERATIONS_TOPIC: z
    .string()
    .check(z.regex(/^arn:[^:]+:sns:[^:]+:[0-9]{12}:[^:]+$/, 'expected the ARN of an SNS topic')),
  SELFHEAL_EXECUTOR_ROLE: z._default(z.string(), 'selfheal-executor'),
  SELFHEAL_EXTERNAL_ID: text(2),
  SELFHEAL_SWEEP_LANES: z._default(
    z
      .string()
      .check(
        z.regex(
          /^$|^[0-9]{12}\/[a-z0-9-]{4,25}(,[0-9]{12}\/[a-z0-9-]{4,25})*$/,
          'expected ACCOUNT/REGION with commas between them, or nothing',
        ),
      ),
    '',
  ),
  /** Where people open the pages; without it messages name commands only. */
  SELFHEAL_CONSOLE_URL: z._default(
    z
      .string()
      .check(
        z.regex(
          /^$|^https:\/\/[^/?#\s]+$|^http:\/\/(127\.0\.0\.1|localhost)(:\d{1,5})?$/,
          'expected https:// and a host name, without a path, or nothing',
        ),
      ),
    '',
  ),
});

export interface Settings {
  readonly region: string;
  readonly hubAccount: string;
  readonly tableName: string;
  readonly eventBusName: string;
  readonly wakeQueueUrl: string;
  readonly refusedQueueUrl: string;
  readonly operationsTopicArn: string;
  readonly executorRoleName: string;
  readonly externalId: string;
  /** Lanes that are swept although no aggregator gathers from them and no case is there. */
  readonly sweepLanes?: readonly Lane[];
  /** Where people open the pages, without a slash at its end; absent: there are none, and messages name commands only. */
  readonly consoleUrl?: string;
}

export const readSettings = (environment: Readonly<Record<string, string | undefined>>): Settings => {
  const parsed = settingsSchema.safeParse(environment);
  if (!parsed.success)
    throw new Error(
      `selfheal cannot start, its environment is incomplete:\n${parsed.error.issues
        .map(({ path, message }) => `  ${path.join('.')}: ${message}`)
        .join('\n')}`,
    );
  const e = parsed.data;
  return {
    region: e.AWS_REGION,
    hubAccount: e.SELFHEAL_HUB_ACCOUNT,
    tableName: e.SELFHEAL_TABLE,
    eventBusName: e.SELFHEAL_EVENT_BUS,
    wakeQueueUrl: e.SELFHEAL_WAKE_QUEUE_URL,
    refusedQueueUrl: e.SELFHEAL_REFUSED_QUEUE_URL,
    operationsTopicArn: e.SELFHEAL_OPERATIONS_TOPIC,
    executorRoleName: e.SELFHEAL_EXECUTOR_ROLE,
    externalId: e.SELFHEAL_EXTERNAL_ID,
    sweepLanes: e.SELFHEAL_SWEEP_LANES.split(',').flatMap((lane) => {
      const [account, region] = lane.split('/');
      return account && region ? [{ account, region }] : [];
    }),
    ...(e.SELFHEAL_CONSOLE_URL === '' ? {} : { consoleUrl: e.SELFHEAL_CONSOLE_URL }),
  };
};
