/** Findings as policies and exemptions look at them. */
import type { PolicySubject } from '../../domain/policy/policy.ts';

export const subject = (more: Partial<PolicySubject> = {}): PolicySubject => ({
  rule: ['S3_BUCKET_VERSIONING_ENABLED', 's3-bucket-versioning-enabled'],
  resourceType: 'AWS::S3::Bucket',
  resourceId: 'shop-prod-orders',
  account: '222222222222',
  region: 'us-east-1',
  tags: {},
  frameworks: [],
  ...more,
});
