/**
 * What a runbook hands on: roles that it passes to a service, and service-linked roles that it has made. IAM
 * grants either for one named service alone, and no catalog file says which: AWS's page of the runbook does.
 */

/** A role that a runbook passes. */
export interface PassedRole {
  readonly service: string;
  /** The role's name when the runbook has one of its own accord; else the policy's parameters name it. */
  readonly roleName?: string;
}

/** @throws an Error when a runbook passes roles and nobody has written down to which service. */
export const passedRoleOf = (document: string): PassedRole => found(PASSED, document, 'iam:PassRole');

/** The service whose role a runbook has made. @throws an Error when nobody has written it down. */
export const linkedServiceOf = (document: string): string =>
  found(LINKED, document, 'iam:CreateServiceLinkedRole');

const found = <T>(table: Readonly<Record<string, T>>, document: string, action: string): T => {
  const entry = table[document];
  if (entry === undefined)
    throw new Error(
      `${document} needs ${action}, and infra/stack/handed-on.ts does not say for which service: read its page and add it.`,
    );
  return entry;
};

const PASSED: Readonly<Record<string, PassedRole>> = {
  'AWS-AttachIAMToInstance': { service: 'ec2.amazonaws.com' },
  'AWS-EnableCloudTrailCloudWatchLogs': { service: 'cloudtrail.amazonaws.com' },
  'AWS-EnableSNSTopicDeliveryStatusLogging': { service: 'sns.amazonaws.com' },
  'AWS-EnableStepFunctionsStateMachineLogging': { service: 'states.amazonaws.com' },
  'AWS-PatchInstanceWithRollback': { service: 'lambda.amazonaws.com' },
  'AWS-SetupManagedRoleOnEC2Instance': {
    service: 'ec2.amazonaws.com',
    roleName: 'SSMRoleForManagedInstance',
  },
  'AWSConfigRemediation-EnableEnhancedMonitoringOnRDSInstance': { service: 'monitoring.rds.amazonaws.com' },
  'AWSSupport-EnableVPCFlowLogs': { service: 'vpc-flow-logs.amazonaws.com' },
};

const LINKED: Readonly<Record<string, string>> = {
  'AWS-EnableDynamoDbAutoscaling': 'dynamodb.application-autoscaling.amazonaws.com',
  'AWSConfigRemediation-CreateGuardDutyDetector': 'guardduty.amazonaws.com',
  'AWSConfigRemediation-EnableAccountAccessAnalyzer': 'access-analyzer.amazonaws.com',
  'AWSConfigRemediation-EnableSecurityHub': 'securityhub.amazonaws.com',
  'AWSConfigRemediation-EnableWAFClassicLogging': 'waf.amazonaws.com',
  'AWSConfigRemediation-EnableWAFV2Logging': 'wafv2.amazonaws.com',
};
