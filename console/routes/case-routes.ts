/** Cases over HTTP: look at them, decide on one, close one. */
import type { Context } from 'hono';
import { Hono } from 'hono/tiny';
import type { Case } from '../../domain/case/case.ts';
import type { DecisionAnswer, PersonsDecision, StartWish } from '../../domain/engine/by-people.ts';
import { groupsOf } from '../../domain/identity.ts';
import { type Instant, instant } from '../../domain/time.ts';
import * as z from '../../domain/zod.ts';
import { type CaseSummary, caseJson, caseSummary, caseSummaryFor } from '../case-json.ts';
import { caseFilter } from '../case-query.ts';
import type { DecidingDeps, HttpDeps } from '../http-deps.ts';
import { checked, HttpError } from '../http-error.ts';
import { jsonBody } from '../json-body.ts';
import { operatorOf } from '../operator.ts';
import { askedBy } from '../who-is.ts';

const reason = z
  .string('say why: "reason" is text')
  .check(
    z.trim(),
    z.minLength(1, 'say why: a decision without a reason helps nobody later'),
    z.maxLength(1_000, 'the reason is longer than 1,000 characters'),
  );

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
const time = z
  .string('expected a time such as 2026-11-22T01:00:00Z')
  .check(
    z.refine(
      (text) => TIME.test(text) && !Number.isNaN(Date.parse(text)),
      'expected a time such as 2026-11-22T01:00:00Z',
    ),
  );

const decisionSchema = z.strictObject({
  planHash: z
    .string('expected the plan hash that you looked at')
    .check(z.regex(/^[0-9a-f]{64}$/, 'expected the whole plan hash: 64 hexadecimal digits')),
  answer: z.enum(['approve', 'deny'], 'expected approve or deny'),
  /** Whether the case needs one is for the domain to say: to approve what is not critical is no riddle. */
  reason: z.optional(
    z
      .string('"reason" is text')
      .check(z.trim(), z.maxLength(1_000, 'the reason is longer than 1,000 characters')),
  ),
  start: z.optional(
    z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('next-window'),
        window: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
      }),
      z.strictObject({ kind: z.literal('not-before'), at: time }),
    ]),
  ),
  exemptUntil: z.optional(time),
});

const closeSchema = z.strictObject({ reason });

export const caseRoutes = ({ app, nowMs, whoIs }: HttpDeps): Hono =>
  new Hono()
    .get('/', async (context) => {
      const found: Case[] = [];
      for await (const about of app.ports.cases.list(caseFilter(context.req.query(), nowMs())))
        found.push(about);
      const summary = await summariesFor(context, { app, whoIs });
      return context.json(found.sort(newestFirst).map(summary));
    })
    .get('/:id', async (context) => {
      const about = await app.ports.cases.get(context.req.param('id'));
      if (about === undefined) throw noSuchCase();
      const summary = await summariesFor(context, { app, whoIs });
      return context.json(caseJson(about, await app.ports.controls.read(), app.catalog, summary(about)));
    });

/**
 * What there is to tell of a case to whoever asks. Looking takes nobody's name here: who cannot be known, or by a
 * policy that cannot be trusted, is told nothing about themselves.
 */
const summariesFor = async (
  context: Context,
  { app, whoIs }: Pick<HttpDeps, 'app' | 'whoIs'>,
): Promise<(about: Case) => CaseSummary> => {
  const who = await whoIs(context).catch(() => undefined);
  const { policy, doubt } = app.policy();
  if (who === undefined || doubt !== undefined) return (about) => caseSummary(about, policy);
  const person = { who: who.name, groups: groupsOf(who, policy.groups) };
  return (about) => caseSummaryFor(about, person, policy);
};

/** What only a person may do. */
export const caseDecisionRoutes = ({ app, whoIs }: DecidingDeps): Hono =>
  new Hono()
    .post('/:id/decision', async (context) => {
      const who = await askedBy(context, { whoIs });
      const wish = checked(decisionSchema, await jsonBody(context));
      const answer = await app.selfheal.decide(context.req.param('id'), {
        ...decisionOf(wish),
        who,
      });
      return context.json(done(answer));
    })
    .post('/:id/close', async (context) => {
      const who = await operatorOf(context, { app, whoIs });
      const { reason: why } = checked(closeSchema, await jsonBody(context));
      return context.json(done(await app.selfheal.close(context.req.param('id'), who, why)));
    });

type Wish = z.output<typeof decisionSchema>;

/** What does not belong to the answer is refused: whoever wrote it means something that would not happen. */
const decisionOf = ({
  planHash,
  answer,
  reason: why = '',
  start,
  exemptUntil,
}: Wish): Omit<PersonsDecision, 'who'> => {
  if (answer === 'deny' && start !== undefined)
    throw new HttpError(400, 'bad-request', 'nothing starts when it is denied: leave "start" out', 'start');
  if (answer === 'approve' && exemptUntil !== undefined)
    throw new HttpError(
      400,
      'bad-request',
      'what is exempt is not healed: deny it, or leave "exemptUntil" out',
      'exemptUntil',
    );
  return {
    planHash,
    answer,
    reason: why,
    ...(start === undefined ? {} : { start: startOf(start) }),
    ...(exemptUntil === undefined ? {} : { exemptUntil: utc(exemptUntil) }),
  };
};

const startOf = (start: NonNullable<Wish['start']>): StartWish => {
  if (start.kind === 'not-before') return { ...start, at: utc(start.at) };
  const { window } = start;
  return window === undefined ? { kind: 'next-window' } : { kind: 'next-window', window };
};

const utc = (time: string): Instant => instant(Date.parse(time));

const newestFirst = (left: Case, right: Case): number =>
  left.openedAt === right.openedAt
    ? left.id.localeCompare(right.id)
    : right.openedAt.localeCompare(left.openedAt);

export const noSuchCase = (): HttpError =>
  new HttpError(404, 'no-such-case', 'there is no such case; selfheal cases lists them');

const done = (answer: DecisionAnswer): { readonly caseId: string; readonly state: string } => {
  if (answer.kind === 'done') return { caseId: answer.caseId, state: answer.state };
  if (answer.code === 'no-such-case') throw noSuchCase();
  throw new HttpError(409, answer.code, answer.reason);
};
