/** The AWS-owned runbooks that mend keys, trails, users and the password policy. */
import {
  type ChangingRunbook,
  changingRunbook,
  type RunbookParameter,
  type SandboxRunbook,
} from './runbook.ts';
import { onKey, when } from './step-access.ts';

const KEY = 'AWS::KMS::Key';
const TRAIL = 'AWS::CloudTrail::Trail';
const USER = 'AWS::IAM::User';

const keyId: RunbookParameter = {
  name: 'KeyId',
  type: 'String',
  description: 'The ID of the KMS key.',
  pattern: '^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$',
};

const TRAIL_NAME_PATTERN =
  '^(arn:aws(-cn|-us-gov)?:cloudtrail:[a-z0-9-]+:\\d{12}:trail/)?[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]$';

const trailName: RunbookParameter = {
  name: 'TrailName',
  type: 'String',
  description: 'The name or ARN of the trail.',
  pattern: TRAIL_NAME_PATTERN,
};

const trailNames: RunbookParameter = {
  name: 'TrailNames',
  type: 'StringList',
  description: 'Names of the trails.',
  pattern: TRAIL_NAME_PATTERN,
};

const kmsKeyId: RunbookParameter = {
  name: 'KMSKeyId',
  type: 'String',
  description: 'The KMS key: its ID, ARN or alias.',
};

const userId = (name: string): RunbookParameter => ({
  name,
  type: 'String',
  description: 'The unique ID of the IAM user.',
  pattern: '^AIDA[A-Z0-9]{12,124}$',
});

const number = (name: string, fallback: string): RunbookParameter => ({
  name,
  type: 'Integer',
  description: `The policy's ${name}.`,
  default: fallback,
});

const yesOrNo = (name: string, fallback: string): RunbookParameter => ({
  name,
  type: 'Boolean',
  description: `The policy's ${name}.`,
  default: fallback,
});

/** AWS owns two generations of the trail runbooks, with one parameter apart. */
const trailRunbook = (
  document: string,
  parameters: readonly RunbookParameter[],
  steps: ChangingRunbook['steps'],
  changes: (context: { value(name: string): string }) => { readonly [key: string]: string | boolean },
): SandboxRunbook =>
  changingRunbook({
    document,
    description: 'Updates a CloudTrail trail.',
    target: { type: TRAIL, parameter: parameters[0]?.name ?? '' },
    parameters,
    steps,
    notFound: 'TrailNotFoundException',
    changes,
  });

const UPDATE_AND_VERIFY: ChangingRunbook['steps'] = {
  change: ['UpdateTrail', 'cloudtrail:UpdateTrail'],
  verify: ['VerifyTrail', 'cloudtrail:GetTrail'],
};

