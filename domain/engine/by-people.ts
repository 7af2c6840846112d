/** What only people have done: they decide on a plan or on a batch of them, close a case, have what runs stopped. */
import type { Case } from '../case/case.ts';
import type { Identity } from '../identity.ts';
import type { LiftedStop } from '../stop-scope.ts';
import type { StopSwitch } from '../stop-switch.ts';
import type { Instant } from '../time.ts';
import { type BatchDecisionAnswer, decideBatch, type PersonsBatchDecision } from './batches.ts';
import { decideCase, type PersonsDecision } from './decide-case.ts';
import { answerTo, type DecisionAnswer } from './decision-answer.ts';
import { createSession, type Session } from './session.ts';
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

export type { PersonsBatchDecision } from './batches.ts';
export type { PersonsDecision } from './decide-case.ts';
export type { DecisionAnswer } from './decision-answer.ts';
export type { StartWish } from './start-wish.ts';

export const byPeople = (engine: Engine): ByPeople => ({
  cancelRunning: (stop, until) => cancelRunning(engine.ports, stop, until),

  letGo: (lifted, until) => letGoStopped(engine.ports, lifted, until),

  decide: (caseId, decision) =>
    onCase(engine, caseId, decision.who, (session, about) => decideCase(engine, session, about, decision)),

  decideBatch: (id, decision) => decideBatch(engine, id, decision),

  close: (caseId, who, reason) =>
    onCase(engine, caseId, who, async (session, about) =>
      answerTo(
        await tell(engine, session, about, { kind: 'closed-by-human', who: who.name, reason }),
        caseId,
      ),
    ),
});

const onCase = async (
  engine: Engine,
  caseId: string,
  { name }: Identity,
  work: (session: Session, about: Case) => Promise<DecisionAnswer>,
): Promise<DecisionAnswer> => {
  const about = await engine.ports.cases.get(caseId);
  if (about === undefined) {
    // There is no timeline that could tell of it.
    engine.ports.log.warn('somebody decided on a case that is not there', {
      caseId: caseId.slice(0, 100),
      who: name,
    });
    return {
      kind: 'refused',
      code: 'no-such-case',
      reason: `there is no case ${caseId}; selfheal cases lists them`,
    };
  }
  const session = createSession(engine.ports);
  const answer = await work(session, about);
  await session.flush();
  return answer;
};
