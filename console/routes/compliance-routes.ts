/** What Config says of every rule, lane by lane: a whole organization takes longer than one answer may. */
import { Hono } from 'hono/tiny';
import { entriesServed } from '../../domain/compliance/entries-served.ts';
import { remediationOf } from '../../domain/compliance/remediation.ts';
import { dayMs, plusMs } from '../../domain/time.ts';
import * as z from '../../domain/zod.ts';
import type { OperatingDeps } from '../http-deps.ts';
import { checked } from '../http-error.ts';

const laneSchema = z.strictObject({
  account: z.string().check(z.regex(/^[0-9]{12}$/, 'expected a 12-digit account id')),
  region: z.string().check(z.regex(/^[a-z]{2,3}(-[a-z]{2,12}){1,3}-[0-9]{1,2}$/, 'expected a Region')),
});

/** API Gateway takes 10 KB of address and headers. */
const RULES_MAX = 50;
const querySchema = z.strictObject({
  rule: z.optional(
    z
      .array(z.string().check(z.minLength(1), z.maxLength(128)))
      .check(z.maxLength(RULES_MAX, `expected ${RULES_MAX} rules at most`)),
  ),
});

/** Closed cases are listed that long at least. */
const DAYS = 30;

export const complianceRoutes = ({ app }: OperatingDeps): Hono => {
  const { operations, ports, catalog } = app;
  return new Hono()
    .get('/lanes', async (context) => {
      checked(z.strictObject({}), context.req.queries());
      return context.json(await operations.compliance.lanes());
    })
    .get('/lanes/:account/:region', async (context) => {
      const lane = checked(laneSchema, context.req.param());
      const { rule } = checked(querySchema, context.req.queries());
      return context.json(await operations.compliance.read(lane, rule));
    })
    .get('/lanes/:account/:region/recorded', async (context) => {
      const lane = checked(laneSchema, context.req.param());
      return context.json(entriesServed(await operations.recorded(lane), app.policy(), catalog));
    })
    .get('/remediation', async (context) => {
      const to = ports.clock.now();
      const from = plusMs(to, -DAYS * dayMs);
      return context.json(await remediationOf(operations.rows.rows(from), { from, to }));
    });
};
