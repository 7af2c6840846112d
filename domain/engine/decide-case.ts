/**
 * What somebody decides about the plan of one case: it is found out who they are by the policy in force, and what
 * else they wish; then the case is told, and says itself whether they may.
 *
 *   policy ▶ groups ▶ start, or exemption ▶ case is told ▶ exemption is taken off again if it was in vain
 *
 * An exemption is in force before anything is denied: what cannot be exempt is not denied either. Who dies in between
 * leaves an exemption and a case that waits; the same decision again completes it.
 */
import type { Case, CaseState, Decision } from '../case/case.ts';
import { decide } from '../case/case-machine.ts';
import type { Refusal } from '../case/move.ts';
import { groupsOf, type Identity } from '../identity.ts';
import { PortError } from '../ports.ts';
import type { Instant } from '../time.ts';
import { reasonOf } from './checks.ts';
import { answerTo, type DecisionAnswer, done } from './decision-answer.ts';
import type { PolicyBook } from './policy-book.ts';
import { policyInForce, whoMayIsUnknown } from './policy-in-force.ts';
import type { Session } from './session.ts';
import { earliestStart, type StartWish } from './start-wish.ts';
import { type Engine, momentOf, reload, tell } from './tell.ts';

/** What somebody decides about one plan. */
export interface PersonsDecision extends Pick<Decision, 'planHash' | 'answer' | 'reason'> {
  readonly who: Identity;
  /** Approve only: nothing starts before; absent: as soon as it may. */
  readonly start?: StartWish;
  /** Deny only: the finding is exempt until then, for the same reason, and the person answers for it. */
  readonly exemptUntil?: Instant;
}

export const decideCase = async (
  engine: Engine,
  session: Session,
  about: Case,
  wish: PersonsDecision,
): Promise<DecisionAnswer> => {
  const { planHash, answer, who, reason, start, exemptUntil } = wish;
  const plain: Decision = { planHash, answer, who: who.name, reason, at: engine.ports.clock.now() };
  const told = async (decision: Decision, refusal?: Refusal): Promise<DecisionAnswer> => {
    const observation = { kind: 'decided', decision, ...(refusal && { refusal }) } as const;
    const outcome = await tell(engine, session, about, observation);
    return answerTo(outcome, about.id);
  };
  const found = await policyInForce(engine);
  if (typeof found === 'string')
    return told(plain, {
      code: 'policy-unreadable',
      reason: whoMayIsUnknown(found),
    });
  const groups = groupsOf(who, found.policy.groups);
  const decision: Decision = { ...plain, ...(groups.length > 0 && { groups }) };
  if (exemptUntil !== undefined)
    return denyExempting(engine, about, { decision, until: exemptUntil, book: found, told });
  if (start === undefined || answer === 'deny') return told(decision);
  const earliest = earliestStart(start, about.terms.windows, found.policy, decision.at);
  return earliest.ok
    ? told({ ...decision, notBefore: earliest.notBefore })
    : told(decision, { code: 'no-window', reason: earliest.reason });
};

interface Exempting {
  readonly decision: Decision;
  readonly until: Instant;
  readonly book: PolicyBook;
  readonly told: (decision: Decision, refusal?: Refusal) => Promise<DecisionAnswer>;
}

const denyExempting = async (
  engine: Engine,
  about: Case,
  { decision, until, book, told }: Exempting,
): Promise<DecisionAnswer> => {
  const { exempting, log } = engine.ports;
  // What would be refused anyway makes no exemption; and what is refused here is, whatever the case says by then.
  const foreseen = decide(about, { kind: 'decided', decision }, momentOf(engine.ports));
  if (foreseen.kind === 'refused') return told(decision, foreseen);
  const cannot = (why: string) =>
    told(decision, {
      code: 'exemption-refused',
      reason: `nothing is decided, as there can be no exemption: ${why}`,
    });
  const objection = whyNoExemption(decision, book);
  if (objection !== undefined) return cannot(objection);
  if (exempting === undefined) return cannot('this part of selfheal makes none');
  const { who, reason } = decision;
  const made = await exempting.exempt(about, { who, reason, until }, book.policy).catch(failed);
  if (!made.ok) return cannot(made.reason);
  const { name } = made;
  log.warn('exemption added', { exemption: name, who, caseId: about.id });
  const answer = await told({ ...decision, exemption: name });
  if (answer.kind === 'done') return answer;
  // The same decision may have come twice, and the other was taken; or the exemption itself has closed the case.
  const now = await reload(engine, about.id);
  if (exemptionOf(now.state) === name) return done(now);
  const left = await exempting.withdraw(name).catch((error: unknown) => failed(error).reason);
  log.warn('exemption taken off again, its denial was refused', { exemption: name, who, left });
  return {
    ...answer,
    reason: `${answer.reason}; ${
      left === undefined
        ? 'the exemption made for it was taken off again'
        : `the exemption "${name}" made for it may still hold (${left}): selfheal exempt remove ${name}`
    }`,
  };
};

/** Who may not exempt by command may not by a denial either. */
const whyNoExemption = (
  { answer, who, groups = [] }: Decision,
  { policy }: PolicyBook,
): string | undefined => {
  if (answer === 'approve') return 'what is approved is not exempt';
  const { operators } = policy;
  return operators === undefined || operators.some((group) => groups.includes(group))
    ? undefined
    : `${who} is in none of the groups that may exempt: ${operators.join(', ')}`;
};

const exemptionOf = (state: CaseState): string | undefined => {
  if (state.name === 'denied') return state.decision.exemption;
  return state.name === 'suppressed' ? state.exemption : undefined;
};

const failed = (error: unknown): { readonly ok: false; readonly reason: string } => {
  if (!(error instanceof PortError)) throw error;
  return { ok: false, reason: reasonOf(error) };
};
