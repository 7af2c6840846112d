/** What a sweep must know of the cases there are before it reads Config: in which lanes they are, and what they have heard. */
import { type Case, isOpen } from '../case/case.ts';
import { type Lane, laneId } from '../finding.ts';
import type { CaseStore } from '../ports.ts';
import type { Instant } from '../time.ts';

export interface KnownCase {
  readonly id: string;
  readonly findingId: string;
  /** The rule's name in the lane in which Config evaluated it. */
  readonly rule: string;
  /** Nothing of ours is at work: what Config says now may close it. */
  readonly waits: boolean;
  /** Of the newest evaluation that it has heard of. */
  readonly recordedAt: Instant;
}

export interface KnownCases {
  /** Where Config evaluated the findings of open cases, and of those that were opened since. */
  readonly lanes: readonly Lane[];
  openIn(lane: Lane): readonly KnownCase[];
  /** When the open case of this finding heard of it last; undefined when it has none. */
  heardAt(findingId: string): Instant | undefined;
}

/** @param since cases that are closed by now count for their lane if they were opened then or later */
export const knownCases = async (cases: CaseStore, since: Instant | undefined): Promise<KnownCases> => {
  const lanes = new Map<string, Lane>();
  const byLane = new Map<string, KnownCase[]>();
  const heard = new Map<string, Instant>();
  const note = (about: Case): string => {
    const lane = evaluatedIn(about);
    lanes.set(laneId(lane), lane);
    return laneId(lane);
  };
  for await (const about of cases.list({ status: 'open' })) {
    const lane = note(about);
    const known = knownCase(about);
    const others = byLane.get(lane);
    if (others === undefined) byLane.set(lane, [known]);
    else others.push(known);
    heard.set(known.findingId, known.recordedAt);
  }
  for await (const about of cases.list({ status: 'closed', ...(since === undefined ? {} : { since }) }))
    note(about);
  return {
    lanes: [...lanes.values()],
    openIn: (lane) => byLane.get(laneId(lane)) ?? [],
    heardAt: (findingId) => heard.get(findingId),
  };
};

/** Not the lane in which it is healed: of a global resource that is always the same one. */
const evaluatedIn = ({ finding, origin }: Case): Lane => ({
  account: finding.account,
  region: origin.region,
});

const knownCase = ({ id, findingId, origin, state, newestEvaluation }: Case): KnownCase => ({
  id,
  findingId,
  rule: origin.configRuleName,
  waits: isOpen(state) && !AT_WORK.has(state.name),
  recordedAt: newestEvaluation.recordedAt,
});

const AT_WORK: ReadonlySet<string> = new Set(['starting', 'running', 'verifying']);
