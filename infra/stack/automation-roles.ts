/** One role a runbook: Automation in this account may assume it, and it may do what the catalog says it needs. */
import { automationRoleName } from '../../domain/automation-role.ts';
import type { Disruption, Runbook } from '../../domain/catalog/catalog.ts';
import { automationStatements } from './automation-statements.ts';
import { ACCOUNT, arn } from './resource-scopes.ts';
import type { TemplateResource, TemplateValue } from './template.ts';

/** The condition under which a runbook of this disruption has its role. */
export const CONDITION_OF: Readonly<Record<Disruption, string>> = {
  none: 'AllowsNone',
  low: 'AllowsLow',
  high: 'AllowsHigh',
  destructive: 'AllowsDestructive',
};

/**
 * The role and its policy, by logical id. The policy is a managed one: AWS Config has a rule against inline
 * policies, and a stack that heals should not be what it finds.
 */
export const automationRole = async (runbook: Runbook): Promise<Record<string, TemplateResource>> => {
  const { document, disruption } = runbook;
  const id = document.replaceAll(/[^A-Za-z0-9]/g, '');
  const name = automationRoleName(document);
  return {
    [`${id}Role`]: {
      Type: 'AWS::IAM::Role',
      Condition: CONDITION_OF[disruption],
      Properties: {
        RoleName: name,
        Description: `The SSM runbook ${document} acts with it for selfheal.`,
        AssumeRolePolicyDocument: TRUST,
        PermissionsBoundary: { Ref: 'AutomationBoundary' },
        ManagedPolicyArns: [{ Ref: `${id}Policy` }],
      },
    },
    [`${id}Policy`]: {
      Type: 'AWS::IAM::ManagedPolicy',
      Condition: CONDITION_OF[disruption],
      Properties: {
        ManagedPolicyName: name,
        Description: `What the SSM runbook ${document} needs.`,
        PolicyDocument: { Version: '2012-10-17', Statement: await automationStatements(runbook) },
      },
    },
  };
};

/** Automation alone, and only for a run in this account: what another account runs cannot borrow the role. */
const TRUST: TemplateValue = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'AutomationInThisAccountOnly',
      Effect: 'Allow',
      Principal: { Service: 'ssm.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
        ArnLike: {
          'aws:SourceArn': { 'Fn::Sub': arn(`ssm:*:${ACCOUNT}:automation-execution/*`) },
        },
      },
    },
  ],
};
