/**
 * Reads "Config Rules Compliance Change" events, which come from outside and are believed in nothing: what
 * is of another kind is ignored, what is malformed is refused with the place and the reason.
 */

import type { ComplianceReport } from '../../domain/engine/intake.ts';
import { inert } from '../../domain/message.ts';
import { epochMs, instant, minuteMs } from '../../domain/time.ts';
import * as z from '../../domain/zod.ts';
import { type Decoded, ignored, parseEnvelope, problemsOf, refusedInput } from './decode.ts';

export const COMPLIANCE_CHANGE = 'Config Rules Compliance Change';

/** Text of one shape. */
const shaped = (shape: RegExp, expected: string) => z.string().check(z.regex(shape, expected));

const account = shaped(/^[0-9]{12}$/, 'expected a 12-digit account id');
const region = shaped(/^[a-z]{2}(-[a-z]+)+-[0-9]$/, 'expected an AWS Region code');
const timestamp = z.iso.datetime({ offset: true, error: 'expected an ISO 8601 time' });

const evaluationSchema = z.object({
  evaluationResultIdentifier: z.object({
    evaluationResultQualifier: z.object({
      configRuleName: z.string(),
      resourceType: z.string(),
      resourceId: z.string(),
    }),
  }),
  complianceType: z.enum(['COMPLIANT', 'NON_COMPLIANT', 'NOT_APPLICABLE', 'INSUFFICIENT_DATA']),
  resultRecordedTime: timestamp,
  configRuleInvokedTime: z.nullish(timestamp),
  annotation: z.nullish(z.string()),
});

const eventSchema = z.object({
  source: z.literal('aws.config', 'expected aws.config: only AWS may say what is compliant'),
  account,
  region,
  detail: z.object({
    awsAccountId: account,
    awsRegion: region,
    configRuleName: shaped(/^[\w .:/+=@-]{1,128}$/, 'expected a rule name of 1 to 128 characters'),
    configRuleARN: shaped(/^arn:[\w-]+:config:[\x21-\x7e]{1,512}$/, 'expected the ARN of a Config rule'),
    messageType: z.string(),
    resourceType: shaped(
      /^AWS::[A-Za-z0-9]*(::[A-Za-z0-9]+){1,2}$/,
      'expected a type such as AWS::S3::Bucket',
    ),
    resourceId: shaped(/^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]{1,768}$/u, 'expected 1 to 768 printable characters'),
    newEvaluationResult: evaluationSchema,
  }),
});

/**
 * @param body a message's body: the event as JSON text
 * @param nowMs what is recorded later than a little after it is refused: it would outrank every true word to come
 */
export const decodeComplianceChange = (
  body: string,
  { nowMs, redelivered }: { readonly nowMs: number; readonly redelivered: boolean },
): Decoded<ComplianceReport> => {
  const envelope = parseEnvelope(body);
  if (envelope.kind !== 'decoded') return envelope;
  const { value } = envelope;
  if (value['detail-type'] !== COMPLIANCE_CHANGE) return ignored(`not a ${COMPLIANCE_CHANGE}`);
  const messageType = messageTypeOf(value.detail);
  if (typeof messageType === 'string' && messageType !== 'ComplianceChangeNotification')
    return ignored(`message type ${messageType.slice(0, 60)}`);
  const parsed = eventSchema.safeParse(value);
  if (!parsed.success) return refusedInput(problemsOf(parsed.error));
  return reportOf(parsed.data, nowMs, redelivered);
};

const messageTypeOf = (detail: unknown): unknown =>
  typeof detail === 'object' && detail !== null && 'messageType' in detail ? detail.messageType : undefined;

const reportOf = (
  event: z.infer<typeof eventSchema>,
  nowMs: number,
  redelivered: boolean,
): Decoded<ComplianceReport> => {
  const { detail } = event;
  const { newEvaluationResult: result } = detail;
  const qualifier = result.evaluationResultIdentifier.evaluationResultQualifier;
  if (event.account !== detail.awsAccountId)
    return refusedInput(
      `detail.awsAccountId: ${detail.awsAccountId} is not the account the event came from, ${event.account}`,
    );
  if (event.region !== detail.awsRegion)
    return refusedInput(
      `detail.awsRegion: ${detail.awsRegion} is not the Region the event came from, ${event.region}`,
    );
  const [, , , arnRegion, arnAccount] = detail.configRuleARN.split(':');
  if (arnRegion !== event.region || arnAccount !== event.account)
    return refusedInput('detail.configRuleARN: names a rule of another account or Region than the event');
  for (const key of ['configRuleName', 'resourceType', 'resourceId'] as const)
    if (qualifier[key] !== detail[key])
      return refusedInput(`detail.newEvaluationResult: its ${key} is not the event's`);
  const recordedAt = asInstant(result.resultRecordedTime);
  const annotation = inert(result.annotation ?? '', ANNOTATION_CHARS_MAX).trim();
  if (epochMs(recordedAt) > nowMs + CLOCK_SKEW_MS_MAX)
    return refusedInput(`detail.newEvaluationResult.resultRecordedTime: ${recordedAt} is in the future`);
  return {
    kind: 'decoded',
    value: {
      account: detail.awsAccountId,
      origin: {
        region: detail.awsRegion,
        configRuleName: detail.configRuleName,
        configRuleArn: detail.configRuleARN,
      },
      resourceType: detail.resourceType,
      resourceId: detail.resourceId,
      evaluation: {
        compliance: result.complianceType,
        recordedAt,
        ...(result.configRuleInvokedTime ? { invokedAt: asInstant(result.configRuleInvokedTime) } : {}),
        ...(annotation ? { annotation } : {}),
      },
      redelivered,
    },
  };
};

const asInstant = (timestampText: string): string => instant(Date.parse(timestampText));

const CLOCK_SKEW_MS_MAX = 15 * minuteMs;
const ANNOTATION_CHARS_MAX = 256;
