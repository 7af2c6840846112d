/** What only people have done: they decide on a plan or on a batch of them, close a case, have what runs stopped. */
import type { BatchDecision } from '../batch.ts';
import type { Decision } from '../case/case.ts';
import type { Outcome } from '../case/move.ts';
import type { LiftedStop } from '../stop-scope.ts';
import type { StopSwitch } from '../stop-switch.ts';
import type { Instant } from '../time.ts';
import { type BatchDecisionAnswer, decideBatch } from './batches.ts';
import { createSession } from './session.ts';
import { type Engine, tell } from './tell.ts';
import { cancelRunning, letGoStopped } from './tend.ts';

export interface ByPeople {
  /** Has what runs in the scope of a stop switch stopped; answers how many were found by `until`. */
  cancelRunning(stop: StopSwitch, until: Instant): Promise<number>;
  /** Wakes what a stop switch held that was taken off; answers how many were found by `until`. */
  letGo(lifted: LiftedStop, until: Instant): Promise<number>;
  decide(caseId: string, decision: Omit<Decision, 'at'>): Promise<DecisionAnswer>;
  close(caseId: string, who: string, reason: string): Promise<DecisionAnswer>;
  /** Refused unless the digest is that of what waits in the batch now. */
  decideBatch(
    id: string,
    decision: Pick<BatchDecision, 'answer' | 'who' | 'reason' | 'digest'>,
  ): Promise<BatchDecisionAnswer>;
}

export type DecisionAnswer =
  | { readonly kind: 'done'; readonly caseId: string; readonly state: string }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

export const byPeople = (engine: Engine): ByPeople => ({
  cancelRunning: (stop, until) => cancelRunning(engine.ports, stop, until),

  letGo: (lifted, until) => letGoStopped(engine.ports, lifted, until),

  decide: (caseId, decision) =>
    onCase(engine, caseId, { kind: 'decided', decision: { ...decision, at: engine.ports.clock.now() } }),

  decideBatch: (id, decision) => decideBatch(engine, id, decision),

  close: (caseId, who, reason) => onCase(engine, caseId, { kind: 'closed-by-human', who, reason }),
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
