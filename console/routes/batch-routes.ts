/** Batches over HTTP: which there are, what waits in one, and a person's decision on all of it. */
import { Hono } from 'hono/tiny';
import { type Batch, expiresIn } from '../../domain/batch.ts';
import { factsOf } from '../../domain/batch-facts.ts';
import { listNow, membersOf } from '../../domain/engine/batches.ts';
import { instant } from '../../domain/time.ts';
import * as z from '../../domain/zod.ts';
import type { DecidingDeps, HttpDeps } from '../http-deps.ts';
import { checked, HttpError } from '../http-error.ts';
import { jsonBody } from '../json-body.ts';
import { askedBy } from '../who-is.ts';

/** What a decision on a batch is made by. */
export type BatchJson = Awaited<ReturnType<typeof batchJson>>;
export type BatchSummary = ReturnType<typeof batchSummary>;

export const batchRoutes = ({ app, nowMs }: HttpDeps): Hono =>
  new Hono()
    .get('/', async (context) => {
      const batches = await app.ports.batches.list();
      return context.json([...batches].sort(newestFirst).map(batchSummary));
    })
    .get('/:id', async (context) => {
      const batch = await app.ports.batches.get(context.req.param('id'));
      if (batch === undefined) throw noSuchBatch();
      return context.json(await batchJson(app, batch, nowMs()));
    });

/** What only a person may do. */
export const batchDecisionRoutes = ({ app, whoIs }: DecidingDeps): Hono =>
  new Hono().post('/:id/decide', async (context) => {
    const who = await askedBy(context, { whoIs });
    const decision = checked(decisionSchema, await jsonBody(context));
    const answer = await app.selfheal.decideBatch(context.req.param('id'), {
      ...decision,
      who,
    });
    if (answer.kind === 'done') return context.json({ batch: answer.batch, cases: answer.cases });
    if (answer.code === 'no-such-batch') throw noSuchBatch();
    throw new HttpError(409, answer.code, answer.reason);
  });

const decisionSchema = z.strictObject({
  digest: z
    .string('expected the digest of the batch as you saw it')
    .check(z.regex(/^[0-9a-f]{64}$/, 'expected the whole digest: 64 hexadecimal digits')),
  answer: z.enum(['approve', 'deny'], 'expected approve or deny'),
  reason: z
    .string('say why: "reason" is text')
    .check(
      z.trim(),
      z.minLength(1, 'say why: a decision without a reason helps nobody later'),
      z.maxLength(1_000, 'the reason is longer than 1,000 characters'),
    ),
});

const batchSummary = ({ id, kind, about, since, told, decisions }: Batch) => ({
  id,
  kind,
  about,
  since,
  /** As the last message said; null when none was sent. */
  casesAsked: told?.list.cases ?? null,
  decisions: decisions.map(({ covers, ...decision }) => ({
    ...decision,
    isCarriedOut: covers === undefined,
  })),
});

const batchJson = async ({ ports, catalog }: HttpDeps['app'], batch: Batch, nowMs: number) => {
  const now = instant(nowMs);
  const members = (await membersOf(ports, batch.id)).filter(({ state }) => now < state.expiresAt);
  const { rules, runbooks, accounts, entries, disruption, severity, quorum } = factsOf(members, catalog);
  return {
    ...batchSummary(batch),
    /** Over the cases that wait now, each with its plan: a decision is on exactly these. Null when none waits. */
    digest: members.length > 0 ? listNow(members, now).digest : null,
    expiresAt: expiresIn(members) ?? null,
    severity,
    quorum,
    rules,
    runbooks,
    accounts,
    entries,
    disruption,
    cases: members.map(({ id, finding, lane, state }) => ({
      id,
      resourceType: finding.resourceType,
      resourceId: finding.resourceId,
      account: lane.account,
      region: lane.region,
      planHash: state.planHash,
      approvals: state.decisions.map(({ who }) => who),
    })),
  };
};

const newestFirst = (left: Batch, right: Batch): number =>
  right.since.localeCompare(left.since) || left.id.localeCompare(right.id);

const noSuchBatch = (): HttpError =>
  new HttpError(404, 'no-such-batch', 'there is no such batch; selfheal batch list shows them');
