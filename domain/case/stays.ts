/** How long a case stayed in each state: kept as sums, since its bounded story cannot tell it for ever. */
import { epochMs, type Instant } from '../time.ts';
import { type Case, type CaseState, isOpen, type OpenStateName } from './case.ts';

export interface Stays {
  /** When it came into the state in which it is. */
  readonly since: Instant;
  /** In ms, of the stays that are over. */
  readonly ms: Readonly<Partial<Record<OpenStateName, number>>>;
}

/** What a move to `to` adds to them; nothing when the state stays, or is left for good already. */
export const stayed = (
  { state, stays = { since: '', ms: {} } }: Pick<Case, 'state' | 'stays'>,
  to: CaseState,
  now: Instant,
): { readonly stays?: Stays } => {
  if (to.name === state.name || !isOpen(state)) return {};
  const { since, ms } = stays;
  // The clocks of two functions differ by some milliseconds.
  const stayMs = since === '' ? 0 : Math.max(0, epochMs(now) - epochMs(since));
  return { stays: { since: now, ms: { ...ms, [state.name]: (ms[state.name] ?? 0) + stayMs } } };
};
