/** What `selfheal policy explain` prints of who is asked. */
import { expect, it } from 'vitest';
import { explanation } from '../../cli/render/explanation.ts';
import type { Explanation } from '../../console/explain-event.ts';
import { memoryIo } from './memory-io.ts';

const told = (over: Partial<Explanation>): string =>
  explanation(
    {
      finding: {
        account: '222222222222',
        accountName: 'prod',
        region: 'us-east-1',
        rule: 's3-bucket-versioning-enabled',
        ruleIdentifier: null,
        resourceType: 'AWS::S3::Bucket',
        resourceId: 'reports',
      },
      policyVersion: '0123456789ab',
      entry: 'versioning',
      severity: 'high',
      mode: 'approve',
      because: 'severity high (from the entry)',
      passedOver: [],
      openCase: null,
      plan: null,
      planHash: null,
      planText: ['nothing to do'],
      manualSteps: [],
      approvalText: [],
      checks: [],
      doubts: [],
      wouldStart: false,
      ...over,
    },
    memoryIo().style,
  );

it('has who is asked under a heading of its own, harmless on a terminal', () => {
  const lines = told({
    approvalText: ['2 people of oncall must approve, within 4h', 'Not who changed it: \u001b[31mada\u202e'],
  }).split('\n');
  const at = lines.indexOf('Who is asked');
  expect(lines.slice(at + 1, at + 3)).toEqual([
    '  2 people of oncall must approve, within 4h',
    expect.stringMatching(/^ {2}Not who changed it: .*ada/),
  ]);
  for (const harmful of ['\u001b', '\u202e']) expect(lines.join('')).not.toContain(harmful);
});

it('says nothing of it where nobody is asked', () => {
  expect(told({ mode: 'auto' })).not.toContain('Who is asked');
});
