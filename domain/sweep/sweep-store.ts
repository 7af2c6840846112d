/** Where the reports of sweeps lie: one of everything and one of what was asked for, since the one must not hide the other. */
import type { Instant } from '../time.ts';
import type { SweepReport } from './sweep-report.ts';

export interface SweepMemory {
  /** Under way, or died under way. */
  readonly running?: { readonly id: string; readonly startedAt: Instant };
  readonly last?: SweepReport;
  /** Ids of the newest that ended, the newest last. */
  readonly ended: readonly string[];
  /** By lane id: when it last had a case of a sweep's knowing. Lanes that no aggregator gathers from are known by this alone. */
  readonly laneSeenAt: Readonly<Record<string, Instant>>;
}

export const NO_SWEEP_YET: SweepMemory = { ended: [], laneSeenAt: {} };

export type SweepKind = 'everything' | 'asked';

export interface SweepStore {
  read(kind: SweepKind): Promise<SweepMemory | undefined>;
  write(kind: SweepKind, memory: SweepMemory): Promise<void>;
}
