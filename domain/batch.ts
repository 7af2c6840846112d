/**
 * A batch: many cases that are asked for together, with one message and one decision. What a person decides is
 * the list that they saw: each case with exactly the plan that waited in it. Whoever joins later is asked for anew.
 */
import { createHash } from 'node:crypto';
import type { AskedBatch } from './batch-id.ts';
import { objectionTo } from './case/approves.ts';
import type { AwaitingApproval, Case } from './case/case.ts';
import { saysWhy } from './case/reason.ts';
import { samePerson } from './person.ts';
import { dayMs, epochMs, hourMs, type Instant, minuteMs, plusMs } from './time.ts';

export interface Batch extends AskedBatch {
  /** When somebody joined last, to the minute or so. */
  readonly joinedAt: Instant;
  /** Counts the writes of what was told and decided; each is conditional on it. */
  readonly version: number;
  /** The last message that asks. */
  readonly told?: { readonly at: Instant; readonly list: BatchList };
  /** The last message about cases for which nobody decided in time. */
  readonly toldExpired?: { readonly at: Instant; readonly cases: number };
  /** The newest last; bounded. */
  readonly decisions: readonly BatchDecision[];
}

export interface BatchDecision {
  readonly answer: 'approve' | 'deny';
  readonly who: string;
  /** Groups of the policy that they were in when they decided: each case looks whether they may. */
  readonly groups?: readonly string[];
  readonly reason: string;
  readonly at: Instant;
  readonly digest: string;
  readonly cases: number;
  /** The cases and plans that it covers; absent once it was applied to all of them. */
  readonly covers?: string;
}

/** Cases with their plans, as a person saw them. */
export interface BatchList {
  readonly digest: string;
  readonly cases: number;
  /** For each case twelve bytes: six of its id's hash, six of its plan's; base64, sorted. */
  readonly marks: string;
}

/** What waits in a batch. */
export type Member = Case<AwaitingApproval>;

/** One decision covers at most so many; the others come next. Their list has to fit into one item. */
export const MEMBERS_MAX = 5_000;

export const isMember = (about: Case, batch: string): about is Member =>
  about.state.name === 'awaiting-approval' && about.state.batch === batch;

/** The list of these members. The digest is SHA-256 over all of them with their plans, in hexadecimal. */
export const listOf = (members: readonly Pick<Member, 'id' | 'state'>[]): BatchList => {
  const lines = members.map(({ id, state }) => `${id} ${state.planHash}\n`).sort();
  return {
    digest: createHash('sha256').update(lines.join('')).digest('hex'),
    cases: members.length,
    marks: members.map(markOf).sort().join(''),
  };
};

const markOf = ({ id, state }: Pick<Member, 'id' | 'state'>): string =>
  `${shortHash(id)}${shortHash(state.planHash)}`;

/** Eight characters of base64: six bytes. */
const shortHash = (text: string): string =>
  createHash('sha256').update(text).digest('base64').slice(0, MARK_CHARS);
const MARK_CHARS = 8;

const marksIn = (marks: string): ReadonlySet<string> => new Set(marks.match(/.{16}/g) ?? []);

/** True for the members that a decision covers and that have not heard of it: they waited with that plan when it was made. */
export const covers = ({ covers: marks = '', at, who }: BatchDecision): ((member: Member) => boolean) => {
  const known = marksIn(marks);
  return (member) =>
    member.state.requestedAt <= at &&
    known.has(markOf(member)) &&
    !member.state.decisions.some((decision) => samePerson(decision.who, who) && decision.at >= at);
};

/** In what two lists differ, for those who decided on the one and find the other. */
export const difference = (seen: BatchList, now: BatchList): string => {
  const [before, after] = [marksIn(seen.marks), marksIn(now.marks)];
  const ids = (marks: ReadonlySet<string>) => new Set([...marks].map((mark) => mark.slice(0, MARK_CHARS)));
  const [idsBefore, idsAfter] = [ids(before), ids(after)];
  const joined = [...idsAfter].filter((id) => !idsBefore.has(id)).length;
  const left = [...idsBefore].filter((id) => !idsAfter.has(id)).length;
  const changed = [...after].filter((mark) => !before.has(mark)).length - joined;
  return [
    ...(joined > 0 ? [`${joined} joined`] : []),
    ...(left > 0 ? [`${left} left`] : []),
    ...(changed > 0 ? [`the plan of ${changed} changed`] : []),
  ].join(', ');
};

/** What is to be said of a batch now, and when it is looked at next; never: not before somebody joins. */
export interface Look {
  readonly say: 'ask' | 'expired' | undefined;
  readonly dueAt: Instant | undefined;
}

/** @param expired how many went to people because nobody decided in time, and are there still */
export const lookAt = (batch: Batch, members: readonly Member[], expired: number, now: Instant): Look => {
  const asks = askAt(batch, members);
  const tells = expiredAt(batch, expired);
  if (asks !== undefined && asks <= now) return { say: 'ask', dueAt: undefined };
  if (tells !== undefined && tells <= now) return { say: 'expired', dueAt: undefined };
  const looks = [asks, tells, ...(members.length > 0 ? [plusMs(now, hourMs), firstExpiry(members)] : [])];
  // Who has just joined may not be in the list yet.
  const quietAt = plusMs(batch.joinedAt, QUIET_MS);
  if (quietAt > now) looks.push(quietAt);
  const dueAt = looks.filter((at) => at !== undefined && at > now).sort()[0];
  return { say: undefined, dueAt };
};

