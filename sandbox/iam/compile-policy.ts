/** Reads a policy document once, refusing whatever it would not judge as AWS does; what comes out only has to be asked. */
import type { AccessRequest, RequestContext } from './access-request.ts';
import { compileConditions } from './conditions.ts';
import {
  type OneOrMany,
  type PolicyDocument,
  type PolicyStatement,
  statementsOf,
} from './policy-document.ts';
import { type CompiledPrincipal, compilePrincipal } from './principals.ts';
import { UnsupportedPolicy } from './unsupported-policy.ts';
import { checkVariables, resolveVariables } from './variables.ts';
import { matchesResource, matchesWildcards } from './wildcards.ts';

/** Of a role, of a resource, or the trust policy that says who may assume a role. */
export type PolicyKind = 'identity' | 'resource' | 'trust';

export interface CompiledStatement {
  /** Its Sid, or its place. */
  readonly name: string;
  readonly effect: 'Allow' | 'Deny';
  /** Absent in identity policies. */
  readonly principal?: CompiledPrincipal;
  /** Whether action, resource and conditions fit; the principal is not asked here. */
  matches(request: AccessRequest): boolean;
}

export type CompiledPolicy = readonly CompiledStatement[];

const compiled: Readonly<Record<PolicyKind, WeakMap<PolicyDocument, CompiledPolicy>>> = {
  identity: new WeakMap(),
  resource: new WeakMap(),
  trust: new WeakMap(),
};

/**
 * Compiles a document the first time it sees it.
 *
 * @throws UnsupportedPolicy
 */
export const compilePolicy = (document: PolicyDocument, kind: PolicyKind): CompiledPolicy => {
  const known = compiled[kind].get(document);
  if (known !== undefined) return known;
  if (document.Version !== undefined && !VERSIONS.has(document.Version))
    throw new UnsupportedPolicy(`there is no policy version ${document.Version}`);
  const fresh = statementsOf(document).map((statement, n) => compileStatement(statement, n, kind));
  compiled[kind].set(document, fresh);
  return fresh;
};

const VERSIONS: ReadonlySet<string> = new Set(['2012-10-17', '2008-10-17']);

const compileStatement = (statement: PolicyStatement, n: number, kind: PolicyKind): CompiledStatement => {
  const name = statement.Sid ?? `statement ${n + 1}`;
  checkMembers(statement, name, kind);
  const { Effect: effect, Principal } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw new UnsupportedPolicy(`${name} has no Effect`);
  const isAction = compileActions(statement);
  const isResource = compileResources(statement);
  const holds = compileConditions(statement.Condition);
  return {
    name,
    effect,
    ...(Principal === undefined ? {} : { principal: compilePrincipal(Principal) }),
    matches: ({ action, resource, context }) =>
      isAction(action) && isResource(resource, context) && holds(context),
  };
};

const MEMBERS: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

const checkMembers = (statement: PolicyStatement, name: string, kind: PolicyKind): void => {
  const unknown = Object.keys(statement).find((member) => !MEMBERS.has(member));
  if (unknown !== undefined) throw new UnsupportedPolicy(`${name} has a ${unknown}`);
  const has = (member: keyof PolicyStatement): boolean => statement[member] !== undefined;
  if (has('Action') === has('NotAction'))
    throw new UnsupportedPolicy(`${name} must have either Action or NotAction`);
  if (has('Principal') !== (kind !== 'identity'))
    throw new UnsupportedPolicy(
      `${name} ${kind === 'identity' ? 'must have no' : 'must have a'} Principal in a policy of this kind`,
    );
  if (kind === 'trust' ? has('Resource') || has('NotResource') : has('Resource') === has('NotResource'))
    throw new UnsupportedPolicy(
      `${name} must have ${kind === 'trust' ? 'neither' : 'either'} Resource or NotResource`,
    );
};

const many = <T>(values: OneOrMany<T>): readonly T[] => [values].flat() as readonly T[];

/** Actions are the same whatever the case of their letters. */
const compileActions = ({ Action, NotAction }: PolicyStatement): ((action: string) => boolean) => {
  const patterns = many(Action ?? NotAction ?? []).map((pattern) => {
    if (!/^(?:\*|[\w-]+:[\w*?]+)$/.test(pattern)) throw new UnsupportedPolicy(`"${pattern}" names no action`);
    return pattern.toLowerCase();
  });
  // The actions ever asked for are few, the questions many.
  const answers = new Map<string, boolean>();
  return (action) => {
    const known = answers.get(action);
    if (known !== undefined) return known;
    const lower = action.toLowerCase();
    const answer = patterns.some((pattern) => matchesWildcards(pattern, lower)) === (Action !== undefined);
    answers.set(action, answer);
    return answer;
  };
};

/** A trust policy has no resource: it is about the role it belongs to. */
const compileResources = ({
  Resource,
  NotResource,
}: PolicyStatement): ((resource: string, context: RequestContext) => boolean) => {
  const patterns = many(Resource ?? NotResource ?? []);
  if (Resource === undefined && NotResource === undefined) return () => true;
  for (const pattern of patterns) {
    checkVariables(pattern);
    if (pattern !== '*' && !/^arn:(?:[^:]*:){4}./.test(pattern) && !/^arn:.*\*$/.test(pattern))
      throw new UnsupportedPolicy(`"${pattern}" is no resource`);
  }
  return (resource, context) =>
    patterns.some((each) => {
      const pattern = resolveVariables(each, context);
      return pattern !== undefined && matchesResource(pattern, resource);
    }) ===
    (Resource !== undefined);
};
