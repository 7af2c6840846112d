/** How many cases are open, in which states, and how long the longest of them wait. */
import { type Case, isOpen, OPEN_STATES, type OpenStateName } from '../case/case.ts';
import { type Lane, laneId } from '../finding.ts';
import { epochMs, type Instant, secondMs } from '../time.ts';

export interface OpenFigures {
  /** Every open state, 0 where there is none. */
  readonly byState: Readonly<Record<OpenStateName, number>>;
  /** 0 when none waits. */
  readonly oldestQueuedSeconds: number;
  readonly oldestApprovalSeconds: number;
  /** Where they are evaluated and where they are healed. */
  readonly lanes: readonly Lane[];
}

export const openFigures = async (cases: AsyncIterable<Case>, now: Instant): Promise<OpenFigures> => {
  const byState = Object.fromEntries(OPEN_STATES.map((name) => [name, 0])) as Record<OpenStateName, number>;
  const lanes = new Map<string, Lane>();
  let queuedSince = now;
  let askedSince = now;
  for await (const { state, lane, finding, origin } of cases) {
    if (!isOpen(state)) continue;
    byState[state.name] += 1;
    for (const each of [lane, { account: finding.account, region: origin.region }])
      lanes.set(laneId(each), each);
    if (state.name === 'queued' && state.queuedAt < queuedSince) queuedSince = state.queuedAt;
    if (state.name === 'awaiting-approval' && state.requestedAt < askedSince) askedSince = state.requestedAt;
  }
  return {
    byState,
    oldestQueuedSeconds: secondsBetween(queuedSince, now),
    oldestApprovalSeconds: secondsBetween(askedSince, now),
    lanes: [...lanes.values()],
  };
};

const secondsBetween = (from: Instant, to: Instant): number =>
  Math.round((epochMs(to) - epochMs(from)) / secondMs);
