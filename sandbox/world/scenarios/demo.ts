/**
 * Four minutes in the life of a small shop: a dozen things that heal by themselves, one runbook that fails
 * the first time, one payroll bucket that only a person may close, one volume that nobody can encrypt.
 */
import type { Scenario, ScenarioStep } from './scenario.ts';

const PROD = '222222222222';
const DEV = '333333333333';

const broken = (
  seconds: number,
  account: string,
  region: string,
  what: string,
  rule: string,
): ScenarioStep => ({
  atMs: seconds * 1000,
  action: { kind: 'break', account, region, what, rule },
});

export const demoScenario: Scenario = {
  name: 'demo',
  summary: 'Sixteen resources of two accounts are broken, one after another.',
  steps: [
    broken(2, PROD, 'us-east-1', 'shop-prod-invoices-us-east-1', 'S3_BUCKET_VERSIONING_ENABLED'),
    broken(8, PROD, 'us-east-1', 'shop-prod-payroll-us-east-1', 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED'),
    broken(16, DEV, 'us-east-1', 'carts', 'DYNAMODB_PITR_ENABLED'),
    broken(24, PROD, 'eu-west-1', 'orders-data', 'ENCRYPTED_VOLUMES'),
    {
      atMs: 30_000,
      action: {
        kind: 'fail-runbook',
        document: 'AWSConfigRemediation-EnableKeyRotation',
        account: PROD,
        region: 'us-east-1',
        times: 1,
        fault: {
          kind: 'step-fails',
          message:
            'An error occurred (KMSInternalException) when calling the EnableKeyRotation operation: the request failed.',
        },
      },
    },
    broken(32, PROD, 'us-east-1', 'audit', 'CMK_BACKING_KEY_ROTATION_ENABLED'),
    broken(44, PROD, 'eu-west-1', 'audit-trail', 'CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED'),
    broken(56, DEV, 'eu-west-1', 'private-a', 'SUBNET_AUTO_ASSIGN_PUBLIC_IP_DISABLED'),
    broken(70, PROD, 'us-east-1', 'orders', 'RDS_AUTOMATIC_MINOR_VERSION_UPGRADE_ENABLED'),
    broken(84, DEV, 'us-east-1', DEV, 'EC2_EBS_ENCRYPTION_BY_DEFAULT'),
    broken(98, PROD, 'us-east-1', PROD, 'IAM_PASSWORD_POLICY'),
    broken(112, DEV, 'eu-west-1', 'shop-dev-assets-eu-west-1', 'S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED'),
    broken(128, PROD, 'eu-west-1', 'customers', 'RDS_INSTANCE_DELETION_PROTECTION_ENABLED'),
    broken(146, DEV, 'us-east-1', 'storefront', 'ALB_HTTP_DROP_INVALID_HEADER_ENABLED'),
    broken(164, PROD, 'us-east-1', 'shop-prod-exports-us-east-1', 'S3_BUCKET_SSL_REQUESTS_ONLY'),
    broken(186, DEV, 'eu-west-1', 'reporting', 'DB_INSTANCE_BACKUP_ENABLED'),
    broken(210, PROD, 'eu-west-1', 'analytics', 'REDSHIFT_BACKUP_ENABLED'),
  ],
};
