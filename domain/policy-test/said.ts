/** What a policy says about a finding, when the engine asks it. */
import type { Assessment } from '../case/observation.ts';
import type { SelectionExplanation } from '../policy/explain-selection.ts';
import type { PolicySubject } from '../policy/policy.ts';

export interface CheckSaid {
  readonly check: string;
  /** `not-made`: only a running selfheal can. */
  readonly answer: 'yes' | 'no' | 'failed' | 'not-made';
  readonly reason: string;
}

export interface Said {
  readonly subject: PolicySubject;
  readonly assessment: Assessment;
  readonly selection: SelectionExplanation;
  readonly state: string;
  /** Why that state. */
  readonly why: string;
  /** Empty where nothing could start: there is no plan. */
  readonly checks: readonly CheckSaid[];
  readonly starts: boolean;
}
