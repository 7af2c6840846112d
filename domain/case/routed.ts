/** Under which heads a case is counted, and when that changes: the story tells it, so that the past can be counted again. */
import type { Severity } from '../catalog/catalog.ts';
import type { Mode } from '../policy/policy.ts';
import type { Case, CaseState } from './case.ts';

/** Under which heads a case is counted. */
export interface Routed {
  readonly severity: Severity;
  readonly mode: Mode;
  readonly entry: string;
  /** Value of the tag by which the policy knows owners. */
  readonly owner?: string;
}

type Headed = Pick<Case, 'severity' | 'mode' | 'entry' | 'terms'>;

export const routedOf = ({ severity, mode, entry, terms: { owner } }: Headed): Routed => ({
  severity,
  mode,
  entry,
  ...(owner !== undefined && { owner }),
});

export const newlyRouted = (was: Headed, is: Headed): { readonly routed?: Routed } =>
  was.severity === is.severity &&
  was.mode === is.mode &&
  was.entry === is.entry &&
  was.terms.owner === is.terms.owner
    ? {}
    : { routed: routedOf(is) };

/** Why it comes to a person. */
export const codeOf = (to: CaseState): { readonly code?: string } =>
  to.name === 'needs-human' ? { code: to.code } : {};
