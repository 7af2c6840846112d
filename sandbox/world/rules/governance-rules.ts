/** The managed rules that watch keys, trails, users and the account: nearly all of them periodic. */
import { complies, field, type ManagedRule } from './managed-rule.ts';
import { blocksPublicAccess, NO_PUBLIC_ACCESS_BLOCK } from './s3-rules.ts';

const KEY = 'AWS::KMS::Key';
const TRAIL = 'AWS::CloudTrail::Trail';
const USER = 'AWS::IAM::User';
const ACCOUNT = 'AWS::::Account';

const PASSWORD_POLICY_MINIMUM = {
  MinimumPasswordLength: '14',
  MaxPasswordAge: '90',
  PasswordReusePrevention: '24',
  RequireLowercaseCharacters: 'true',
  RequireNumbers: 'true',
  RequireSymbols: 'true',
  RequireUppercaseCharacters: 'true',
};

const KEY_AGE_DAYS_MAX = 90;

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const regionsWithoutEbsEncryption = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value : [];

export const GOVERNANCE_RULES: readonly ManagedRule[] = [
  {
    identifier: 'CMK_BACKING_KEY_ROTATION_ENABLED',
    name: 'cmk-backing-key-rotation-enabled',
    resourceType: KEY,
    trigger: 'periodic',
    judge: (key) => complies(field(key, 'keyRotationEnabled') === true),
    breaking: () => ({ keyRotationEnabled: false }),
  },
  {
    identifier: 'KMS_CMK_NOT_SCHEDULED_FOR_DELETION',
    name: 'kms-cmk-not-scheduled-for-deletion',
    resourceType: KEY,
    trigger: 'periodic',
    judge: (key) => complies(field(key, 'keyState') !== 'PendingDeletion'),
    breaking: () => ({ keyState: 'PendingDeletion' }),
  },
  {
    identifier: 'CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED',
    name: 'cloud-trail-log-file-validation-enabled',
    resourceType: TRAIL,
    trigger: 'periodic',
    judge: (trail) => complies(field(trail, 'logFileValidationEnabled') === true),
    breaking: () => ({ logFileValidationEnabled: false }),
  },
  {
    identifier: 'CLOUD_TRAIL_ENCRYPTION_ENABLED',
    name: 'cloud-trail-encryption-enabled',
    resourceType: TRAIL,
    trigger: 'periodic',
    judge: (trail) => complies(typeof field(trail, 'kmsKeyId') === 'string'),
    breaking: () => ({ kmsKeyId: null }),
  },
  {
    identifier: 'IAM_USER_NO_POLICIES_CHECK',
    name: 'iam-user-no-policies-check',
    resourceType: USER,
    trigger: 'change',
    judge: (user) =>
      complies(isEmpty(field(user, 'attachedManagedPolicies')) && isEmpty(field(user, 'userPolicies'))),
    breaking: () => ({ attachedManagedPolicies: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] }),
  },
  {
    identifier: 'ACCESS_KEYS_ROTATED',
    name: 'access-keys-rotated',
    resourceType: USER,
    trigger: 'periodic',
    inputParameters: { maxAccessKeyAge: String(KEY_AGE_DAYS_MAX) },
    judge: (user) =>
      complies(
        field(user, 'accessKeysActive') === 0 || Number(field(user, 'accessKeyAgeDays')) <= KEY_AGE_DAYS_MAX,
      ),
    breaking: () => ({ accessKeyAgeDays: 400, credentialUnusedDays: 400 }),
  },
  {
    identifier: 'IAM_USER_UNUSED_CREDENTIALS_CHECK',
    name: 'iam-user-unused-credentials-check',
    resourceType: USER,
    trigger: 'periodic',
    inputParameters: { maxCredentialUsageAge: String(KEY_AGE_DAYS_MAX) },
    judge: (user) =>
      complies(
        field(user, 'accessKeysActive') === 0 ||
          Number(field(user, 'credentialUnusedDays')) <= KEY_AGE_DAYS_MAX,
      ),
    breaking: () => ({ credentialUnusedDays: 200 }),
  },
  {
    identifier: 'IAM_PASSWORD_POLICY',
    name: 'iam-password-policy',
    resourceType: ACCOUNT,
    trigger: 'periodic',
    inputParameters: PASSWORD_POLICY_MINIMUM,
    judge: (account) =>
      complies(
        Number(field(account, 'passwordPolicy', 'minimumPasswordLength')) >= 14 &&
          Number(field(account, 'passwordPolicy', 'maxPasswordAge')) <= 90 &&
          Number(field(account, 'passwordPolicy', 'passwordReusePrevention')) >= 24 &&
          ['Lowercase', 'Uppercase'].every(
            (kind) => field(account, 'passwordPolicy', `require${kind}Characters`) === true,
          ) &&
          ['Numbers', 'Symbols'].every((kind) => field(account, 'passwordPolicy', `require${kind}`) === true),
      ),
    breaking: () => ({
      passwordPolicy: {
        minimumPasswordLength: 6,
        maxPasswordAge: 90,
        passwordReusePrevention: 24,
        requireLowercaseCharacters: true,
        requireNumbers: false,
        requireSymbols: false,
        requireUppercaseCharacters: true,
      },
    }),
  },
  {
    identifier: 'EC2_EBS_ENCRYPTION_BY_DEFAULT',
    name: 'ec2-ebs-encryption-by-default',
    resourceType: ACCOUNT,
    trigger: 'periodic',
    judge: (account, region) =>
      complies(!regionsWithoutEbsEncryption(field(account, 'ebsEncryptionOffIn')).includes(region)),
    breaking: (account, region) => ({
      ebsEncryptionOffIn: [...regionsWithoutEbsEncryption(field(account, 'ebsEncryptionOffIn')), region],
    }),
  },
  {
    identifier: 'S3_ACCOUNT_LEVEL_PUBLIC_ACCESS_BLOCKS_PERIODIC',
    name: 's3-account-level-public-access-blocks-periodic',
    resourceType: ACCOUNT,
    trigger: 'periodic',
    judge: (account) => complies(blocksPublicAccess(account)),
    breaking: () => ({ publicAccessBlock: NO_PUBLIC_ACCESS_BLOCK }),
  },
];
