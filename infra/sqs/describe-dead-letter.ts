/**
 * What a message is about and why it lies there, each on one line: never the message itself, which may hold
 * what nobody wants in a terminal or a log.
 */
import type { Message } from '@aws-sdk/client-sqs';
import { inert } from '../../domain/message.ts';
import * as z from '../../domain/zod.ts';
import { REFUSED_QUEUE } from './queues.ts';

/**
 * Refused messages carry selfheal's reason; what EventBridge could not deliver carries its error; what a function
 * failed on carries nothing, and its log says more.
 */
export const reasonOf = (queue: string, { MessageAttributes = {} }: Message): string => {
  const attribute = (name: string): string | undefined => MessageAttributes[name]?.StringValue;
  const told = (text: string): string => inert(text, REASON_CHARS_MAX);
  if (queue === REFUSED_QUEUE) return told(attribute('reason') ?? 'refused without a reason');
  const code = attribute('ERROR_CODE');
  if (code !== undefined)
    return told(`EventBridge could not deliver it: ${code}: ${attribute('ERROR_MESSAGE') ?? 'no message'}`);
  return 'the function failed on it each time it came: its log says why';
};

/** @example describeBody('{"caseId":"0k3v9x1q7m2p5t8a-1"}') // 'wake-up of case 0k3v9x1q7m2p5t8a-1' */
export const describeBody = (body: string): string => {
  const read = bodySchema.safeParse(parsed(body));
  return inert(read.success ? (describe(read.data) ?? unknown(body)) : unknown(body), SUMMARY_CHARS_MAX);
};

const describe = (body: Body): string | undefined => {
  if (body.caseId !== undefined) return `wake-up of case ${body.caseId}`;
  if (body.lane !== undefined) return `wake-up of lane ${body.lane.account}/${body.lane.region}`;
  if (body.kind === 'sweep') return 'order for a sweep';
  if (body.kind === 'lapsing-exemptions') return 'order to tell which exemptions lapse';
  const { detail } = body;
  if (detail === undefined) return undefined;
  const where = `${body.account ?? 'no account'} ${body.region ?? 'no Region'}`;
  if (detail.ExecutionId !== undefined)
    return `execution ${detail.ExecutionId} is ${detail.Status ?? 'of no status'}, ${where}`;
  if (detail.configRuleName !== undefined)
    return `${detail.configRuleName} says ${detail.newEvaluationResult?.complianceType ?? 'nothing'} of ${detail.resourceType ?? 'no type'} ${detail.resourceId ?? 'no id'}, ${where}`;
  return body['detail-type'] === undefined ? undefined : `${body['detail-type']}, ${where}`;
};

const unknown = (body: string): string =>
  parsed(body) === undefined
    ? `no JSON, ${body.length} characters`
    : `no message of selfheal's, ${body.length} characters`;

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

/** What is of another kind is left out, so that the rest can still be told. (`z.catch` would add 8 KB.) */
const ifSo = <T>(schema: z.ZodMiniType<T>) =>
  z.optional(
    z.pipe(
      z.unknown(),
      z.transform((value): T | undefined => schema.safeParse(value).data),
    ),
  );
const text = ifSo(z.string());
const bodySchema = z.object({
  kind: text,
  caseId: text,
  lane: ifSo(z.object({ account: z.string(), region: z.string() })),
  account: text,
  region: text,
  'detail-type': text,
  detail: ifSo(
    z.object({
      configRuleName: text,
      resourceType: text,
      resourceId: text,
      ExecutionId: text,
      Status: text,
      newEvaluationResult: ifSo(z.object({ complianceType: text })),
    }),
  ),
});
type Body = z.infer<typeof bodySchema>;

const REASON_CHARS_MAX = 300;
const SUMMARY_CHARS_MAX = 200;
