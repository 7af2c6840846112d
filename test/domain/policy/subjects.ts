/** Findings that the policy's tests speak of. */
import type { EventPattern } from '../../../domain/policy/event-pattern.ts';
import { parsePattern } from '../../../domain/policy/parse-pattern.ts';
import type { PolicySubject } from '../../../domain/policy/policy.ts';
import type { PathProblem } from '../../../domain/policy/policy-problem.ts';

export const aSubject = (changes: Partial<PolicySubject> = {}): PolicySubject => ({
  rule: [
    'S3_BUCKET_VERSIONING_ENABLED',
    'securityhub-s3-bucket-versioning-enabled-baa2cf8c',
    's3-bucket-versioning-enabled',
  ],
  resourceType: 'AWS::S3::Bucket',
  resourceId: 'reports-2026',
  account: '012345678901',
  region: 'eu-west-1',
  tags: { env: 'prod', size: '42', host: '10.1.2.3' },
  severity: 'medium',
  frameworks: ['cis', 'pci'],
  ...changes,
});

export const readPattern = (raw: unknown): { pattern: EventPattern; problems: PathProblem[] } => {
  const problems: PathProblem[] = [];
  const pattern = parsePattern(raw, ['match'], (problem) => problems.push(problem));
  return { pattern, problems };
};
