/** Brings a case to its start: every check, then the permit. Used when a case becomes ready and by the drain. */
import { askedIn } from '../batch-id.ts';
import type { Case } from '../case/case.ts';
import type { AfterNo, Assessment, CheckName, Observation, ObservationOf } from '../case/observation.ts';
import { attemptToken, leasedScopes, type PermitAnswer, type PermitRequest } from '../permit.ts';
import type { Ports } from '../ports.ts';
import { epochMs, plusMs, secondMs } from '../time.ts';
import { returnProbes, type TakenProbes, takeProbes } from './breakers.ts';
import { isApproved } from './checks/approval.ts';
import type { Checked } from './checks/check.ts';
import { concurrencyByShare, describePermit, permitRequest } from './checks/permit.ts';
import { checkBeforePermit, reasonOf } from './checks.ts';
import type { Session } from './session.ts';
import type { Engine } from './tell.ts';

export type Sought =
  | { readonly kind: 'told'; readonly observation: Observation }
  /** Its permit must be waited for; nothing was written. */
  | {
      readonly kind: 'waits';
      readonly answer: Exclude<PermitAnswer, { kind: 'granted' | 'surplus' | 'used-up' }>;
    };

interface Options {
  /** False for a case that was picked from among the waiting: it need not queue up behind them. */
  readonly queueUp: boolean;
  /** Waits for a start slot up to this long, in ms. Absent: does not wait. */
  readonly slotWaitMsMax?: number;
  /** When the next slot is known to be, so that a permit is not asked for in vain. */
  readonly nextSlotAt?: string;
}

export const seekStart = async (
  engine: Engine,
  session: Session,
  about: Case,
  options: Options,
): Promise<Sought> => {
  const sought = await seek(engine, session, about, options);
  if (sought.kind !== 'told') return sought;
  return { kind: 'told', observation: await joiningBatch(engine, session, about, sought.observation) };
};

/** First the batch, then the case: nobody waits in a batch that nobody looks after. */
export const joiningBatch = async (
  { ports }: Engine,
  session: Session,
  about: Case,
  observation: Observation,
): Promise<Observation> => {
  if (observation.kind !== 'check-refused' || observation.next?.kind !== 'ask') return observation;
  const { batch } = observation.next;
  if (about.state.name !== 'queued' || session.joined.has(batch.id)) return observation;
  try {
    await ports.batches.join(batch, ports.clock.now());
    session.joined.add(batch.id);
    return observation;
  } catch (error) {
    const { next: _, ...refusal } = observation;
    return { ...refusal, failed: true, reason: `people could not be asked: ${reasonOf(error)}` };
  }
};

const seek = async (engine: Engine, session: Session, about: Case, options: Options): Promise<Sought> => {
  const { ports, assessor } = engine;
  const { queueUp, slotWaitMsMax = 0, nextSlotAt } = options;
  if (queueUp && session.laneIsWaitedFor(about.lane))
    return { kind: 'waits', answer: { kind: 'behind-others', scope: 'lane' } };
  let checked = checkedOf(about);
  const since = ports.clock.now();
  const checks = await checkBeforePermit(ports, assessor, checked);
  if (checks.kind === 'refused') {
    const { tells } = checks.answer;
    if (tells === undefined) throw new Error(`check ${checks.answer.check} said no and tells nothing`);
    return { kind: 'told', observation: tells };
  }
  session.passed.set(about.id, { ...checks, since });
  // Once a session, so that terms which never compare equal cannot keep a case from its start.
  if (about.state.name === 'queued' && !isOnTerms(about, checks.assessment)) {
    if (!session.putOnNewTerms.has(about.id)) {
      session.putOnNewTerms.add(about.id);
      return { kind: 'told', observation: { kind: 'assessed', assessment: checks.assessment } };
    }
    checked = { ...checked, terms: checks.assessment.terms };
  }

  const { assessment } = checks;
  const approved = isApproved({ ports, assessor, checked, assessment });
  const isBegun = about.state.name === 'starting';
  // It began before the breaker opened: it is no probe, and nothing else may start.
  if (about.state.name === 'starting' && checks.probes.length > 0 && about.state.probes === undefined)
    return refusedAs('breaker', 'a breaker opened after the attempt began', { kind: 'hand-over' });
  let probes: TakenProbes = [];
  let isGranted = false;
  try {
    const taken = await takeProbes(ports, isBegun ? [] : checks.probes, checked.clientToken);
    // Somebody else was faster: what follows from that the checks say.
    if (taken === undefined) return seek(engine, session, about, options);
    probes = taken;
    const ruleConcurrencyMax = await concurrencyByShare(ports, checked);
    const request = () =>
      permitRequest(ports, checked, {
        queueUp,
        isApproved: approved,
        ...(ruleConcurrencyMax !== undefined && { ruleConcurrencyMax }),
      });
    if (nextSlotAt !== undefined) await sleepUntil(nextSlotAt, ports.clock);
    let answer = await askForPermit(ports, request());
    const waitedUntil = plusMs(ports.clock.now(), slotWaitMsMax);
    while (answer.kind === 'pace' && answer.retryAt <= waitedUntil) {
      await sleepUntil(answer.retryAt, ports.clock);
      answer = await askForPermit(ports, request());
    }
    if (answer.kind === 'surplus') return { kind: 'told', observation: askedForSurplus(about, answer) };
    if (answer.kind === 'used-up') {
      // All who wait would come back at the same moment, for the one resource that may be touched then.
      const spreadMs = (checked.terms.blastRadius?.windowMs ?? 0) / USED_UP_SPREAD;
      const until = plusMs(answer.retryAt, Math.floor(ports.random() * spreadMs));
      return refusedBy('blast-radius', answer, { kind: 'hold', reason: 'blast-radius', until });
    }
    if (answer.kind !== 'granted') return { kind: 'waits', answer };
    isGranted = true;
  } catch (error) {
    // Whatever goes wrong with a check is a no: nothing starts, and the case says why.
    const reason = `the permit could not be asked for: ${reasonOf(error)}`;
    return {
      kind: 'told',
      observation: { kind: 'check-refused', check: 'permit', failed: true, reason },
    };
  } finally {
    // Who waits for a permit does not sit on the probe.
    if (!isGranted) await returnProbes(ports, probes, checked.clientToken);
  }
  return {
    kind: 'told',
    observation: {
      kind: 'permit-granted',
      clientToken: checked.clientToken,
      scopes: leasedScopes(checked),
      ...(probes.length > 0 && { probes: checks.probes }),
    },
  };
};

