/** A person decided on a plan. */
import middy from '@middy/core';
import * as z from 'zod';
import type { DecisionAnswer } from '../domain/engine/engine.ts';
import type { App } from '../infra/compose.ts';
import { problemsOf } from '../infra/eventbridge/decode.ts';

const decisionSchema = z.strictObject({
  caseId: z.string().min(1).max(64),
  planHash: z.string().regex(/^[0-9a-f]{64}$/, 'expected the whole plan hash: 64 hexadecimal digits'),
  answer: z.enum(['approve', 'deny']),
  /** The authenticated person; whoever invokes this has made sure of them. */
  who: z.string().min(1).max(200),
  reason: z.string().min(1, 'say why: a decision without a reason helps nobody later').max(1_000),
});

export const onDecision = (app: App) =>
  middy(async (request: unknown): Promise<DecisionAnswer> => {
    const parsed = decisionSchema.safeParse(request);
    if (!parsed.success) return { kind: 'refused', code: 'bad-request', reason: problemsOf(parsed.error) };
    const { caseId, ...decision } = parsed.data;
    return app.selfheal.decide(caseId, decision);
  });
