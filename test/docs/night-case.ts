/** The case of the pictures in the docs: at three at night a bucket with the payroll is public. */
import type { Case } from '../../domain/case/case.ts';
import { caseId, type Finding, findingId } from '../../domain/finding.ts';
import { type Plan, planHash } from '../../domain/plan.ts';
import { dayMs, hourMs, minuteMs, plusMs } from '../../domain/time.ts';
import { askedCase } from '../console/page/asked-case.ts';
import { aCase, evaluation, NOW, terms } from '../support/cases.ts';

export const NIGHT_POLICY = `version: 1
topics: { oncall: selfheal-oncall }
groups: { oncall: { people: [ada, grace] } }
defaults: { notify: [oncall], approval: { quorum: 1, expires: 4h, from: [oncall] } }
entries:
  - { name: public-data, match: { rule: S3_BUCKET_PUBLIC_READ_PROHIBITED }, severity: critical, mode: approve }
`;

const bucket = (resourceId: string): Finding => ({
  account: '222222222222',
  region: 'us-east-1',
  rule: 's3-bucket-public-read-prohibited',
  ruleIdentifier: 'S3_BUCKET_PUBLIC_READ_PROHIBITED',
  resourceType: 'AWS::S3::Bucket',
  resourceId,
});

const plan: Plan = {
  document: 'AWS-DisableS3BucketPublicReadWrite',
  documentVersion: '1',
  parameters: {
    S3BucketName: ['payroll'],
    AutomationAssumeRole: ['arn:aws:iam::222222222222:role/selfheal-AWS-DisableS3BucketPublicReadWrite'],
  },
  account: '222222222222',
  region: 'us-east-1',
  executorRoleArn: 'arn:aws:iam::222222222222:role/selfheal-executor',
};
const lastPlanned = { document: plan.document, documentVersion: '1', planHash: planHash(plan) };

const openedAt = plusMs(NOW, -29 * minuteMs);

export const NIGHT: Case = askedCase(
  { plan, planHash: planHash(plan), requestedAt: plusMs(NOW, -28 * minuteMs) },
  {
    id: caseId(bucket('payroll'), 2),
    findingId: findingId(bucket('payroll')),
    number: 2,
    finding: bucket('payroll'),
    severity: 'critical',
    entry: 'public-data',
    openedAt,
    newestEvaluation: {
      ...evaluation('NON_COMPLIANT', openedAt),
      annotation: 'The S3 bucket policy allows public read access.',
    },
    lastPlanned,
    earlier: [
      {
        number: 1,
        openedAt: plusMs(NOW, -40 * dayMs),
        closedAt: plusMs(NOW, -40 * dayMs + hourMs),
        ended: 'resolved',
      },
    ],
    timeline: [
      { at: openedAt, who: 'aws-config', what: 'evaluated', why: 'NON_COMPLIANT', state: 'held' },
      {
        at: plusMs(openedAt, minuteMs),
        who: 'selfheal',
        what: 'approval-requested',
        why: 'entry "public-data" asks people',
        state: 'awaiting-approval',
      },
    ],
  },
  { approval: { ...terms.approval, from: ['oncall'] }, notify: ['oncall'] },
);

/** The fix has worked before, in all but one of five. */
const past = ['invoices', 'assets', 'backups', 'exports'].map((name, n): Case => {
  const of = bucket(name);
  const head = { id: caseId(of, 1), findingId: findingId(of), finding: of, attempts: 1, lastPlanned };
  return { ...aCase(n === 3 ? 'closed-by-human' : 'resolved'), ...head };
});

export const nightCases: readonly Case[] = [NIGHT, ...past];
