/** What the hub's functions, and the people who use it, may do: no more than their work, told by the template. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Template } from '../../../infra/stack/template.ts';
import {
  type GrantedStatement,
  iamProblems,
  rolesOf,
  statementsIn,
  type TemplateRole,
} from '../../support/iam-of-template.ts';
import { hubTemplate } from '../../support/stack-templates.ts';
import { SYNTHESIS_MS_MAX, type Synthesized, synthesized } from '../../support/synthesized.ts';
import { textOf } from '../../support/template-values.ts';

let hub: Synthesized;
let roles: readonly TemplateRole[];
beforeAll(async () => {
  hub = await synthesized();
  roles = rolesOf(hub.template).filter(({ name }) => name.startsWith('selfheal-function-'));
}, SYNTHESIS_MS_MAX);

const WRITES = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'];
const allows =
  (action: string) =>
  (statement: GrantedStatement): boolean =>
    statement.effect === 'Allow' && statement.actions.includes(action);
/** Names of the functions that may do something, with what it is told of. */
const mayDo = (action: string, about: RegExp = /.*/): readonly string[] =>
  roles
    .filter(({ statements }) =>
      statements
        .filter(allows(action))
        .some(({ resources, condition }) =>
          about.test(`${resources.join(' ')} ${JSON.stringify(condition)}`),
        ),
    )
    .map(({ name }) => name.replace('selfheal-function-', ''))
    .sort();

describe('the policies of the packaged hub', () => {
  it('are those of its fragments, and the one of the bucket that osls uploads to', () => {
    const policiesOf = ({ Resources }: Pick<Template, 'Resources'>) =>
      Object.keys(Resources).filter((id) => /::IAM::|Policy$/.test(Resources[id]?.Type ?? ''));
    expect(policiesOf(hub.template).sort()).toEqual(
      [...policiesOf(hubTemplate()), 'ServerlessDeploymentBucketPolicy'].sort(),
    );
  });
});

