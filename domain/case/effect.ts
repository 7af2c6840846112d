import type { BreakerScope } from '../breaker.ts';
import type { FailedAttempt } from './case.ts';

/** Orders that a transition gives. Each is idempotent by construction, so it may be given again. */
export type Effect =
  /** Ask the policy again and make the plan again. */
  | { readonly kind: 'assess' }
  /** Run every check before a start, the permit last. */
  | { readonly kind: 'seek-start' }
  | { readonly kind: 'start-runbook' }
  | { readonly kind: 'find-execution' }
  | { readonly kind: 'read-execution' }
  | { readonly kind: 'stop-runbook' }
  | { readonly kind: 'read-compliance' }
  | { readonly kind: 'request-evaluation' }
  | { readonly kind: 'announce' }
  /** Count a failed attempt for its rule and its runbook, and open their breakers if it is one too many. */
  | { readonly kind: 'note-failure'; readonly failed: FailedAttempt }
  /** A probe has healed its resource, or has not. */
  | {
      readonly kind: 'end-probe';
      readonly probes: readonly BreakerScope[];
      readonly clientToken: string;
      readonly healed: boolean;
    }
  /** Give back what this token holds in these scopes. */
  | { readonly kind: 'release-permit'; readonly clientToken: string; readonly scopes: readonly string[] };
