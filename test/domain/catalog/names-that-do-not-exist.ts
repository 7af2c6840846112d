/**
 * Names of SSM documents that circulate in posts and generated code, but that AWS does not own.
 */
export const NAMES_THAT_DO_NOT_EXIST: readonly string[] = [
  'AWSConfigRemediation-CreateEncryptedCopy',
  'AWSConfigRemediation-RemoveS3BucketPublicAccess',
  'AWS-EnableEBSEncryptionByDefault',
  'AWSConfigRemediation-EnforceSSLRequestsOnly',
  'AWSConfigRemediation-EnableS3BucketEncryption',
  'AWSConfigRemediation-RemoveUnrestrictedSourceInSecurityGroup',
  'AWS-EnableVPCFlowLogs',
  'AWS-EnableCloudTrailCloudWatchLogging',
  // These exist, but are Command documents: Automation cannot start them.
  'AWS-RunPatchBaseline',
  // These exist, but replace a flow log instead of making one.
  'AWSConfigRemediation-EnableVPCFlowLogsToCloudWatch',
  'AWSConfigRemediation-EnableVPCFlowLogsToS3Bucket',
];
