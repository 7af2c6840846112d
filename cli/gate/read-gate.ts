/** Everything that a gate must see: which lanes there are, and what Config says of its rules in each. */
import type { GateAsked, GateSeen, LaneReading } from '../../domain/compliance/gate.ts';
import { lanesAsked } from '../../domain/compliance/gate-lanes.ts';
import type { RuleFacts } from '../../domain/compliance/rule-meant.ts';
import { inParallel } from '../../domain/in-parallel.ts';
import { lanesIn } from './answers.ts';
import type { Asker } from './asker.ts';
import { portionsOf } from './questions.ts';
import { readLane } from './read-lane.ts';

const LANES = '/api/compliance/lanes';
/** Each has the service ask one account; more at once would only be throttled by it. */
const LANES_AT_ONCE = 6;

/** Never throws: what could not be seen is told in what was. */
export const readGate = async (
  asked: GateAsked,
  asker: Asker,
  catalog: Pick<RuleFacts, 'rule'>,
): Promise<GateSeen> => {
  const answer = await asker.get(LANES);
  if (!answer.ok) return blind('Unanswered', answer.why);
  const covered = lanesIn(answer.value);
  if (!covered.ok) return blind('MalformedAnswer', covered.why);
  const portions = portionsOf(asked, catalog);
  const readings = await inParallel(
    lanesAsked(asked, covered.value.lanes),
    LANES_AT_ONCE,
    async (lane): Promise<readonly LaneReading[]> => {
      const pieces: LaneReading[] = [];
      for (const portion of portions) pieces.push(...(await readLane(lane, portion, asker)));
      return pieces;
    },
  );
  return {
    covered: covered.value.lanes,
    troubles: covered.value.troubles,
    readings: readings.flat(),
  };
};

const blind = (code: string, message: string): GateSeen => ({
  covered: [],
  troubles: [{ operation: `GET ${LANES}`, code, message }],
  readings: [],
});
