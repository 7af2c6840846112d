/**
 * What is done with a batch: people are asked, what they decided is told to each of its cases, and they hear of
 * those for which nobody decided. A decision is one write of the batch; carrying it out may take many slices, each
 * of which finds in the table what is still to be done.
 *
 *   asked in ──▶ message ──▶ decision (one write) ──▶ told to each case ──▶ the rest is asked for anew
 */
import {
  applied,
  type Batch,
  type BatchDecision,
  type BatchList,
  covers,
  decideOn,
  isMember,
  listOf,
  lookAt,
  MEMBERS_MAX,
  type Member,
  pendingDecision,
} from '../batch.ts';
import { topicsOf } from '../batch-facts.ts';
import type { Case } from '../case/case.ts';
import { groupsOf, type Identity } from '../identity.ts';
import { PortError, type Ports } from '../ports.ts';
import { type Instant, minuteMs, plusMs, secondMs } from '../time.ts';
import { policyInForce, whoMayIsUnknown } from './policy-in-force.ts';
import { createSession } from './session.ts';
import { type Engine, tell } from './tell.ts';

/** What waits in a batch now, as one decision would cover it. */
export const membersOf = async (
  { cases }: Pick<Ports, 'cases'>,
  batch: string,
): Promise<readonly Member[]> => {
  const members: Member[] = [];
  for await (const about of cases.inBatch(batch, 'waiting')) {
    if (isMember(about, batch)) members.push(about);
    if (members.length === MEMBERS_MAX) break;
  }
  return members;
};

/** Looks after one batch; what is left when the time is up is woken again at once. */
export const tendBatch = async (engine: Engine, id: string): Promise<void> => {
  const { batches, cases, clock, wakes } = engine.ports;
  const deadline = plusMs(clock.now(), SLICE_MS);
  let batch = await batches.get(id);
  for (let looks = 0; batch !== undefined && looks < LOOKS_MAX; looks += 1) {
    const pending = pendingDecision(batch);
    if (pending !== undefined) {
      if (!(await carryOut(engine, batch, pending, deadline)))
        return wakes.send([{ wake: { batch: id }, delayMs: 0 }]);
      await batches.replace(applied(batch, pending), clock.now());
      batch = await batches.get(id);
      continue;
    }
    const members = await membersOf(engine.ports, id);
    const expired: Case[] = [];
    for await (const about of cases.inBatch(id, 'expired'))
      if (about.state.name === 'needs-human' && about.state.batch === id) expired.push(about);
    const { say, dueAt } = lookAt(batch, members, expired.length, clock.now());
    if (say === undefined) {
      if (await batches.replace({ ...batch, version: batch.version + 1 }, dueAt)) return;
    } else await announce(engine, batch, say, members, expired);
    batch = await batches.get(id);
  }
};

/** The message first: it had better come twice than not at all. */
const announce = async (
  { ports }: Engine,
  batch: Batch,
  say: 'ask' | 'expired',
  members: readonly Member[],
  expired: readonly Case[],
): Promise<void> => {
  const at = ports.clock.now();
  const version = batch.version + 1;
  if (say === 'ask') {
    await ports.announcer.announce(topicsOf(members), await ports.messages.batchAsks(batch, members));
    const told = { at, list: listOf(members) };
    await ports.batches.replace({ ...batch, version, told }, plusMs(at, minuteMs));
    return;
  }
  await ports.announcer.announce(
    topicsOf(expired),
    await ports.messages.batchExpired(batch, expired.length, expired),
  );
  const toldExpired = { at, cases: expired.length };
  await ports.batches.replace({ ...batch, version, toldExpired }, plusMs(at, minuteMs));
};

/** True when every case that the decision covers has heard of it. */
const carryOut = async (
  engine: Engine,
  batch: Batch,
  decision: BatchDecision,
  deadline: Instant,
): Promise<boolean> => {
  const { cases, clock, log } = engine.ports;
  const isCovered = covers(decision);
  const { answer, who, groups, reason, at } = decision;
  const session = createSession(engine.ports);
  let told = 0;
  try {
    for await (const about of cases.inBatch(batch.id, 'waiting')) {
      if (!isMember(about, batch.id) || !isCovered(about)) continue;
      const outcome = await tell(engine, session, about, {
        kind: 'decided',
        decision: {
          planHash: about.state.planHash,
          answer,
          who,
          ...(groups && { groups }),
          reason: `${reason} (batch ${batch.id})`,
          at,
        },
      });
      if (outcome.kind === 'moved') told += 1;
      if (told % SENT_AT_ONCE === 0) await session.flush();
      if (clock.now() >= deadline) return false;
    }
    return true;
  } finally {
    log.info('batch decision told', { batch: batch.id, answer, told });
    await session.flush();
  }
};

export interface PersonsBatchDecision extends Pick<BatchDecision, 'answer' | 'reason' | 'digest'> {
  readonly who: Identity;
}

export type BatchDecisionAnswer =
  | { readonly kind: 'done'; readonly batch: string; readonly cases: number }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

/** One person's decision on all that waits in a batch, if it is what they saw. */
export const decideBatch = async (
  engine: Engine,
  id: string,
  { who, ...decided }: PersonsBatchDecision,
): Promise<BatchDecisionAnswer> => {
  const { ports } = engine;
  const { batches, clock, wakes } = ports;
  const found = await policyInForce(engine);
  if (typeof found === 'string')
    return { kind: 'refused', code: 'policy-unreadable', reason: whoMayIsUnknown(found) };
  const groups = groupsOf(who, found.policy.groups);
  const decision = { ...decided, who: who.name, ...(groups.length > 0 && { groups }) };
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const batch = await batches.get(id);
    if (batch === undefined)
      return {
        kind: 'refused',
        code: 'no-such-batch',
        reason: `there is no batch ${id}; selfheal batch list shows them`,
      };
    const answer = decideOn(batch, await membersOf(ports, id), decision, clock.now());
    if (answer.kind === 'refused') return answer;
    if (await batches.replace(answer.batch, clock.now())) {
      // Lost, it is found by the timer.
      await wakes.send([{ wake: { batch: id }, delayMs: 0 }]).catch((error: unknown) => {
        if (!(error instanceof PortError)) throw error;
      });
      return { kind: 'done', batch: id, cases: answer.cases };
    }
  }
  throw new PortError('conflict', 'BatchContended', 'decide', `batch ${id} was written by others`);
};

/** The list that one decides on; empty when nothing waits. */
export const listNow = (members: readonly Member[], now: Instant): BatchList =>
  listOf(members.filter(({ state }) => now < state.expiresAt));

/** Well under the time limit of the function that does it. */
const SLICE_MS = 40 * secondMs;
const LOOKS_MAX = 8;
const SENT_AT_ONCE = 50;
const TRIES_MAX = 3;