/** A while after the first, so that the number means something; then when it has grown much. */
const askAt = ({ told }: Batch, members: readonly Member[]): Instant | undefined => {
  const undecided = members.filter(({ state }) => state.decisions.length === 0);
  const first = undecided.map(({ state }) => state.requestedAt).sort()[0];
  if (first === undefined) return undefined;
  if (told === undefined) return plusMs(first, SETTLE_MS);
  return members.length > told.list.cases * GROWN_FACTOR ? plusMs(told.at, hourMs) : undefined;
};

const expiredAt = ({ toldExpired }: Batch, expired: number): Instant | undefined => {
  if (expired === 0) return undefined;
  if (toldExpired === undefined) return ALREADY;
  return plusMs(toldExpired.at, expired > toldExpired.cases ? hourMs : dayMs);
};

/** They expire one after another, as they were asked for: some minutes later most of them have. */
const firstExpiry = (members: readonly Member[]): Instant | undefined => {
  const first = members.map(({ state }) => state.expiresAt).sort()[0];
  return first === undefined ? undefined : plusMs(first, EXPIRY_SETTLE_MS);
};

export type BatchAnswer =
  /** `cases`: those on which the person may decide. */
  | { readonly kind: 'decided'; readonly batch: Batch; readonly cases: number }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

/** One person's decision on the list that they saw. What it covers is fixed here, and nowhere else. */
export const decideOn = (
  batch: Batch,
  members: readonly Member[],
  decision: Pick<BatchDecision, 'answer' | 'who' | 'groups' | 'reason' | 'digest'>,
  now: Instant,
): BatchAnswer => {
  const refused = (code: string, reason: string): BatchAnswer => ({ kind: 'refused', code, reason });
  const again = `look again before you decide (selfheal batch show ${batch.id})`;
  if (!saysWhy(decision.reason))
    return refused('reason-required', 'say why: a decision without a reason helps nobody later (--reason)');
  if (batch.decisions.some(({ digest, who }) => digest === decision.digest && samePerson(who, decision.who)))
    return refused(
      'already-decided',
      `${decision.who} has already decided on exactly these cases; somebody else must`,
    );
  if (members.length === 0)
    return refused(
      'nothing-to-decide',
      `no case waits in batch ${batch.id} any more: there is nothing to decide`,
    );
  const open = members.filter(({ state }) => now < state.expiresAt);
  if (open.length === 0)
    return refused('approval-expired', `all cases of batch ${batch.id} waited too long; nothing was started`);
  const list = listOf(open);
  if (list.digest !== decision.digest) {
    const what = whatChanged(batch, open, decision.digest);
    return refused(
      'batch-changed',
      `the batch is not as you saw it: ${what}; ${list.cases} wait now; ${again}`,
    );
  }
  const objections = open.map((member) => objectionTo(decision, member));
  const [objection] = objections;
  if (objection !== undefined && !objections.includes(undefined))
    return refused(objection.code, objection.reason);
  return {
    kind: 'decided',
    cases: objections.filter((each) => each === undefined).length,
    batch: {
      ...batch,
      version: batch.version + 1,
      decisions: [...batch.decisions, { ...decision, at: now, cases: list.cases, covers: list.marks }].slice(
        -DECISIONS_MAX,
      ),
    },
  };
};

/**
 * What a person is told whose digest is not that of what waits now. Of a list only its digest is known, unless it
 * was the message's: so what waited at an earlier moment is tried, as one saw it when others joined since.
 */
const whatChanged = (
  { told }: Pick<Batch, 'told'>,
  open: readonly Pick<Member, 'id' | 'state'>[],
  digest: string,
): string => {
  if (told?.list.digest === digest) return difference(told.list, listOf(open)) || UNKNOWN_CHANGE;
  const moments = [...new Set(open.map(({ state }) => state.requestedAt))].sort().slice(-MOMENTS_TRIED);
  for (const moment of moments.reverse()) {
    const before = open.filter(({ state }) => state.requestedAt < moment);
    if (listOf(before).digest === digest) return `${open.length - before.length} joined`;
  }
  if (told === undefined) return UNKNOWN_CHANGE;
  const sinceMessage = difference(told.list, listOf(open)) || 'it is as it was then';
  return `${UNKNOWN_CHANGE}. Since the message of ${told.at} about ${told.list.cases}: ${sinceMessage}`;
};

/** The oldest decision that was not carried out on all its cases. */
export const pendingDecision = ({ decisions }: Batch): BatchDecision | undefined =>
  decisions.find((decision) => decision.covers !== undefined);

/** Carried out: what waits still and was not decided on is asked for anew. */
export const applied = (batch: Batch, done: BatchDecision): Batch => {
  const { told: _, ...rest } = batch;
  return {
    ...rest,
    version: batch.version + 1,
    decisions: batch.decisions.map((decision) => {
      if (decision.at !== done.at || decision.who !== done.who) return decision;
      const { covers: __, ...without } = decision;
      return without;
    }),
  };
};

/** @example expiresIn([]) // undefined */
export const expiresIn = (members: readonly Member[]): Instant | undefined =>
  members.map(({ state }) => state.expiresAt).sort((a, b) => epochMs(a) - epochMs(b))[0];

const SETTLE_MS = 2 * minuteMs;
const EXPIRY_SETTLE_MS = 5 * minuteMs;
const QUIET_MS = 10 * minuteMs;
const GROWN_FACTOR = 1.5;
const DECISIONS_MAX = 20;
const ALREADY: Instant = '';
const UNKNOWN_CHANGE = 'its cases or plans have changed';
/** Of five thousand members each takes some milliseconds. */
const MOMENTS_TRIED = 20;
