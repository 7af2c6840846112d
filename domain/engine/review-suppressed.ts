/**
 * Looks again at a finding that is held back by an exemption: because it lapses, because exemptions or the policy
 * have changed, or because Config reports the finding anew. What nobody exempts any more and Config still calls
 * NON_COMPLIANT gets its next case, although no newer evaluation has come.
 *
 *   open case n+1, unless it exists ▶ note on case n that nothing is left to be looked at
 *
 * Who dies in between is found by case n's timer, and finds case n+1 then.
 */
import type { Case, Evaluation } from '../case/case.ts';
import type { Assessment, Exempted, ExemptionReview } from '../case/observation.ts';
import { CONFIG_EXCEPTION } from '../case/suppressed.ts';
import { PortError } from '../ports.ts';
import { hourMs, minuteMs, plusMs } from '../time.ts';
import { assess } from './assess.ts';
import { reasonOf } from './checks.ts';
import { type OpeningOptions, openNext } from './open-next.ts';
import type { Session } from './session.ts';
import { type Engine, tell } from './tell.ts';

export type Reviewed =
  | { readonly kind: 'reopened'; readonly caseId: string }
  /** An exemption holds, or nothing is wrong any more. */
  | { readonly kind: 'still-exempt' | 'over' }
  /** It could not be found out: it is looked at again by itself. */
  | { readonly kind: 'unknown' }
  /** The finding has a newer case than this, or somebody else has opened one meanwhile. */
  | { readonly kind: 'overtaken' };

/**
 * @param about a case in `suppressed`
 * @param told what Config said just now, where that is known; Config is asked otherwise
 */
export const reviewSuppressed = async (
  engine: Engine,
  session: Session,
  about: Case,
  options: OpeningOptions,
  told?: Evaluation,
): Promise<Reviewed> => {
  const note = async (review: ExemptionReview) => {
    await tell(engine, session, about, { kind: 'exemption-reviewed', review });
  };
  const { cases } = engine.ports;
  const newest = await cases.newestOf(about.findingId);
  if (newest?.id !== about.id) {
    await note({ kind: 'over', why: `the finding has a newer case, ${newest?.id}` });
    return { kind: 'overtaken' };
  }
  const found = await lookAgain(engine, about, told).catch((error: unknown): Found => {
    if (!(error instanceof PortError)) throw error;
    return { kind: 'unknown', why: reasonOf(error), waitMs: LOOK_AGAIN_MS };
  });
  switch (found.kind) {
    case 'exempt': {
      const { exemption, policyVersion } = found;
      await note({ kind: 'holds', exemption, policyVersion });
      return { kind: 'still-exempt' };
    }
    case 'unknown': {
      const { why, waitMs } = found;
      engine.ports.log.warn('cannot tell whether an exemption still holds', {
        caseId: about.id,
        reason: why,
      });
      await note({ kind: 'unknown', lookAgainAt: plusMs(engine.ports.clock.now(), waitMs) });
      return { kind: 'unknown' };
    }
    case 'over':
      await note(found);
      return { kind: 'over' };
    default: {
      const { evaluation } = found;
      const report = { origin: about.origin, evaluation };
      const caseId = await openNext(engine, session, about.finding, report, about, options);
      await note({
        kind: 'over',
        why: `no exemption holds any more: ${caseId ?? 'a newer case'} was opened`,
      });
      return caseId === undefined ? { kind: 'overtaken' } : { kind: 'reopened', caseId };
    }
  }
};

type Found =
  | { readonly kind: 'exempt'; readonly exemption: Exempted; readonly policyVersion: string }
  | { readonly kind: 'unknown'; readonly why: string; readonly waitMs: number }
  | { readonly kind: 'over'; readonly why: string }
  | { readonly kind: 'broken'; readonly evaluation: Evaluation };

const lookAgain = async (engine: Engine, about: Case, told: Evaluation | undefined): Promise<Found> => {
  const { assessor, ports } = engine;
  const { assessment } = await assess(assessor, about.finding, about.origin, about.lane);
  const { policyVersion } = assessment;
  const exemption = exemptionIn(assessment) ?? (await configException(engine, about));
  if (exemption !== undefined) return { kind: 'exempt', exemption, policyVersion };
  const { outcome } = assessment;
  if (outcome.kind === 'unreadable' || outcome.kind === 'no-policy')
    return { kind: 'unknown', why: outcome.why, waitMs: LOOK_AGAIN_MS };
  const evaluation = told ?? (await ports.compliance.read(about.origin, about.finding));
  if (evaluation === undefined) return { kind: 'over', why: 'Config knows no evaluation of it any more' };
  switch (evaluation.compliance) {
    case 'NON_COMPLIANT':
      return { kind: 'broken', evaluation };
    case 'INSUFFICIENT_DATA':
      return { kind: 'unknown', why: 'Config has insufficient data to say', waitMs: hourMs };
    default:
      return { kind: 'over', why: `Config says ${evaluation.compliance}` };
  }
};

const exemptionIn = ({ outcome }: Assessment): Exempted | undefined =>
  outcome.kind === 'exempt' ? outcome.exemption : undefined;

/** The check before a start asks for it of every case; here only of those that were closed by it. */
const configException = async ({ ports }: Engine, { state, origin, finding }: Case) =>
  state.name === 'suppressed' && state.exemption === CONFIG_EXCEPTION
    ? ports.compliance.remediationException(origin, finding)
    : undefined;

const LOOK_AGAIN_MS = 15 * minuteMs;
