/**
 * What the form of a case's page is sent to. It needs a visit, the form's own word for that visit, and the hash of
 * the plan that was on the page. What was taken is told by the case's own page (post, redirect, get): sent twice, or
 * looked at again by the back button, it changes nothing more. What was not is told where it can be mended.
 */
import type { Context } from 'hono';
import { Hono } from 'hono/tiny';
import type { ByPeople, PersonsDecision } from '../../domain/engine/by-people.ts';
import { accountName, accountText } from '../../domain/policy/account-name.ts';
import { localEnd } from '../../domain/policy/local-time.ts';
import { instant } from '../../domain/time.ts';
import * as z from '../../domain/zod.ts';
import type { DecidingDeps } from '../http-deps.ts';
import { HttpError } from '../http-error.ts';
import { csrfHolds, type Session } from '../identity/session.ts';
import type { Filled, Refusal } from '../page/decision-fields.ts';
import { noSuchCasePage } from '../page/layout.ts';
import { notSignedInPage } from '../page/not-opened-page.ts';
import { type RefusedPageParts, refusedPage } from '../page/refused-page.ts';

export const decisionFormRoutes = (deps: DecidingDeps): Hono =>
  new Hono().post('/:id/decision', async (context) => {
    const id = context.req.param('id');
    const session = await deps.sessionOf(context);
    const fields = new URLSearchParams(await context.req.text());
    if (session === undefined)
      return context.html(notSignedInPage(id, fields.get('reason') ?? undefined), 401);
    const { csrf, ...sent } = formIn(fields);
    const filled = { reason: sent.reason, start: sent.start, exemptUntil: sent.exemptUntil };
    if (!csrfHolds(session, csrf))
      return refuse(deps, context, id, session, {
        status: 403,
        refusal: {
          code: 'foreign-form',
          reason:
            'this form is not of your visit, or of an earlier one: look at the plan again, and decide anew',
          filled,
        },
      });
    const wish = decisionOf(sent, session, deps.app.policy().policy.timezone);
    const answer = 'code' in wish ? wish : await decided(deps.app.selfheal, id, wish);
    if (answer === undefined) return context.redirect(`/cases/${encodeURIComponent(id)}`, 303);
    const status = STATUS_OF[answer.code] ?? 409;
    return refuse(deps, context, id, session, {
      status,
      refusal: { ...answer, filled },
      ...(MENDABLE.has(status) && { mendablePlan: sent.planHash }),
    });
  });

const field = (charsMax: number) => z._default(z.string().check(z.maxLength(charsMax)), '');

const formSchema = z.strictObject({
  csrf: field(200),
  planHash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  /** `none`: of the button that Enter presses. */
  answer: z.enum(['approve', 'deny', 'none']),
  reason: field(4_000),
  start: z._default(z.enum(['now', 'next-window']), 'now'),
  exemptUntil: field(40),
});

type Form = z.infer<typeof formSchema>;

/** Each field once, and no other: what no page of ours sends is not guessed at. */
const formIn = (fields: URLSearchParams): Form => {
  const names = [...fields.keys()];
  const parsed = formSchema.safeParse(Object.fromEntries(fields));
  if (parsed.success && new Set(names).size === names.length) return parsed.data;
  throw new HttpError(
    400,
    'bad-request',
    'this is not the form of a case: look at its page again, and decide there',
  );
};

type Why = Pick<Refusal, 'code' | 'reason'>;

const decisionOf = (
  { planHash, answer, reason, start, exemptUntil }: Filled & Pick<Form, 'planHash' | 'answer'>,
  { identity }: Session,
  timezone: string,
): PersonsDecision | Why => {
  if (answer === 'none')
    return { code: 'no-answer', reason: 'you have not said which: press Approve or Deny' };
  const decision = { planHash, answer, who: identity, reason: reason.replace(/\s+/g, ' ').trim() };
  if (decision.reason.length > REASON_CHARS_MAX)
    return { code: 'reason-too-long', reason: 'the reason is longer than 1,000 characters: say it shorter' };
  if (answer === 'approve') {
    if (exemptUntil !== '')
      return {
        code: 'exemption-refused',
        reason: 'you approved, and gave a date until which to leave it alone: do one of the two',
      };
    return start === 'next-window' ? { ...decision, start: { kind: 'next-window' } } : decision;
  }
  if (exemptUntil === '') return decision;
  const until = DATE.test(exemptUntil) ? localEnd(exemptUntil, timezone) : undefined;
  return until === undefined
    ? { code: 'exemption-refused', reason: 'that is no date: write it as 2026-12-31, or leave it out' }
    : { ...decision, exemptUntil: until };
};

/** Undefined when it was taken. */
const decided = async (
  selfheal: Pick<ByPeople, 'decide'>,
  id: string,
  decision: PersonsDecision,
): Promise<Why | undefined> => {
  const answer = await selfheal.decide(id, decision);
  return answer.kind === 'done' ? undefined : answer;
};

interface Refused extends Pick<RefusedPageParts, 'refusal' | 'mendablePlan'> {
  readonly status: 403 | 409 | 422 | 503;
}

const refuse = async (
  deps: DecidingDeps,
  context: Context,
  id: string,
  session: Session,
  { status, ...refused }: Refused,
): Promise<Response> => {
  const { ports, policy } = deps.app;
  const about = await ports.cases.get(id);
  if (about === undefined) return context.html(noSuchCasePage(), 404);
  const current = policy().policy;
  const { account } = about.finding;
  return context.html(
    refusedPage({
      about,
      account: accountText(account, accountName(current, account)),
      session,
      timezone: current.timezone,
      now: instant(deps.nowMs()),
      ...refused,
    }),
    status,
  );
};

/** What is not in here has been overtaken by events. */
const STATUS_OF: Readonly<Record<string, 403 | 422 | 503>> = {
  'not-an-approver': 403,
  'requester-may-not': 403,
  'author-may-not': 403,
  'changer-may-not': 403,
  'no-answer': 422,
  'reason-required': 422,
  'reason-too-long': 422,
  'no-window': 422,
  'exemption-refused': 422,
  'policy-unreadable': 503,
};

/** A word or a date that is missing or wrong, or a moment that was: the same plan may be decided on again. */
const MENDABLE: ReadonlySet<number> = new Set([422, 503]);

const REASON_CHARS_MAX = 1_000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
