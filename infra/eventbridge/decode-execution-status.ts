/** Reads SSM's "Execution Status-change" events: which execution, and the status it says. Both are checked with SSM. */

import type { ExecutionStatusReport } from '../../domain/engine/engine.ts';
import * as z from '../../domain/zod.ts';
import { type Decoded, ignored, parseEnvelope, problemsOf, refusedInput } from './decode.ts';

export const EXECUTION_STATUS_CHANGE = 'EC2 Automation Execution Status-change Notification';

const eventSchema = z.object({
  source: z.literal('aws.ssm', 'expected aws.ssm'),
  detail: z.object({
    ExecutionId: z.string().check(z.regex(/^[0-9a-fA-F-]{36}$/, 'expected an execution id of 36 characters')),
    // Any word: AWS adds statuses, and one that we do not know is for the engine to judge.
    Status: z.string().check(z.regex(/^[\w -]{1,100}$/, 'expected a status of 1 to 100 letters')),
  }),
});

export const decodeExecutionStatus = (body: string): Decoded<ExecutionStatusReport> => {
  const envelope = parseEnvelope(body);
  if (envelope.kind !== 'decoded') return envelope;
  if (envelope.value['detail-type'] !== EXECUTION_STATUS_CHANGE)
    return ignored(`not an ${EXECUTION_STATUS_CHANGE}`);
  const parsed = eventSchema.safeParse(envelope.value);
  if (!parsed.success) return refusedInput(problemsOf(parsed.error));
  const { ExecutionId, Status } = parsed.data.detail;
  return { kind: 'decoded', value: { executionId: ExecutionId.toLowerCase(), status: Status } };
};
