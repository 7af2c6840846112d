/** Applies a part of a saved plan: what only a person may do. */
import { Hono } from 'hono/tiny';
import { savedFindings } from '../../domain/preview/saved-plan.ts';
import * as z from '../../domain/zod.ts';
import { applyPlan } from '../apply-plan.ts';
import type { DecidingDeps } from '../http-deps.ts';
import { checked } from '../http-error.ts';
import { jsonBody } from '../json-body.ts';
import { operatorOf } from '../operator.ts';

const digest = z.string().check(z.minLength(1), z.maxLength(64));
const applySchema = z.strictObject({
  policyVersion: digest,
  catalog: digest,
  controls: digest,
  /** So few that a function is done with them in time. */
  findings: savedFindings.check(z.minLength(1), z.maxLength(25, 'expected 25 findings at most')),
  reason: z
    .string('say why: "reason" is text')
    .check(z.trim(), z.minLength(1, 'say why: it stays with every case'), z.maxLength(1_000)),
});

export const applyRoutes = (deps: DecidingDeps): Hono =>
  new Hono().post('/', async (context) => {
    const who = await operatorOf(context, deps);
    const { findings, reason, ...basis } = checked(applySchema, await jsonBody(context));
    return context.json({ applied: await applyPlan(deps, { basis, findings, who, reason }) });
  });
