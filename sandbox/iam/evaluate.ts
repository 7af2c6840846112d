/**
 * IAM's decision, as a pure function of the policies:
 *
 *     explicit Deny anywhere -> no
 *     identity policies allow, and the boundary (if there is one) allows too -> yes
 *     the resource's own policy allows: enough in its account, needed as well from another
 *     a role's trust policy: needed always, and enough in its account when it names who asks
 *     else -> no
 *
 * The order of policies and of statements changes nothing.
 */
import type { AccessRequest, Decision } from './access-request.ts';
import {
  type CompiledPolicy,
  type CompiledStatement,
  compilePolicy,
  type PolicyKind,
} from './compile-policy.ts';
import type { PolicyDocument } from './policy-document.ts';

export interface ResourceSide {
  readonly policy: PolicyDocument | undefined;
  readonly kind: Exclude<PolicyKind, 'identity'>;
  readonly sameAccount: boolean;
}

/**
 * @example
 * const { mayRead, ...others } = role.policies;
 * evaluate(Object.values(others), role.boundary, request).allowed // false when only `mayRead` allowed it
 */
export const evaluate = (
  policies: readonly PolicyDocument[],
  boundary: PolicyDocument | undefined,
  request: AccessRequest,
  resourceSide?: ResourceSide,
): Decision => {
  const identity = judge(
    policies.map((each) => compilePolicy(each, 'identity')),
    request,
  );
  const limit = boundary && judge([compilePolicy(boundary, 'identity')], request);
  const resource = judgeResource(resourceSide, request);
  const denying =
    deniedBy(identity, IDENTITY) ?? (limit && deniedBy(limit, BOUNDARY)) ?? deniedBy(resource, RESOURCE);
  if (denying !== undefined) return denying;
  const crossAccount = resourceSide?.sameAccount === false;
  const needsResource = crossAccount || resourceSide?.kind === 'trust';
  if (needsResource && resource.allowing === undefined) return notAllowed(RESOURCE, request);
  if (limit !== undefined && limit.allowing === undefined) return notAllowed(BOUNDARY, request);
  const allowing = identity.allowing ?? (crossAccount ? undefined : resource.grants);
  return allowing === undefined
    ? notAllowed(IDENTITY, request)
    : { allowed: true, why: `by ${allowing.name}` };
};

/** For a service, which has no policies of its own: the resource's policy alone decides. */
export const evaluateResourcePolicy = (
  policy: PolicyDocument | undefined,
  kind: Exclude<PolicyKind, 'identity'>,
  request: AccessRequest,
): Decision => {
  const resource = judgeResource({ policy, kind, sameAccount: true }, request);
  const denying = deniedBy(resource, RESOURCE);
  if (denying !== undefined) return denying;
  if (resource.grants === undefined) return notAllowed(RESOURCE, request);
  return { allowed: true, why: `by ${resource.grants.name}` };
};

interface Verdict {
  readonly denying?: CompiledStatement | undefined;
  readonly allowing?: CompiledStatement | undefined;
}

interface ResourceVerdict extends Verdict {
  /** Allows by naming the principal itself, so that nothing else need allow it. */
  readonly grants?: CompiledStatement | undefined;
}

const judge = (policies: readonly CompiledPolicy[], request: AccessRequest): Verdict => {
  const matching = policies.flatMap((policy) => policy.filter((statement) => statement.matches(request)));
  return verdictOf(matching);
};

const verdictOf = (matching: readonly CompiledStatement[]): Verdict => ({
  denying: matching.find(({ effect }) => effect === 'Deny'),
  allowing: matching.find(({ effect }) => effect === 'Allow'),
});

const judgeResource = (side: ResourceSide | undefined, request: AccessRequest): ResourceVerdict => {
  if (side?.policy === undefined) return {};
  const { principal } = request;
  const matching = compilePolicy(side.policy, side.kind).filter(
    (statement) => statement.principal?.names(principal) !== undefined && statement.matches(request),
  );
  const grants = matching.find(
    (statement) => statement.effect === 'Allow' && statement.principal?.names(principal) === 'themselves',
  );
  return { ...verdictOf(matching), grants };
};

const IDENTITY = 'identity-based policy';
const BOUNDARY = 'permissions boundary';
const RESOURCE = 'resource-based policy';

const deniedBy = ({ denying }: Verdict, where: string): Decision | undefined =>
  denying && {
    allowed: false,
    why: `with an explicit deny in ${where === IDENTITY ? 'an' : 'a'} ${where}`,
  };

const notAllowed = (where: string, { action }: AccessRequest): Decision => ({
  allowed: false,
  why: `because no ${where} allows the ${action} action`,
});
