/** The recorded cases decided again by another policy. A POST because a policy is long; it changes nothing. */
import { Hono } from 'hono/tiny';
import { createBacktester } from '../../domain/preview/backtest.ts';
import * as z from '../../domain/zod.ts';
import { caseFilter } from '../case-query.ts';
import type { HttpDeps } from '../http-deps.ts';
import { checked } from '../http-error.ts';
import { jsonBody } from '../json-body.ts';
import { sealedBook } from '../sealed-book.ts';

const text = z.optional(z.string().check(z.minLength(1), z.maxLength(256)));
const backtestSchema = z.strictObject({
  /** Sealed by whoever can read YAML. */
  policy: z.string('expected a sealed policy'),
  /** A date, a time, or how long ago. */
  since: text,
  rule: text,
  account: text,
});

export const backtestRoutes = ({ app, nowMs }: HttpDeps): Hono =>
  new Hono().post('/', async (context) => {
    const { policy, ...query } = checked(backtestSchema, await jsonBody(context));
    const asked = Object.entries({ since: SINCE, ...query }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value] as const],
    );
    const filter = caseFilter(Object.fromEntries(asked), nowMs());
    const backtester = createBacktester(sealedBook(policy), app.catalog);
    // By the machine's time: the clock of the cases may run faster.
    const until = performance.now() + READING_MS_MAX;
    let complete = true;
    for await (const about of app.ports.cases.list(filter)) {
      backtester.add(about);
      if (performance.now() >= until) {
        complete = false;
        break;
      }
    }
    return context.json({ since: filter.since ?? null, complete, ...backtester.result() });
  });

const SINCE = '30d';
/** API Gateway waits for 30 s. */
const READING_MS_MAX = 20_000;
