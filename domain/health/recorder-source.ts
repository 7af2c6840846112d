/** What is needed of AWS Config to know the health of the recorders. */
import type { Lane } from '../finding.ts';
import type { Gathered } from '../sweep/sweep-source.ts';
import type { RecorderHealth } from './recorder-health.ts';

export interface RecorderSource {
  /** Of all lanes that are looked after; what of their list could not be read is told beside it. Throws nothing. */
  lanes(): Promise<Gathered>;
  /** Throws nothing: a lane that cannot be asked is `unknown`, and says why. */
  read(lane: Lane): Promise<RecorderHealth>;
}
