/**
 * Is every part of a policy needed? Each is taken out or changed in turn: somebody who is welcome must then be
 * refused, or an attack that is refused must get through. Nothing runs: requests are only decided again.
 */
import type { AccessRequest, RequestContext } from '../../sandbox/iam/access-request.ts';
import type { PolicyKind } from '../../sandbox/iam/compile-policy.ts';
import { evaluate, evaluateResourcePolicy } from '../../sandbox/iam/evaluate.ts';
import {
  type PolicyDocument,
  type PolicyStatement,
  statementsOf,
} from '../../sandbox/iam/policy-document.ts';
import { accountOfArn } from '../../sandbox/iam/principals.ts';

/** What a policy guards, and who may have it. Requests are told by what they are: `another account's rule`. */
export interface Guarded {
  readonly document: PolicyDocument;
  /**
   * `identity`: denies to a role that could do everything. `grant`: is all that somebody may do. `key`: of a key in
   * KMS, where nothing counts that the key's own policy does not say.
   */
  readonly kind: PolicyKind | 'boundary' | 'grant' | 'key';
  readonly welcome: Readonly<Record<string, AccessRequest>>;
  readonly attacks: Readonly<Record<string, AccessRequest>>;
}

/** Who is welcome and refused, and which attacks get through. */
export const mistakes = ({ document, kind, welcome, attacks }: Guarded): readonly string[] => [
  ...Object.keys(welcome).filter((who) => !admits(document, kind, welcome[who] as AccessRequest)),
  ...Object.keys(attacks).filter((who) => admits(document, kind, attacks[who] as AccessRequest)),
];

/** Parts of the policy without which the same would be welcome, and the same be refused. */
export const idleParts = (guarded: Guarded): readonly string[] =>
  [...narrowed(guarded.document), ...widened(guarded.document)]
    .filter(({ document }) => mistakes({ ...guarded, document }).length === 0)
    .map(({ part }) => part);

/** Parts which admit, and without which all of these requests would still be admitted. */
export const idleGrants = (
  document: PolicyDocument,
  kind: Guarded['kind'],
  asked: readonly AccessRequest[],
): readonly string[] =>
  narrowed(document)
    .filter((without) => asked.every((request) => admits(without.document, kind, request)))
    .map(({ part }) => part);

/** What the policy decides about somebody who may do everything else. */
const admits = (document: PolicyDocument, kind: Guarded['kind'], request: AccessRequest): boolean => {
  const { principal, resource } = request;
  if (kind === 'identity') return evaluate([EVERYTHING, document], undefined, request).allowed;
  if (kind === 'grant') return evaluate([document], undefined, request).allowed;
  if (kind === 'boundary') return evaluate([EVERYTHING], document, request).allowed;
  const policy = { policy: document, kind: kind === 'trust' ? kind : ('resource' as const) };
  if (!principal.startsWith('arn:')) return evaluateResourcePolicy(document, policy.kind, request).allowed;
  const owner = accountOfArn(resource);
  const sameAccount = kind !== 'key' && (owner === '' || owner === accountOfArn(principal));
  return evaluate([EVERYTHING], undefined, request, { ...policy, sameAccount }).allowed;
};

const EVERYTHING: PolicyDocument = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

interface Changed {
  /** `FromItsRuleOnly: aws:SourceArn`. */
  readonly part: string;
  readonly document: PolicyDocument;
}

/** Statements left out, values of conditions made another's, items of lists left out. */
const narrowed = (document: PolicyDocument): readonly Changed[] =>
  changed(document, (statement) => [
    { part: 'all of it', statement: undefined },
    ...itemsLeftOut(statement),
    ...conditionValues(statement).map(({ operator, key, values, value }) => ({
      part: `${key} = ${value}`,
      statement: withCondition(
        statement,
        operator,
        key,
        values.map((each) => (each === value ? 'another' : each)),
      ),
    })),
  ]);

/** Conditions left out. */
const widened = (document: PolicyDocument): readonly Changed[] =>
  changed(document, (statement) =>
    Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.keys(keys).map((key) => ({
        part: `the condition ${key}`,
        statement: withCondition(statement, operator, key, undefined),
      })),
    ),
  );

interface ChangedStatement {
  readonly part: string;
  readonly statement: PolicyStatement | undefined;
}

const changed = (
  document: PolicyDocument,
  changes: (statement: PolicyStatement) => readonly ChangedStatement[],
): readonly Changed[] => {
  const all = statementsOf(document);
  return all.flatMap((old) =>
    changes(old).map(({ part, statement }) => ({
      part: `${old.Sid ?? '(no Sid)'}: ${part}`,
      document: {
        ...document,
        Statement: all.flatMap((each) => (each !== old ? [each] : statement ? [statement] : [])),
      },
    })),
  );
};

const itemsLeftOut = (statement: PolicyStatement): readonly ChangedStatement[] => {
  const principals = typeof statement.Principal === 'object' ? Object.entries(statement.Principal) : [];
  return [
    ...leftOut(statement.Action, (Action) => ({ ...statement, Action })),
    ...leftOut(statement.Resource, (Resource) => ({ ...statement, Resource })),
    ...principals.flatMap(([kind, names]) =>
      leftOut(names, (fewer) => ({ ...statement, Principal: { [kind]: fewer } })),
    ),
  ];
};

const leftOut = (
  list: string | readonly string[] | undefined,
  make: (fewer: readonly string[]) => PolicyStatement,
): readonly ChangedStatement[] =>
  Array.isArray(list) && list.length > 1
    ? list.map((item) => ({ part: item, statement: make(list.filter((other) => other !== item)) }))
    : [];

const conditionValues = ({ Condition }: PolicyStatement) =>
  Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).flatMap(([key, given]) => {
      const values = [given].flat().map(String);
      return values.map((value) => ({ operator, key, values, value }));
    }),
  );

const withCondition = (
  { Condition = {}, ...rest }: PolicyStatement,
  operator: string,
  key: string,
  values: readonly string[] | undefined,
): PolicyStatement => {
  const { [key]: _, ...others } = Condition[operator] ?? {};
  const keys = values === undefined ? others : { ...others, [key]: values };
  return { ...rest, Condition: { ...Condition, [operator]: keys } };
};

/** A request as somebody in particular makes it, over TLS unless told otherwise. */
export const request = (
  principal: string,
  action: string,
  resource: string,
  context: RequestContext = {},
): AccessRequest => ({ principal, action, resource, context: { 'aws:SecureTransport': 'true', ...context } });