export const GOVERNANCE_RUNBOOKS: readonly SandboxRunbook[] = [
  changingRunbook({
    document: 'AWSConfigRemediation-EnableKeyRotation',
    description: 'Enables automatic rotation of a KMS key.',
    target: { type: KEY, parameter: 'KeyId' },
    parameters: [keyId],
    steps: {
      change: ['EnableKeyRotation', 'kms:EnableKeyRotation'],
      verify: ['VerifyKeyRotation', 'kms:GetKeyRotationStatus'],
    },
    notFound: 'NotFoundException',
    changes: () => ({ keyRotationEnabled: true }),
  }),
  changingRunbook({
    document: 'AWSConfigRemediation-CancelKeyDeletion',
    description: 'Cancels the deletion of a KMS key; the key is disabled afterwards.',
    target: { type: KEY, parameter: 'KeyId' },
    parameters: [keyId],
    steps: {
      change: ['CancelKeyDeletion', 'kms:CancelKeyDeletion'],
      verify: ['VerifyKeyState', 'kms:DescribeKey'],
    },
    notFound: 'NotFoundException',
    changes: () => ({ keyState: 'Disabled' }),
  }),
  trailRunbook(
    'AWSConfigRemediation-EnableCloudTrailLogFileValidation',
    [trailName],
    UPDATE_AND_VERIFY,
    () => ({
      logFileValidationEnabled: true,
    }),
  ),
  trailRunbook('AWS-EnableCloudTrailLogFileValidation', [trailNames], UPDATE_AND_VERIFY, () => ({
    logFileValidationEnabled: true,
  })),
  trailRunbook(
    'AWSConfigRemediation-EnableCloudTrailEncryptionWithKMS',
    [trailName, kmsKeyId],
    {
      change: ['UpdateTrail', 'cloudtrail:UpdateTrail'],
      verify: ['VerifyTrail', onKey('kms:DescribeKey', 'KMSKeyId'), 'cloudtrail:GetTrail'],
    },
    (context) => ({
      kmsKeyId: context.value('KMSKeyId'),
    }),
  ),
  trailRunbook(
    'AWS-EnableCloudTrailKmsEncryption',
    [trailNames, kmsKeyId],
    {
      change: ['UpdateTrail', 'kms:ListKeys', onKey('kms:DescribeKey', 'KMSKeyId'), 'cloudtrail:UpdateTrail'],
    },
    (context) => ({ kmsKeyId: context.value('KMSKeyId') }),
  ),
  changingRunbook({
    document: 'AWSConfigRemediation-RemoveUserPolicies',
    description: 'Removes the policies that are directly on an IAM user.',
    target: { type: USER, parameter: 'IAMUserID' },
    parameters: [
      userId('IAMUserID'),
      {
        name: 'PolicyType',
        type: 'String',
        description: 'Which policies to remove.',
        default: 'All',
        allowedValues: ['All', 'Inline', 'Managed'],
      },
    ],
    steps: {
      look: ['GetUsername', 'iam:ListUsers'],
      change: [
        'RemoveUserPolicies',
        when('PolicyType', ['All', 'Inline'], 'iam:ListUserPolicies'),
        when('PolicyType', ['All', 'Inline'], 'iam:DeleteUserPolicy'),
        when('PolicyType', ['All', 'Managed'], 'iam:ListAttachedUserPolicies'),
        when('PolicyType', ['All', 'Managed'], 'iam:DetachUserPolicy'),
      ],
    },
    notFound: 'NoSuchEntity',
    changes: (context) => ({
      ...(context.value('PolicyType') === 'Inline' ? {} : { attachedManagedPolicies: [] }),
      ...(context.value('PolicyType') === 'Managed' ? {} : { userPolicies: [] }),
    }),
  }),
  changingRunbook({
    document: 'AWSConfigRemediation-RevokeUnusedIAMUserCredentials',
    description: 'Deactivates the credentials of an IAM user that have long not been used.',
    target: { type: USER, parameter: 'IAMResourceId' },
    parameters: [
      userId('IAMResourceId'),
      {
        name: 'MaxCredentialUsageAge',
        type: 'String',
        description: 'Days a credential may go unused.',
        default: '90',
        pattern: '^\\d{1,4}$',
      },
    ],
    steps: {
      look: ['GetUser', 'config:ListDiscoveredResources', 'iam:GetUser'],
      change: [
        'RevokeUnusedIAMUserCredentials',
        'iam:GetLoginProfile',
        'iam:ListAccessKeys',
        'iam:GetAccessKeyLastUsed',
        'iam:UpdateAccessKey',
      ],
    },
    notFound: 'NoSuchEntity',
    // Credentials that are used stay: the runbook then succeeds and has changed nothing.
    changes: (context, user) =>
      Number(user.configuration.credentialUnusedDays) > Number(context.value('MaxCredentialUsageAge'))
        ? { accessKeysActive: 0 }
        : {},
  }),
  changingRunbook({
    document: 'AWSConfigRemediation-SetIAMPasswordPolicy',
    description: 'Sets the password policy of an account.',
    target: { type: 'AWS::::Account' },
    parameters: [
      yesOrNo('AllowUsersToChangePassword', 'false'),
      yesOrNo('HardExpiry', 'false'),
      number('MaxPasswordAge', '0'),
      number('MinimumPasswordLength', '6'),
      number('PasswordReusePrevention', '0'),
      yesOrNo('RequireLowercaseCharacters', 'false'),
      yesOrNo('RequireNumbers', 'false'),
      yesOrNo('RequireSymbols', 'false'),
      yesOrNo('RequireUppercaseCharacters', 'false'),
    ],
    steps: {
      change: ['UpdateAccountPasswordPolicy', 'iam:UpdateAccountPasswordPolicy'],
      verify: ['VerifyPasswordPolicy', 'iam:GetAccountPasswordPolicy'],
    },
    notFound: 'NoSuchEntity',
    changes: (context) => {
      const isTrue = (name: string) => context.value(name).toLowerCase() === 'true';
      return {
        passwordPolicy: {
          minimumPasswordLength: Number(context.value('MinimumPasswordLength')),
          maxPasswordAge: Number(context.value('MaxPasswordAge')),
          passwordReusePrevention: Number(context.value('PasswordReusePrevention')),
          requireLowercaseCharacters: isTrue('RequireLowercaseCharacters'),
          requireNumbers: isTrue('RequireNumbers'),
          requireSymbols: isTrue('RequireSymbols'),
          requireUppercaseCharacters: isTrue('RequireUppercaseCharacters'),
        },
      };
    },
  }),
];
