import { describe, expect, it } from 'vitest';
import type { Template, TemplateResource, TemplateValue } from '../../../infra/stack/template.ts';
import { iamProblems, rolesOf, standalonePolicies } from '../../support/iam-of-template.ts';
import { hubTemplate, memberTemplate } from '../../support/stack-templates.ts';

const hub = hubTemplate();
const member = await memberTemplate();

describe.each([
  ['hub', hub],
  ['member', member],
])('the IAM of the %s stack', (_, template) => {
  it('says why each statement is there, allows no action with a *, passes roles exactly', async () => {
    expect(await iamProblems(template)).toEqual([]);
  });

  it('gives each role a name that is its own', () => {
    const names = [...rolesOf(template), ...standalonePolicies(template)].map(({ name }) => name);
    expect(names.filter((name) => !name.startsWith('selfheal-'))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the roles that enter member accounts', () => {
  it('are those that the hub tells the member stack of', () => {
    const entering = rolesOf(hub)
      .filter(({ statements }) => statements.some(({ actions }) => actions.includes('sts:AssumeRole')))
      .map(({ id }) => id);
    const told = JSON.stringify(hub.Outputs?.HubRoleArns);
    expect(
      rolesOf(hub)
        .filter(({ id }) => told.includes(`["${id}","Arn"]`))
        .map(({ id }) => id),
    ).toEqual(entering);
  });
});

describe('the check of a role', () => {
  const problemsOf = (statement: Record<string, TemplateValue>) =>
    iamProblems({ Resources: { R: roleWith({ Sid: 'S', Effect: 'Allow', Resource: '*', ...statement }) } });

  it.each([
    [{ Sid: '', Action: 's3:GetBucketAcl' }, 'has no Sid'],
    [{ Action: 's3:*' }, 'allows s3:*'],
    [{ Action: 's3:GetBucketAcls' }, 'IAM has no action s3:GetBucketAcls'],
    [{ NotAction: 's3:GetBucketAcl' }, 'allows all but some'],
    [{ Action: 'iam:PassRole' }, 'passes *'],
    [{ Action: 'iam:PassRole', Resource: 'arn:aws:iam::111122223333:role/a' }, 'to any service'],
    [
      { Action: 'ssm:GetDocument', Resource: 'arn:aws:ssm:*:111122223333:document/AWS-A' },
      'names an account',
    ],
  ])('finds what is wrong with %j', async (statement, told) => {
    expect((await problemsOf(statement)).join()).toContain(told);
  });

  it('finds a role that anybody may assume', async () => {
    const role = roleWith({ Sid: 'S', Effect: 'Allow', Action: 's3:GetBucketAcl', Resource: '*' }, '*');
    expect(await iamProblems({ Resources: { R: role } })).toEqual(['selfheal-r: may be assumed by *']);
  });
});

const roleWith = (statement: TemplateValue, principal: TemplateValue = { Service: 'a.amazonaws.com' }) =>
  ({
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: 'selfheal-r',
      AssumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Principal: principal }] },
      Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: [statement] } }],
    },
  }) satisfies TemplateResource & Template['Resources'][string];