const refusedBy = (check: CheckName, answer: PermitAnswer, next: AfterNo): Sought =>
  refusedAs(check, describePermit(answer), next);

const refusedAs = (check: CheckName, reason: string, next: AfterNo): Sought => ({
  kind: 'told',
  observation: { kind: 'check-refused', check, failed: false, reason, next },
});

/** What a case is told that is more than may be started unasked of its rule. */
export const askedForSurplus = (
  about: Case,
  answer: Extract<PermitAnswer, { kind: 'surplus' }>,
): ObservationOf<'check-refused'> & { readonly next: Extract<AfterNo, { kind: 'ask' }> } => ({
  kind: 'check-refused',
  check: 'backlog',
  failed: false,
  reason: describePermit(answer),
  next: { kind: 'ask', batch: askedIn('backlog', ruleOf(about), answer.since) },
});

const ruleOf = ({ finding }: Case): string => finding.ruleIdentifier ?? finding.rule;

/** A slot once taken is gone: where a scope before the lane hands out slots too, all are looked at first. */
const askForPermit = async ({ permits }: Ports, request: PermitRequest): Promise<PermitAnswer> => {
  const slots = request.scopes.filter(({ startIntervalMs }) => startIntervalMs !== undefined);
  if (slots.length > 1) {
    const seen = await permits.peek(request);
    if (seen.kind !== 'granted') return seen;
  }
  return permits.acquire(request);
};

/** True when the case's head says what the policy says now. */
export const isOnTerms = (about: Case, { terms, severity, mode, ruleIdentifier }: Assessment): boolean =>
  about.severity === severity &&
  about.mode === mode &&
  (ruleIdentifier === undefined || about.finding.ruleIdentifier === ruleIdentifier) &&
  canonicalText(about.terms) === canonicalText(terms);

/** The same text for the same content, whatever the order of its keys. */
const canonicalText = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/** A case in `starting` keeps its token; a queued one gets that of its next attempt. */
export const checkedOf = (about: Case): Checked => {
  const { state } = about;
  if (state.name !== 'queued' && state.name !== 'starting')
    throw new Error(`case ${about.id} is ${state.name}: there is nothing to start`);
  return {
    ...about,
    document: state.plan.document,
    planHash: state.planHash,
    clientToken: state.name === 'starting' ? state.clientToken : attemptToken(about.id, about.attempts + 1),
  };
};

const sleepUntil = async (
  at: string,
  clock: { now(): string; sleep(ms: number): Promise<void> },
): Promise<void> => {
  const ms = epochMs(at) - epochMs(clock.now());
  if (ms > 0) await clock.sleep(Math.min(ms, SLOT_WAIT_MS_MAX));
};

const SLOT_WAIT_MS_MAX = 5 * secondMs;
/** The share of the window over which those come back who wait for room in it: a case looks a few times a window. */
const USED_UP_SPREAD = 8;
