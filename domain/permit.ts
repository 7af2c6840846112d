/**
 * A permit is the right to have one execution running: a lease in every scope that has a limit, keyed by
 * the resource, so that one resource never has two runbooks at work. The lane comes last, because it also
 * hands out the start slot, and a slot that is not used is lost.
 */
import { v5 as uuidV5 } from 'uuid';
import type { Case } from './case/case.ts';
import { laneId } from './finding.ts';
import type { Limit, LimitScope } from './policy/policy.ts';
import type { Instant } from './time.ts';

export interface PermitScope extends Limit {
  /** e.g. `lane#222222222222/us-east-1`, `organization`, `rule#S3_BUCKET_VERSIONING_ENABLED`. */
  readonly id: string;
}

export interface PermitRequest {
  /** In the order in which they are taken; the lane is the last. */
  readonly scopes: readonly PermitScope[];
  /** Locks the resource: `resourceKey(finding)`. */
  readonly resourceKey: string;
  /** The attempt's ClientToken: asking twice with it is asking once. */
  readonly holder: string;
  readonly now: Instant;
  /** A lease that nobody gave back counts until then. */
  readonly expiresAt: Instant;
  /** True when cases wait in the lane and this one was not picked from among them: then it must queue up. */
  readonly queueUp: boolean;
}

export type PermitAnswer =
  | { readonly kind: 'granted' }
  /** The next start slot of this scope is at `retryAt`. */
  | { readonly kind: 'pace'; readonly scope: string; readonly retryAt: Instant }
  /** As many as allowed are at work in this scope. */
  | { readonly kind: 'full'; readonly scope: string }
  /** Another attempt is at work on the same resource. */
  | { readonly kind: 'resource-busy'; readonly scope: string }
  /** Others wait in the lane already. */
  | { readonly kind: 'behind-others'; readonly scope: string };

type Scoped = Pick<Case, 'finding' | 'lane' | 'terms'> & { readonly document: string };

/** The scopes whose limits bind this case, the lane last. */
export const permitScopes = (scoped: Scoped): readonly PermitScope[] => {
  const { limits } = scoped.terms;
  return [...SCOPES_BEFORE_LANE.filter((scope) => limits[scope] !== undefined), 'lane' as const].map(
    (scope) => ({
      id: scopeId(scope, scoped),
      ...limits[scope],
    }),
  );
};

const SCOPES_BEFORE_LANE = ['organization', 'account', 'rule', 'runbook'] as const;

const scopeId = (scope: LimitScope, { finding, lane, document }: Scoped): string => {
  switch (scope) {
    case 'organization':
      return 'organization';
    case 'account':
      return `account#${lane.account}`;
    case 'lane':
      return laneScopeId(laneId(lane));
    case 'rule':
      return `rule#${finding.ruleIdentifier ?? finding.rule}`;
    case 'runbook':
      return `runbook#${document}`;
  }
};

export const laneScopeId = (lane: string): string => `lane#${lane}`;

/**
 * The ClientToken of one attempt: the same attempt always has the same one, so that it cannot start twice.
 *
 * @example attemptToken('0a1b2c3d4e5f6g7h-1', 1) // 36 characters, the same every time
 */
export const attemptToken = (caseId: string, attempt: number): string =>
  uuidV5(`${caseId}/${attempt}`, ATTEMPT_NAMESPACE);

/** Any fixed UUID does; this one is selfheal's. */
const ATTEMPT_NAMESPACE = '7d1f3c52-63c4-5d5f-9f0a-3f6c2b8a4e10';
