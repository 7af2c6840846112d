/** Cases as people are asked about them, for the tests of messages and the example in the docs. */
import type { AwaitingApproval, Case } from '../../../domain/case/case.ts';
import { caseMessage, kindOf } from '../../../domain/message/case-message.ts';
import type { Around } from '../../../domain/message/parts.ts';
import type { Message } from '../../../domain/message.ts';
import { planHash } from '../../../domain/plan.ts';
import { dayMs, hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { aCase, NOW, plan, terms } from '../../support/cases.ts';

export const CATALOG = loadCatalog();

const PLAN = {
  ...plan,
  document: 'AWS-DisableS3BucketPublicReadWrite',
  documentVersion: '3',
  parameters: {
    S3BucketName: ['payroll'],
    AutomationAssumeRole: ['arn:aws:iam::222222222222:role/selfheal-AWS-DisableS3BucketPublicReadWrite'],
  },
};

/** A critical case: anybody can read the payroll. */
export const payroll = (
  state: Partial<AwaitingApproval> = {},
  head: Partial<Case> = {},
): Case<AwaitingApproval> =>
  aCase(
    'awaiting-approval',
    {
      plan: PLAN,
      planHash: planHash(PLAN),
      requestedAt: NOW,
      expiresAt: plusMs(NOW, 4 * hourMs),
      ...state,
    },
    {
      id: 'f00d5afe1234-1',
      finding: {
        account: '222222222222',
        region: 'us-east-1',
        rule: 's3-bucket-public-read-prohibited',
        ruleIdentifier: 'S3_BUCKET_PUBLIC_READ_PROHIBITED',
        resourceType: 'AWS::S3::Bucket',
        resourceId: 'payroll',
      },
      origin: {
        region: 'us-east-1',
        configRuleName: 's3-bucket-public-read-prohibited',
        configRuleArn: 'arn:aws:config:us-east-1:222222222222:config-rule/config-rule-aaaaaa',
      },
      severity: 'critical',
      mode: 'approve',
      entry: 'public-data',
      openedAt: plusMs(NOW, -29 * minuteMs),
      attempts: 0,
      newestEvaluation: {
        compliance: 'NON_COMPLIANT',
        recordedAt: plusMs(NOW, -29 * minuteMs),
        annotation: 'The S3 bucket policy allows public read access.',
      },
      terms: {
        ...terms,
        approval: {
          quorum: 2,
          expiresAfterMs: 4 * hourMs,
          from: ['oncall', 'security'],
          not: ['requester', 'author'],
          escalate: [
            { afterMs: 15 * minuteMs, notify: ['second'] },
            { afterMs: 30 * minuteMs, notify: ['third'] },
          ],
        },
      },
      earlier: [
        {
          number: 1,
          openedAt: plusMs(NOW, -40 * dayMs),
          closedAt: plusMs(NOW, -40 * dayMs + hourMs),
          ended: 'resolved',
        },
      ],
      ...head,
    },
  );

export const AROUND: Around = {
  catalog: CATALOG,
  now: NOW,
  accountName: 'prod',
  link: 'https://selfheal.example.com/decide/eyJhbGciOiJIUzI1NiJ9.e30.c2ln',
  record: {
    tried: 5,
    healed: 4,
    failures: [
      {
        caseId: 'beefbeefbeef-1',
        resourceId: 'invoices',
        at: plusMs(NOW, -11 * dayMs),
        why: 'AccessDenied: s3:PutBucketPublicAccessBlock is denied by a service control policy',
      },
    ],
  },
};

/** The message about a case, which there must be. */
export const messageOf = (about: Case, around: Partial<Around> = {}): Message => {
  const kind = kindOf(about);
  if (kind === undefined) throw new Error(`nobody is told of ${about.state.name}`);
  return caseMessage(kind, about, { ...AROUND, ...around });
};
