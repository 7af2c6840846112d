/** What only people have done: they decide on a plan or on a batch of them, close a case, have what runs stopped. */
import type { Decision } from '../case/case.ts';
import type { Outcome } from '../case/move.ts';
import type { Identity } from '../identity.ts';
import type { LiftedStop } from '../stop-scope.ts';
import type { StopSwitch } from '../stop-switch.ts';
import type { Instant } from '../time.ts';
import { type BatchDecisionAnswer, decideBatch, type PersonsBatchDecision } from './batches.ts';
import { createSession } from './session.ts';
import { type Engine, tell } from './tell.ts';
import { cancelRunning, letGoStopped } from './tend.ts';

export interface ByPeople {
  /** Has what runs in the scope of a stop switch stopped; answers how many were found by `until`. */
  cancelRunning(stop: StopSwitch, until: Instant): Promise<number>;
  /** Wakes what a stop switch held that was taken off; answers how many were found by `until`. */
  letGo(lifted: LiftedStop, until: Instant): Promise<number>;
  decide(caseId: string, decision: PersonsDecision): Promise<DecisionAnswer>;
  close(caseId: string, who: Identity, reason: string): Promise<DecisionAnswer>;
  /** Refused unless the digest is that of what waits in the batch now; each case then says whether the person may. */
  decideBatch(id: string, decision: PersonsBatchDecision): Promise<BatchDecisionAnswer>;
}

/** What somebody decides about one plan. */
export interface PersonsDecision extends Pick<Decision, 'planHash' | 'answer' | 'reason'> {
  readonly who: Identity;
  /** Approve only: nothing starts before; absent: as soon as it may. */
  readonly start?: StartWish;
  /** Deny only: the finding is exempt until then, for the same reason, and the person answers for it. */
  readonly exemptUntil?: Instant;
}

export type StartWish =
  /** The next opening of a window of the policy, by its name; without: of the entry's. */
  | { readonly kind: 'next-window'; readonly window?: string }
  | { readonly kind: 'not-before'; readonly at: Instant };

export type DecisionAnswer =
  | { readonly kind: 'done'; readonly caseId: string; readonly state: string }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

export const byPeople = (engine: Engine): ByPeople => ({
  cancelRunning: (stop, until) => cancelRunning(engine.ports, stop, until),

  letGo: (lifted, until) => letGoStopped(engine.ports, lifted, until),

  decide: (caseId, { planHash, answer, who, reason }) =>
    onCase(engine, caseId, {
      kind: 'decided',
      decision: { planHash, answer, who: who.name, reason, at: engine.ports.clock.now() },
    }),

  decideBatch: (id, decision) => decideBatch(engine, id, decision),

  close: (caseId, who, reason) => onCase(engine, caseId, { kind: 'closed-by-human', who: who.name, reason }),
});

const onCase = async (
  engine: Engine,
  caseId: string,
  observation: Parameters<typeof tell>[3],
): Promise<DecisionAnswer> => {
  const about = await engine.ports.cases.get(caseId);
  if (about === undefined)
    return {
      kind: 'refused',
      code: 'no-such-case',
      reason: `there is no case ${caseId}; selfheal cases lists them`,
    };
  const session = createSession(engine.ports);
  const outcome = await tell(engine, session, about, observation);
  await session.flush();
  return answerTo(outcome, caseId);
};

const answerTo = (outcome: Outcome, caseId: string): DecisionAnswer => {
  switch (outcome.kind) {
    case 'moved':
      return { kind: 'done', caseId, state: outcome.case.state.name };
    case 'unchanged':
      return { kind: 'refused', code: 'nothing-changed', reason: `case ${caseId} is as you want it already` };
    case 'refused':
      return outcome;
    case 'illegal':
      return {
        kind: 'refused',
        code: 'not-possible-now',
        reason: `case ${caseId} is ${outcome.state}: ${outcome.observation} is not possible in that state`,
      };
  }
};
