/** What is done on a schedule, or when somebody asks for it: the messages in the queue `selfheal-scheduled`. */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SweepOrder } from '../../domain/sweep/sweep-order.ts';
import * as z from '../../domain/zod.ts';
import { calling } from '../aws-errors.ts';
import { type Decoded, problemsOf, refusedInput } from '../eventbridge/decode.ts';

export type ScheduledOrder =
  | { readonly kind: 'sweep'; readonly sweep: SweepOrder }
  /** People are told which exemptions end soon. */
  | { readonly kind: 'lapsing-exemptions' };

export interface ScheduledOrders {
  sweep(order: SweepOrder): Promise<void>;
}

export const createScheduledOrders = ({
  sqs,
  queueUrl,
}: {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
}): ScheduledOrders => ({
  sweep: async (order) => {
    await calling('sqs:SendMessage', () =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify({ kind: 'sweep', ...order }),
        }),
      ),
    );
  },
});

const names = (pattern: RegExp, message: string) =>
  z.exactOptional(
    z.array(z.string().check(z.regex(pattern, message))).check(z.minLength(1), z.maxLength(NAMES_MAX)),
  );
const NAMES_MAX = 100;

/** What a person may name; the HTTP API takes the same. */
export const sweepScopeShape = {
  accounts: names(/^[0-9]{12}$/, 'expected the 12 digits of an account id'),
  regions: names(/^[a-z]{2}(-[a-z]+)+-[0-9]$/, 'expected a Region, such as eu-central-1'),
  rules: names(/^[\w.:/-]{1,128}$/, 'expected the name or the identifier of a Config rule'),
};

const orderSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('sweep'),
    /** Absent when a schedule sent it. */
    id: z.exactOptional(z.string().check(z.regex(/^[\w-]{1,100}$/))),
    who: z.exactOptional(z.string().check(z.maxLength(200))),
    only: z.exactOptional(z.strictObject(sweepScopeShape)),
  }),
  z.strictObject({ kind: z.literal('lapsing-exemptions') }),
]);

/** @param messageId names a sweep that came without a name of its own */
export const decodeScheduled = (body: string, messageId: string): Decoded<ScheduledOrder> => {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return refusedInput('not JSON');
  }
  const parsed = orderSchema.safeParse(value);
  if (!parsed.success) return refusedInput(problemsOf(parsed.error));
  if (parsed.data.kind === 'lapsing-exemptions') return { kind: 'decoded', value: parsed.data };
  const { kind, id = messageId, ...rest } = parsed.data;
  return { kind: 'decoded', value: { kind, sweep: { id, ...rest } } };
};