describe('the roles of the functions', () => {
  it('allow actions that exist, each by name, and pass on no role', async () => {
    expect(await iamProblems(hub.template)).toEqual([]);
    expect(mayDo('iam:PassRole')).toEqual([]);
  });

  it('are assumed by Lambda and by nobody else', () => {
    for (const { name, trust } of roles)
      expect(
        trust.map(({ principal }) => principal),
        name,
      ).toEqual(['lambda.amazonaws.com']);
  });

  it('name what they act on: everything is named only where IAM knows no less', () => {
    const unbounded = roles.flatMap(({ name, statements }) =>
      statements
        .filter(({ effect, resources }) => effect === 'Allow' && resources.includes('*'))
        .flatMap(({ actions }) =>
          actions.map((action) => `${name.replace('selfheal-function-', '')} ${action}`),
        ),
    );
    expect(unbounded.filter((one) => !/ xray:Put/.test(one))).toEqual([
      'scheduled config:DescribeConfigurationAggregators',
      'report config:DescribeConfigurationAggregators',
      'operations config:DescribeConfigurationAggregators',
    ]);
  });

  it('write into the table by partition: cases, permits and breakers where work is done, the rest of the control item by two', () => {
    const workers = ['compliance-change', 'decide', 'execution-status', 'scheduled', 'wake'];
    expect(mayDo('dynamodb:PutItem')).toEqual([...workers, 'report'].sort());
    for (const kept of ['journal', 'health'])
      expect(mayDo('dynamodb:PutItem', new RegExp(`LeadingKeys":\\["${kept}"\\]`))).toEqual(['report']);
    expect(mayDo('dynamodb:PutItem', /LeadingKeys":\["case#\*"\]/)).toEqual(workers);
    expect(mayDo('dynamodb:UpdateItem', /LeadingKeys":\["scope#\*"\]/)).toEqual(workers);
    // The sweep does without: what it may not write of a breaker, the function that is woken next does.
    const ofBreakers = workers.filter((name) => name !== 'scheduled');
    const writers = [...ofBreakers, 'tick'].sort();
    expect(mayDo('dynamodb:UpdateItem', /LeadingKeys":\["control"\]/)).toEqual(writers);
    expect(mayDo('dynamodb:UpdateItem', /Attributes":\[.*"breaker#\*"\]/)).toEqual(writers);
    expect(mayDo('dynamodb:UpdateItem', /Attributes":\["pk","sk","breaker#\*"\]/)).toEqual(
      ofBreakers.filter((name) => name !== 'decide'),
    );
    expect(
      mayDo(
        'dynamodb:UpdateItem',
        /LeadingKeys":\["(?!scope#\*"\]|control"\]|exemption-told"\]|report-told"\])/,
      ),
    ).toEqual([]);
    expect(mayDo('dynamodb:UpdateItem', /LeadingKeys":\["exemption-told"\]/)).toEqual(['scheduled']);
    expect(mayDo('dynamodb:UpdateItem', /LeadingKeys":\["report-told"\]/)).toEqual(['report']);
    expect(mayDo('dynamodb:PutItem', /LeadingKeys":\["report","report-part#\*"\]/)).toEqual(['report']);
    expect(mayDo('dynamodb:PutItem', /LeadingKeys":\["sweep"\]/)).toEqual(['scheduled']);
    // Who records how far the policy is lets no stop switch go, and the other way round.
    expect(mayDo('dynamodb:UpdateItem', /Attributes":\[.*"stop#\*"/)).toEqual(['decide']);
    expect(mayDo('dynamodb:UpdateItem', /Attributes":\["pk","sk","policy\w+",/)).toEqual(['tick']);
    // Exemptions are what people ask for, and nothing else is ever deleted.
    expect(mayDo('dynamodb:DeleteItem')).toEqual(['decide']);
    expect(mayDo('dynamodb:DeleteItem', /LeadingKeys":\["exemption"\]/)).toEqual(['decide']);
    expect(mayDo('dynamodb:PutItem', /LeadingKeys":\[.*"exemption"/)).toEqual(['decide']);
    // Whoever asks people signs the link by which they get there, and makes the key where there is none.
    const asking = ['compliance-change', 'decide', 'scheduled', 'wake'];
    expect(mayDo('dynamodb:PutItem', /LeadingKeys":\[.*"link-keys"/)).toEqual(asking);
    expect(mayDo('dynamodb:GetItem', /LeadingKeys":\[.*"link-keys"/)).toEqual(['api', ...asking]);
    for (const action of ['dynamodb:BatchWriteItem', 'dynamodb:Scan']) expect(mayDo(action)).toEqual([]);
  });

  it('deny outright to write the policy, whatever else they would allow', () => {
    for (const { name, statements } of roles.filter((role) =>
      WRITES.some((action) => role.statements.some(allows(action))),
    ))
      expect(statements, name).toContainEqual(
        expect.objectContaining({
          effect: 'Deny',
          actions: WRITES,
          resources: ['{Table.Arn}'],
          condition: { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': ['policy'] } },
        }),
      );
  });

  it('enter other accounts by the executor role, in the organization or else at home', () => {
    for (const { name, statements } of roles)
      for (const { resources, condition } of statements.filter(allows('sts:AssumeRole'))) {
        expect(resources, name).toEqual([
          'arn:{AWS::Partition}:iam::*:role/selfheal-executor',
          'arn:{AWS::Partition}:iam::{AWS::AccountId}:role/selfheal-executor',
        ]);
        expect(condition, name).toEqual({
          'Fn::If': [
            'InOrganization',
            { StringEquals: { 'aws:ResourceOrgID': { Ref: 'OrganizationId' } } },
            { Ref: 'AWS::NoValue' },
          ],
        });
      }
  });

  it('that enter other accounts are those that the members are told to trust', () => {
    const { Outputs = {} } = hub.template;
    const told = textOf((Outputs.HubRoleArns as { readonly Value: string }).Value).split(',');
    const entering = roles.filter(({ statements }) => statements.some(allows('sts:AssumeRole')));
    expect(told.sort()).toEqual(entering.map(({ id }) => `{${id}.Arn}`).sort());
    expect(mayDo('sts:AssumeRole')).not.toContain('api');
  });

  it('write no log but their own', () => {
    for (const { name, statements } of roles)
      expect(statements.filter(allows('logs:PutLogEvents')).flatMap(({ resources }) => resources)).toEqual([
        `arn:{AWS::Partition}:logs:{AWS::Region}:{AWS::AccountId}:log-group:/aws/lambda/${name.replace('-function', '')}:*`,
      ]);
  });

  it('keep within the quotas of IAM', () => {
    for (const { id, name } of roles) {
      const text = JSON.stringify(hub.template.Resources[id]?.Properties.Policies);
      expect(text.length, name).toBeLessThan(10_240);
      expect(name.length).toBeLessThanOrEqual(64);
    }
  });
});

describe('what people may do', () => {
  const policy = (id: string) => statementsIn(hub.template.Resources[id]?.Properties.PolicyDocument, id);
  const reach = (id: string) =>
    policy(id).flatMap(({ resources }) => resources.map((one) => one.split('{SignedApi}')[1]));

  it('readers look, operators do everything but publish', () => {
    for (const id of ['ReaderPolicy', 'GatePolicy'])
      expect(reach(id).every((path) => path?.startsWith('/$default/GET/'))).toBe(true);
    expect(reach('OperatorPolicy')).toEqual(['/$default/GET/*', '/$default/POST/*']);
    for (const id of ['ReaderPolicy', 'GatePolicy', 'OperatorPolicy'])
      expect(policy(id).flatMap(({ actions }) => actions)).toEqual(['execute-api:Invoke']);
  });

  it('publishers alone write versions of the policy, and touch no case', () => {
    const written = policy('PolicyPublisherPolicy').filter(({ actions }) =>
      WRITES.some((action) => actions.includes(action)),
    );
    expect(written.map(({ actions, condition }) => [actions, condition])).toEqual([
      [['dynamodb:PutItem'], { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['policy'] } }],
      [
        ['dynamodb:UpdateItem'],
        {
          'ForAllValues:StringEquals': {
            'dynamodb:LeadingKeys': ['control'],
            'dynamodb:Attributes': ['pk', 'sk', 'policySequence'],
          },
        },
      ],
    ]);
  });
});
