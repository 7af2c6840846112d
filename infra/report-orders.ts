/** What the schedule tells the function `selfheal-report` to do: rules of EventBridge, each with one constant input. */
import * as z from '../domain/zod.ts';
import { type Decoded, problemsOf, refusedInput } from './eventbridge/decode.ts';

/** In the order in which they are documented. */
export const REPORT_ORDERS = ['measure', 'weekly'] as const;

export type ReportOrder = (typeof REPORT_ORDERS)[number];

const schema = z.strictObject({ kind: z.enum(REPORT_ORDERS) });

export const decodeReportOrder = (event: unknown): Decoded<ReportOrder> => {
  const parsed = schema.safeParse(event);
  return parsed.success
    ? { kind: 'decoded', value: parsed.data.kind }
    : refusedInput(problemsOf(parsed.error));
};
