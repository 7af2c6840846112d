/**
 * All lanes that selfheal looks after: what the aggregators gather from, the hub's own and those that settings name,
 * and where sweeps knew of cases. Sweeps, reports and the gate mean the same ones.
 */
import type { Lane } from '../finding.ts';
import { lanesToSweep } from './lanes-to-sweep.ts';
import { type SweepTrouble, troubleOf } from './sweep-report.ts';
import type { Gathered, SweepSource } from './sweep-source.ts';
import type { SweepMemory, SweepStore } from './sweep-store.ts';

export interface CoveredLanesDeps {
  readonly source: Pick<SweepSource, 'gathered'>;
  readonly sweeps: Pick<SweepStore, 'read'>;
  /** Looked after whatever else is known: the hub's own, and those that settings name. */
  readonly lanes: readonly Lane[];
}

/**
 * Sorted by lane id. What could not be asked is a trouble, and the list is then shorter than it should be.
 *
 * @param more lanes known otherwise, e.g. those of open cases
 */
export const coveredLanes = async (
  { source, sweeps, lanes }: CoveredLanesDeps,
  more: readonly Lane[] = [],
): Promise<Gathered> => {
  const [gathered, remembered] = await Promise.all([gatheredOf(source), rememberedOf(sweeps)]);
  return {
    lanes: lanesToSweep({ gathered: gathered.lanes, others: [...lanes, ...more, ...remembered.lanes] }),
    troubles: [...gathered.troubles, ...remembered.troubles],
  };
};

/** Without its aggregators nobody knows all lanes; it is said, and the others are looked after. */
export const gatheredOf = async (source: CoveredLanesDeps['source']): Promise<Gathered> => {
  try {
    return await source.gathered();
  } catch (error) {
    return { lanes: [], troubles: [troubleOf(error)] };
  }
};

/** Lanes that no aggregator gathers from, and in which there was a case not long ago. */
export const rememberedLanes = ({ laneSeenAt }: Pick<SweepMemory, 'laneSeenAt'>): readonly Lane[] =>
  Object.keys(laneSeenAt).map((id) => {
    const [account = '', region = ''] = id.split('/');
    return { account, region };
  });

const rememberedOf = async (
  sweeps: CoveredLanesDeps['sweeps'],
): Promise<{ readonly lanes: readonly Lane[]; readonly troubles: readonly SweepTrouble[] }> => {
  try {
    const memory = await sweeps.read('everything');
    return { lanes: memory === undefined ? [] : rememberedLanes(memory), troubles: [] };
  } catch (error) {
    return { lanes: [], troubles: [troubleOf(error)] };
  }
};
