/** Brings a case to its start: every check, then the permit. Used when a case becomes ready and by the drain. */
import type { Case } from '../case/case.ts';
import type { Observation } from '../case/observation.ts';
import { attemptToken, type PermitAnswer, permitScopes } from '../permit.ts';
import { epochMs, plusMs, secondMs } from '../time.ts';
import { type Checked, checkBeforePermit, permitRequest, reasonOf } from './checks.ts';
import type { Session } from './session.ts';
import type { Engine } from './tell.ts';

export type Sought =
  | { readonly kind: 'told'; readonly observation: Observation }
  /** Its permit must be waited for; nothing was written. */
  | { readonly kind: 'waits'; readonly answer: Exclude<PermitAnswer, { kind: 'granted' }> };

interface Options {
  /** False for a case that was picked from among the waiting: it need not queue up behind them. */
  readonly queueUp: boolean;
  /** Waits for a start slot up to this long, in ms. Absent: does not wait. */
  readonly slotWaitMsMax?: number;
  /** When the next slot is known to be, so that a permit is not asked for in vain. */
  readonly nextSlotAt?: string;
}

export const seekStart = async (
  { ports, assessor }: Engine,
  session: Session,
  about: Case,
  { queueUp, slotWaitMsMax = 0, nextSlotAt }: Options,
): Promise<Sought> => {
  if (queueUp && session.laneIsWaitedFor(about.lane))
    return { kind: 'waits', answer: { kind: 'behind-others', scope: 'lane' } };
  const checked = checkedOf(about);
  session.stopReadAt.set(about.id, ports.clock.now());
  const refusal = await checkBeforePermit(ports, assessor, checked);
  if (refusal?.tells) return { kind: 'told', observation: refusal.tells };

  try {
    if (nextSlotAt !== undefined) await sleepUntil(nextSlotAt, ports.clock);
    let answer = await ports.permits.acquire(permitRequest(ports, checked, queueUp));
    const waitedUntil = plusMs(ports.clock.now(), slotWaitMsMax);
    while (answer.kind === 'pace' && answer.retryAt <= waitedUntil) {
      await sleepUntil(answer.retryAt, ports.clock);
      answer = await ports.permits.acquire(permitRequest(ports, checked, queueUp));
    }
    if (answer.kind !== 'granted') return { kind: 'waits', answer };
  } catch (error) {
    // Whatever goes wrong with a check is a no: nothing starts, and the case says why.
    const reason = `the permit could not be asked for: ${reasonOf(error)}`;
    return {
      kind: 'told',
      observation: { kind: 'check-refused', check: 'permit', failed: true, reason },
    };
  }
  return {
    kind: 'told',
    observation: {
      kind: 'permit-granted',
      clientToken: checked.clientToken,
      scopes: permitScopes(checked).map(({ id }) => id),
    },
  };
};

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
