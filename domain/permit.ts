/**
 * A permit is the right to have one execution running: a lease in every scope that has a limit, keyed by
 * the resource, so that one resource never has two runbooks at work. The lane comes last, because it also
 * hands out the start slot, and a slot that is not used is lost. In the scope of its rule every start is
 * counted as well, and the resources that were touched are remembered for as long as a limit on them looks back.
 */
import { v5 as uuidV5 } from 'uuid';
import type { Case } from './case/case.ts';
import { type Finding, laneId } from './finding.ts';
import type { Limit, LimitScope } from './policy/policy.ts';
import type { Instant } from './time.ts';

export interface PermitScope extends Limit {
  /** e.g. `lane#222222222222/us-east-1`, `organization`, `rule#S3_BUCKET_VERSIONING_ENABLED`. */
  readonly id: string;
  /** True where nothing limits how many are at work: then no lease is taken, and none has to be given back. */
  readonly unleased?: boolean;
  /** Only of a rule, and only of an attempt that has not begun: what is written down about its start. */
  readonly counting?: StartCounting;
}

export interface StartCounting {
  /** How many different resources may be touched; each is looked at on its own. */
  readonly touches: readonly TouchLimit[];
  /** How long the counts of starts are kept, in ms. */
  readonly keptMs: number;
  /** The runbook by which the start counts as well; absent where it is only looked what would be granted. */
  readonly document?: string;
}

/** At most so many different resources in a stretch of time; one that was touched in it already may be again. */
export interface TouchLimit {
  /** `backlog`: of those started unasked; what is more is asked for. `radius`: of all; what is more waits. */
  readonly kind: 'backlog' | 'radius';
  readonly resourcesMax: number;
  readonly windowMs: number;
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
  | { readonly kind: 'behind-others'; readonly scope: string }
  /** The rule's blast radius is used up; at `retryAt` the first of the resources touched is long enough ago. */
  | { readonly kind: 'used-up'; readonly scope: string; readonly retryAt: Instant }
  /** As many resources as may be were started unasked; there is a surplus since `since`. */
  | { readonly kind: 'surplus'; readonly scope: string; readonly since: Instant };

type Scoped = Pick<Case, 'finding' | 'lane' | 'terms'> & { readonly document: string };

/** What else is known of an attempt that seeks its start. */
interface Seeking {
  /** Its intent is written: its start is counted already. */
  readonly hasBegun: boolean;
  /** People approved exactly its plan: it is no part of a backlog. */
  readonly isApproved: boolean;
  /** What `max-concurrent-percent` comes to; absent when the policy does not name it. */
  readonly ruleConcurrencyMax?: number;
}

/** The scopes of an attempt, the lane last. Without `seeking` they are good for their ids alone. */
export const permitScopes = (scoped: Scoped, seeking?: Seeking): readonly PermitScope[] => {
  const { limits } = scoped.terms;
  return SCOPES.filter((scope) => isAlways(scope) || limits[scope] !== undefined).map((scope) => ({
    id: scopeId(scope, scoped),
    ...limits[scope],
    ...(scope === 'rule' && ofRule(scoped, seeking)),
  }));
};

/** The scopes in which an attempt has a lease, and gives it back. */
export const leasedScopes = (scoped: Scoped): readonly string[] =>
  permitScopes(scoped)
    .filter(({ unleased }) => !unleased)
    .map(({ id }) => id);

const ofRule = ({ terms, document }: Scoped, seeking: Seeking | undefined): Omit<PermitScope, 'id'> => {
  const { limits, blastRadius, backlog, breaker } = terms;
  const maxima = [limits.rule?.concurrencyMax, seeking?.ruleConcurrencyMax].filter(
    (max) => max !== undefined,
  );
  const touches: TouchLimit[] = [];
  if (!seeking?.isApproved) touches.push({ kind: 'backlog', ...backlog });
  if (blastRadius?.resourcesMax !== undefined)
    touches.push({
      kind: 'radius',
      resourcesMax: blastRadius.resourcesMax,
      windowMs: blastRadius.windowMs,
    });
  return {
    ...(maxima.length > 0 && { concurrencyMax: Math.min(...maxima) }),
    ...(limits.rule === undefined && blastRadius?.concurrentPercentMax === undefined && { unleased: true }),
    ...(seeking?.hasBegun === false && { counting: { touches, keptMs: breaker.windowMs, document } }),
  };
};

const SCOPES = ['organization', 'account', 'rule', 'runbook', 'lane'] as const;
/** Every start is counted for its rule, and takes a slot of its lane. */
const isAlways = (scope: LimitScope): boolean => scope === 'rule' || scope === 'lane';

const scopeId = (scope: LimitScope, { finding, lane, document }: Scoped): string => {
  switch (scope) {
    case 'organization':
      return 'organization';
    case 'account':
      return `account#${lane.account}`;
    case 'lane':
      return laneScopeId(laneId(lane));
    case 'rule':
      return ruleScopeId(finding);
    case 'runbook':
      return `runbook#${document}`;
  }
};

/** What a rule is counted by: the same rule under whatever name it was deployed. */
export const ruleScopeId = ({ ruleIdentifier, rule }: Pick<Finding, 'rule' | 'ruleIdentifier'>): string =>
  `rule#${ruleIdentifier ?? rule}`;

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
