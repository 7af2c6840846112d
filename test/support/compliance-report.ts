/** A compliance report with something of everything, and with names that somebody means harm by. */
import { type ComplianceReport, makeComplianceReport } from '../../domain/compliance/report.ts';
import { aLane, anInput, aRule, counts, READ_AT } from './lane-compliance.ts';

const PROD = { account: '111111111111', region: 'eu-west-1' };
const PROD_US = { account: '111111111111', region: 'us-east-1' };
const DEV = { account: '222222222222', region: 'eu-west-1' };
const OLD = { account: '333333333333', region: 'eu-west-1' };

export const HOSTILE = '=HYPERLINK("https://evil.example","<script>alert(1)</script>")';

export const aComplianceReport = (): ComplianceReport =>
  makeComplianceReport(
    anInput({
      lanes: [
        aLane(PROD, {
          rules: [
            aRule('securityhub-s3-bucket-versioning-enabled-0123abcd', {
              identifier: 'S3_BUCKET_VERSIONING_ENABLED',
              counts: counts(40, 1_500, 3),
              nonCompliant: [
                { type: 'AWS::S3::Bucket', id: HOSTILE },
                { type: 'AWS::S3::Bucket', id: 'invoices' },
              ],
            }),
            aRule('restricted-ssh', { identifier: 'INCOMING_SSH_DISABLED', counts: counts(12) }),
            aRule('our-own-rule', {
              counts: counts(7),
              trouble: { code: 'RuleErrs', message: 'its last evaluation failed: AccessDenied: no role' },
            }),
            aRule('iam-password-policy', {
              identifier: 'IAM_PASSWORD_POLICY',
              counts: counts(0),
              trouble: { code: 'NoResults', message: 'none' },
            }),
          ],
        }),
        aLane(PROD_US, {
          rules: [
            aRule('restricted-ssh', {
              identifier: 'INCOMING_SSH_DISABLED',
              counts: counts(5),
              trouble: { code: 'ThrottlingException', message: 'Rate exceeded' },
            }),
          ],
          unread: ['encrypted-volumes'],
        }),
        aLane(DEV, {
          via: 'aggregator',
          rules: [aRule('restricted-ssh', { identifier: 'INCOMING_SSH_DISABLED', counts: counts(3, 1) })],
          troubles: [
            {
              operation: 'config:DescribeConfigRules',
              code: 'AccessDeniedException',
              message: 'no role to enter',
            },
          ],
        }),
        aLane(OLD, {
          rules: [aRule('restricted-ssh', { identifier: 'INCOMING_SSH_DISABLED', counts: counts(9) })],
          recorder: { lane: OLD, state: 'stopped', since: '2026-11-01T00:00:00.000Z' },
        }),
      ],
      unreadLanes: [{ lane: '444444444444/eu-west-1', why: 'selfheal did not answer in time' }],
      frameworks: [
        {
          framework: 'cis',
          title: 'CIS AWS Foundations Benchmark',
          version: '1.4.0',
          rules: {
            INCOMING_SSH_DISABLED: ['5.2'],
            S3_BUCKET_VERSIONING_ENABLED: ['2.1.3'],
            ROOT_ACCOUNT_MFA_ENABLED: ['1.5'],
          },
        },
        {
          framework: 'soc2',
          title: 'SOC 2, Trust Services Criteria',
          version: '2017',
          rules: { ROOT_ACCOUNT_MFA_ENABLED: ['CC6.1'] },
        },
      ],
      remediation: {
        from: '2026-10-24T05:00:00.000Z',
        to: READ_AT,
        tried: 12,
        healed: 9,
        failedAttempts: 5,
        byRule: [
          { rule: 'S3_BUCKET_VERSIONING_ENABLED', tried: 10, healed: 7, failedAttempts: 5 },
          { rule: 'our-own-rule', tried: 2, healed: 2, failedAttempts: 0 },
        ],
        dropped: 1,
      },
      recorded: [
        {
          lane: PROD,
          readAt: READ_AT,
          types: [
            { type: 'AWS::EC2::NetworkInterface', resources: 2_000, frequency: 'continuous', entries: [] },
            { type: 'AWS::S3::Bucket', resources: 1_543, frequency: 'daily', entries: ['buckets'] },
          ],
          rules: [
            { name: 'our-own-rule', plainName: 'our-own-rule', everyHours: 24, entries: [] },
            { name: 'restricted-ssh', plainName: 'restricted-ssh', entries: ['network'] },
          ],
          troubles: [],
        },
        {
          lane: DEV,
          readAt: READ_AT,
          types: [],
          rules: [],
          troubles: [
            {
              operation: 'config:GetDiscoveredResourceCounts',
              code: 'AccessDeniedException',
              message: 'no role to enter',
            },
          ],
        },
      ],
    }),
  );
