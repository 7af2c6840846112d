/** How many executions have the right to run in each lane. */
import type { Lane } from '../finding.ts';
import type { Instant } from '../time.ts';

/** By lane id; a lane in which nothing ever ran has none in use. Leases that have expired by `now` are none. */
export type PermitsInUse = (lanes: readonly Lane[], now: Instant) => Promise<ReadonlyMap<string, number>>;
