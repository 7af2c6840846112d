/**
 * Wakes the suppressed cases whose exemption people have taken away, and the open ones that wait and that one covers
 * now. The number up to which that was done is recorded when all are woken and not before, so that whoever dies on
 * the way has it done again.
 */
import { type Case, type CaseState, isWatched } from '../case/case.ts';
import { CONFIG_EXCEPTION } from '../case/suppressed.ts';
import type { StoredExemption } from '../exemption/exemption.ts';
import type { ExemptionBook } from '../exemption/exemption-book.ts';
import { policySubject } from '../policy/policy-subject.ts';
import type { Instant } from '../time.ts';
import { assess } from './assess.ts';
import type { Session } from './session.ts';
import { type Engine, tell } from './tell.ts';

export const wakeUnexempted = async ({ ports, assessor }: Engine): Promise<void> => {
  const { exemptionSequence, exemptionSeen } = await ports.controls.read();
  if (exemptionSequence <= exemptionSeen) return;
  await assessor.exemptions.upTo(exemptionSequence);
  const book = await assessor.exemptions.known();
  const byName = new Map(book.stored.map((one) => [one.name, one]));
  const toWake: string[] = [];
  for await (const about of ports.cases.list({ status: 'watched' }))
    if (isOfNone(about, byName) || mayBeExempt(about, book, ports.clock.now())) toWake.push(about.id);
  for (let from = 0; from < toWake.length; from += WAKES_AT_ONCE)
    await ports.wakes.send(
      toWake
        .slice(from, from + WAKES_AT_ONCE)
        .map((caseId) => ({ wake: { caseId, exemptionSequence }, delayMs: 0 })),
    );
  ports.log.info('cases woken for changed exemptions', { exemptionSequence, count: toWake.length });
  await ports.exemptions.seen(exemptionSequence);
};

/**
 * Its exemption is gone, or another one has the name now. What the policy exempts is looked at too, and found exempt
 * as before: who ticks need not know the policy, which may not be readable just now.
 */
const isOfNone = ({ state }: Case, stored: ReadonlyMap<string, StoredExemption>): boolean => {
  if (!isWatched(state) || state.exemption === CONFIG_EXCEPTION) return false;
  const found = stored.get(state.exemption);
  return found === undefined || found.since > state.closedAt;
};

/** Only may be: tags are not read here, so where one looks at tags all that wait are looked at. */
const mayBeExempt = ({ state, finding, origin }: Case, book: ExemptionBook, now: Instant): boolean => {
  if (!isClosedByExemption(state)) return false;
  const { configRuleName } = origin;
  return (
    book.needsTags(now) ||
    book.exemptionOf(policySubject(finding, { configRuleName, tags: {}, frameworks: [] }), now) !== undefined
  );
};

/** The others are asked before they start, or wait for a person, who may have begun already. */
export const isClosedByExemption = ({ name }: CaseState): boolean => name === 'observing' || name === 'held';

/** Closes what is exempt. What is not, or cannot be told, stays as it is, and is looked at when it is due. */
export const closeExempted = async (engine: Engine, session: Session, about: Case): Promise<void> => {
  const { assessment } = await assess(engine.assessor, about.finding, about.origin, about.lane);
  if (assessment.outcome.kind === 'exempt')
    await tell(engine, session, about, { kind: 'assessed', assessment });
};

const WAKES_AT_ONCE = 100;
