/**
 * What a gate asks of one lane, until it is known or there is no more hope. What was throttled is asked again, what
 * time did not reach is asked for by name; what is left then is a doubt, which keeps the gate shut.
 */
import type { Doubt, LaneReading } from '../../domain/compliance/gate.ts';
import { type LaneCompliance, RULE_TROUBLES } from '../../domain/compliance/lane-compliance.ts';
import { malformed } from '../../domain/compliance/lane-seen.ts';
import { type Lane, laneId } from '../../domain/finding.ts';
import { errorClassOf } from '../../infra/aws-errors.ts';
import { laneIn } from './answers.ts';
import type { Asker } from './asker.ts';
import { inPortions, pathOf } from './questions.ts';

/** @param names all names of the rules that are wanted */
export const readLane = async (
  lane: Lane,
  names: readonly string[],
  asker: Asker,
): Promise<readonly LaneReading[]> => {
  const pieces: LaneReading[] = [];
  let todo = names;
  for (let failures = 0; ; ) {
    const reading = await askOnce(lane, todo, asker);
    if (!('compliance' in reading)) return [...pieces, reading];
    const again = toAskAgain(reading.compliance);
    if (again === undefined) return [...pieces, reading];
    const { left } = again;
    // Fewer are left than were asked for: that is no failure, only slow.
    const isProgress = left !== undefined && left.length < countOf(reading.compliance);
    if (!isProgress) {
      failures += 1;
      if (failures > asker.againMax) return [...pieces, reading];
    }
    if (!(await asker.pause(again.why, failures))) return [...pieces, reading];
    if (left === undefined) continue;
    pieces.push({ lane, compliance: without(reading.compliance, left) });
    // What time does not reach together it may reach one by one; of one alone the service says if it never can be.
    const isTooSlow = !isProgress && reading.compliance.unread.length > 0;
    const portions = isTooSlow ? left.map((name) => [name]) : inPortions(left.map((name) => [name]));
    const [first = [], ...others] = portions;
    for (const portion of others) pieces.push(...(await readLane(lane, portion, asker)));
    todo = first;
  }
};

const countOf = ({ rules, unread }: LaneCompliance): number => rules.length + unread.length;

const askOnce = async (lane: Lane, names: readonly string[], asker: Asker): Promise<LaneReading> => {
  const answer = await asker.get(pathOf(lane, names));
  if (!answer.ok)
    return {
      lane,
      unread: {
        kind: 'unread',
        code: 'lane-unread',
        lane,
        why: answer.why,
        mend: answer.mend,
      } satisfies Doubt,
    };
  const compliance = laneIn(answer.value);
  return compliance.ok
    ? { lane, compliance: compliance.value }
    : { lane, unread: malformed(lane, `selfheal's answer is not understood: ${compliance.why}`) };
};

interface Again {
  readonly why: string;
  /** These only, as they are deployed; absent: everything. */
  readonly left?: readonly string[];
}

/** Undefined when nothing would be gained. */
const toAskAgain = ({ lane, troubles, rules, unread }: LaneCompliance): Again | undefined => {
  const passing = troubles.find(({ code }) => isPassing(code));
  if (passing !== undefined && troubles.every(({ code }) => isPassing(code)))
    return { why: `${passing.code} in ${laneId(lane)}` };
  if (troubles.length > 0) return undefined;
  const troubled = rules.filter(({ trouble }) => trouble !== undefined && isPassing(trouble.code));
  const left = [...new Set([...unread, ...troubled.map(({ name }) => name)])];
  if (left.length === 0) return undefined;
  return { left, why: `${troubled[0]?.trouble?.code ?? 'time was up'} in ${laneId(lane)}` };
};

/** An error that may be over soon; what Config itself says of a rule stays so. */
const isPassing = (code: string): boolean =>
  !STAYING.has(code) && errorClassOf(code, undefined) === 'transient';

const STAYING: ReadonlySet<string> = new Set<string>([
  RULE_TROUBLES.errs,
  RULE_TROUBLES.neverEvaluated,
  RULE_TROUBLES.insufficientData,
  RULE_TROUBLES.noResults,
  RULE_TROUBLES.tooLarge,
]);

/** The answer without the rules that are asked for again: they are told by the next one. */
const without = (compliance: LaneCompliance, left: readonly string[]): LaneCompliance => ({
  ...compliance,
  rules: compliance.rules.filter(({ name }) => !left.includes(name)),
  unread: [],
});
