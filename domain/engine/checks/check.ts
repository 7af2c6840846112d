/** What every check before a start is made of. */
import type { BreakerScope } from '../../breaker.ts';
import type { Case } from '../../case/case.ts';
import type { AfterNo, Assessment, CheckName, Observation } from '../../case/observation.ts';
import type { Blackout } from '../../policy/policy.ts';
import type { Controls, Ports } from '../../ports.ts';
import type { Instant } from '../../time.ts';
import type { Assessor } from '../assess.ts';
import type { PolicyBook } from '../policy-book.ts';

export interface CheckAnswer {
  readonly check: CheckName;
  readonly answer: 'yes' | 'no' | 'failed';
  readonly reason: string;
  /** What the case is told when the answer is not yes; a permit that must be waited for tells it nothing. */
  readonly tells?: Observation;
}

/** What the checks look at: a case about to start, or one that only might be (`policy explain`). */
export type Checked = Pick<
  Case,
  | 'id'
  | 'earlier'
  | 'finding'
  | 'origin'
  | 'lane'
  | 'openedAt'
  | 'ownerToldAt'
  | 'attempts'
  | 'approval'
  | 'requestedBy'
  | 'terms'
  | 'mode'
> & { readonly document: string; readonly planHash: string; readonly clientToken: string };

export interface CheckContext {
  readonly ports: Ports;
  readonly assessor: Assessor;
  readonly checked: Checked;
  /** Read by the check of the stop switch, the first of all, and good for those after it. */
  controls?: Controls;
  /** Filled by the policy check, read by those after it. */
  assessment?: Assessment;
  policy?: PolicyBook;
  /** Open breakers through which it may go as the probe, if nobody else does. */
  probes?: readonly BreakerScope[];
  /** Number of the exemptions that were looked at. */
  exemptions?: number;
  /** Those that match the finding; filled by the policy check. */
  blackouts?: readonly Blackout[];
  /** Filled by the check of the window: when it closes, or a blackout begins. */
  startBefore?: Instant;
}

export interface Answer {
  readonly answer: CheckAnswer['answer'];
  readonly reason: string;
  /** What becomes of the case; without it a person gets it. */
  readonly next?: AfterNo;
  /** Instead of `next`: what the case is told, in so many words. */
  readonly tells?: Observation;
}

export type Check = (context: CheckContext) => Promise<Answer>;

export const yes = (reason: string): Answer => ({ answer: 'yes', reason });

/** No, and this is what the case is told, or what becomes of it. */
export const no = (reason: string, tells?: Observation): Answer => ({
  answer: 'no',
  reason,
  ...(tells && { tells }),
});

export const noThen = (reason: string, next: AfterNo): Answer => ({ answer: 'no', reason, next });

export const cannotTell = (reason: string, tells?: Observation): Answer => ({
  answer: 'failed',
  reason,
  ...(tells && { tells }),
});
