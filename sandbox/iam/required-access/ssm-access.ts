/** What SSM's operations need. */
import { AUTOMATION_SERVICE } from '../../world/roles.ts';
import { type AccessRows, type CallSite, type Need, withoutResource } from './access-row.ts';

interface StartInput {
  readonly DocumentName: string;
  readonly DocumentVersion?: string;
  readonly Parameters?: Readonly<Record<string, readonly string[]>>;
  readonly Tags?: readonly unknown[];
}

/**
 * AWS's service reference asks for document and execution; the definition is what older accounts are asked
 * for, and what errors still name. Whoever has all three is let in by either.
 */
const startAutomation = (input: StartInput, site: CallSite): readonly Need[] => {
  const action = 'ssm:StartAutomationExecution';
  const { DocumentName: name, DocumentVersion: version = '$DEFAULT', Parameters = {}, Tags = [] } = input;
  const execution = ssmArn(site, 'automation-execution/*');
  return [
    { action, resource: documentArn(name, site), context: { 'ssm:DocumentVersion': [version] } },
    { action, resource: documentArn(`${name}:${version}`, site, 'automation-definition') },
    { action, resource: execution },
    ...(Tags.length === 0 ? [] : [{ action: 'ssm:AddTagsToResource', resource: execution }]),
    ...(Parameters.AutomationAssumeRole ?? []).map((resource) => ({
      action: 'iam:PassRole',
      resource,
      context: { 'iam:PassedToService': AUTOMATION_SERVICE },
    })),
  ];
};

const onExecution =
  (operation: string) =>
  ({ AutomationExecutionId: id }: { readonly AutomationExecutionId: string }, site: CallSite) => [
    { action: `ssm:${operation}`, resource: ssmArn(site, `automation-execution/${id}`) },
  ];

const onDocument =
  (operation: string) =>
  ({ Name }: { readonly Name: string }, site: CallSite) => [
    { action: `ssm:${operation}`, resource: documentArn(Name, site) },
  ];

/** The ARN of a document that AWS owns names no account. */
const documentArn = (name: string, site: CallSite, type = 'document'): string =>
  /^(?:AWS|Amazon)/.test(name)
    ? `arn:aws:ssm:${site.region}::${type}/${name}`
    : ssmArn(site, `${type}/${name}`);

const ssmArn = ({ account, region }: CallSite, rest: string): string =>
  `arn:aws:ssm:${region}:${account}:${rest}`;

export const SSM_ACCESS: AccessRows = {
  ...withoutResource('ssm', ['DescribeAutomationExecutions', 'ListDocuments']),
  StartAutomationExecution: startAutomation,
  StopAutomationExecution: onExecution('StopAutomationExecution'),
  GetAutomationExecution: onExecution('GetAutomationExecution'),
  DescribeAutomationStepExecutions: onExecution('DescribeAutomationStepExecutions'),
  DescribeDocument: onDocument('DescribeDocument'),
  GetDocument: onDocument('GetDocument'),
};
