/** What one runbook's role may do: the catalog's IAM actions, each on as little as can be said beforehand. */
import { automationRoleName } from '../../domain/automation-role.ts';
import type { PassedRole, Runbook } from '../../domain/catalog/catalog.ts';
import { ACCOUNT, arn, type ResourceScope, resourceScopeOf } from './resource-scopes.ts';
import type { TemplateValue } from './template.ts';

export const automationStatements = async (runbook: Runbook): Promise<readonly TemplateValue[]> => {
  const scoped = await Promise.all(
    runbook.iamActions
      .filter((action) => !FOR_ONE_SERVICE.has(action))
      .map(async (action) => ({ action, scope: await resourceScopeOf(action, runbook) })),
  );
  return [...grouped(scoped), ...passedRoles(runbook), ...serviceLinkedRoles(runbook)];
};

/** Safe only for one named service: each has a statement of its own, with that condition. */
const FOR_ONE_SERVICE: ReadonlySet<string> = new Set(['iam:PassRole', 'iam:CreateServiceLinkedRole']);

interface Scoped {
  readonly action: string;
  readonly scope: ResourceScope;
}

/** One statement for all actions that take the same resources. */
const grouped = (scoped: readonly Scoped[]): readonly TemplateValue[] => {
  const byScope = new Map<string, Scoped[]>();
  for (const each of scoped) {
    const key = each.scope.join(' ');
    byScope.set(key, [...(byScope.get(key) ?? []), each]);
  }
  const groups = [...byScope.entries()].toSorted(([left], [right]) => (left < right ? -1 : 1));
  const taken = new Map<string, number>();
  return groups.map(([, group]) => {
    const scope = group[0]?.scope ?? [];
    const sid = sidOf(scope);
    const nth = (taken.get(sid) ?? 0) + 1;
    taken.set(sid, nth);
    return {
      Sid: nth === 1 ? sid : `${sid}${nth}`,
      Effect: 'Allow',
      Action: group.map(({ action }) => action).toSorted(),
      Resource: scope.map((each) => (each === '*' ? each : sub(each))),
    };
  });
};

/** What the statement is about: `RdsDbSnapshot` for databases and snapshots of RDS; many kinds are `RdsResources`. */
const sidOf = (scope: ResourceScope): string => {
  if (scope[0] === '*') return 'TakesNoResource';
  const words = scope.flatMap((each) => {
    const [, , service = '', , , resource = ''] = each.replaceAll('AWS::', '').split(':');
    return [service, /^[A-Za-z-]*/.exec(resource)?.[0] ?? ''];
  });
  const [service = '', ...kinds] = new Set(words);
  return [service, ...(kinds.length > KINDS_TOLD_MAX ? ['resources'] : kinds)].map(camel).join('');
};

/** Roles that the catalog names, and those of the deployment's choice where a parameter of the policy names them. */
const passedRoles = (runbook: Runbook): readonly TemplateValue[] => {
  const services = [...new Set((runbook.passRoles ?? []).map(({ service }) => service))];
  return services.flatMap((service) => {
    const passed = (runbook.passRoles ?? []).filter((each) => each.service === service);
    const named = [...new Set(passed.flatMap((each) => namedRole(runbook, each) ?? []))];
    const own = named.length === 0 ? [] : [passing('Named', service, named.map(sub))];
    const given = passed.some((each) => isGivenByPolicy(runbook, each));
    const chosen = passing('Chosen', service, { Ref: 'PassableRoleArns' });
    return given ? [...own, { 'Fn::If': ['HasPassableRoles', chosen, { Ref: 'AWS::NoValue' }] }] : own;
  });
};

const passing = (which: string, service: string, resource: TemplateValue): TemplateValue => ({
  Sid: `Pass${which}RoleTo${camel(service.replace('.amazonaws.com', ''))}`,
  Effect: 'Allow',
  Action: 'iam:PassRole',
  Resource: resource,
  Condition: { StringEquals: { 'iam:PassedToService': service } },
});

/** The role's ARN where the catalog says which: by name, as a parameter's fallback, or the runbook's own. */
const namedRole = (runbook: Runbook, passed: PassedRole): string | undefined => {
  if ('role' in passed) return roleArn(passed.role);
  const source = sourceOf(runbook, passed.parameter);
  if (source?.from === 'automation-role') return roleArn(automationRoleName(runbook.document));
  const value =
    source?.from === 'policy' ? source.fallback : source?.from === 'constant' ? source.value : undefined;
  return typeof value === 'string' ? roleArn(value.replace(/^.*role\//, '')) : undefined;
};

const isGivenByPolicy = (runbook: Runbook, passed: PassedRole): boolean =>
  'parameter' in passed && sourceOf(runbook, passed.parameter)?.from === 'policy';

const sourceOf = ({ parameters }: Runbook, parameter: string) =>
  parameters.find(({ name }) => name === parameter)?.source;

const serviceLinkedRoles = ({ serviceLinkedRoles: services = [] }: Runbook): readonly TemplateValue[] =>
  services.map((service) => ({
    Sid: `MakeServiceLinkedRoleOf${camel(service.replace('.amazonaws.com', ''))}`,
    Effect: 'Allow',
    Action: 'iam:CreateServiceLinkedRole',
    Resource: sub(arn(`iam::${ACCOUNT}:role/aws-service-role/${service}/*`)),
    Condition: { StringEquals: { 'iam:AWSServiceName': service } },
  }));

const roleArn = (name: string): string => arn(`iam::${ACCOUNT}:role/${name}`);
const sub = (text: string): TemplateValue => ({ 'Fn::Sub': text });
/** @example camel('vpc-flow-logs') // 'VpcFlowLogs' */
const camel = (words: string): string =>
  words
    .split(/[-.]/)
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join('');

const KINDS_TOLD_MAX = 3;
