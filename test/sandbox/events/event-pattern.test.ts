import { expect, test } from 'vitest';
import { compileEventPattern, InvalidPattern } from '../../../sandbox/services/events/event-pattern.ts';

const event = {
  source: 'aws.config',
  account: '111111111111',
  resources: ['arn:1', 'arn:2'],
  detail: {
    configRuleName: 'securityhub-s3-bucket-versioning-enabled-baa2cf8c',
    newEvaluationResult: { complianceType: 'NON_COMPLIANT' },
    count: 5,
    flag: true,
    nothing: null,
    sourceIPAddress: '10.1.2.3',
    list: [
      { kind: 'a', size: 1 },
      { kind: 'b', size: 2 },
    ],
  },
};
const matches = (pattern: unknown) => compileEventPattern(JSON.stringify(pattern))(event);

test.each([
  [{ source: ['aws.config'] }],
  [{ source: ['other', 'aws.config'], account: ['111111111111'] }],
  [{ resources: ['arn:2'] }],
  [{ detail: { newEvaluationResult: { complianceType: ['NON_COMPLIANT'] } } }],
  [{ detail: { count: [5], flag: [true], nothing: [null] } }],
  [{ detail: { configRuleName: [{ prefix: 'securityhub-' }] } }],
  [{ detail: { configRuleName: [{ prefix: { 'equals-ignore-case': 'SecurityHub-' } }] } }],
  [{ detail: { configRuleName: [{ suffix: 'baa2cf8c' }] } }],
  [{ detail: { configRuleName: [{ wildcard: 'securityhub-*-enabled-*' }] } }],
  [{ source: [{ 'equals-ignore-case': 'AWS.CONFIG' }] }],
  [{ source: [{ 'anything-but': ['aws.s3'] }] }],
  [{ source: [{ 'anything-but': { prefix: 'aws.s' } }] }],
  [{ detail: { count: [{ numeric: ['>', 4, '<=', 5] }] } }],
  [{ detail: { missing: [{ exists: false }], count: [{ exists: true }] } }],
  [{ absent: { deeper: [{ exists: false }] } }],
  [{ detail: { sourceIPAddress: [{ cidr: '10.0.0.0/8' }] } }],
  [{ detail: { list: { kind: ['b'], size: [2] } } }],
  [{ $or: [{ source: ['no'] }, { account: ['111111111111'] }] }],
])('%j matches', (pattern) => expect(matches(pattern)).toBe(true));

test.each([
  [{ source: ['aws.ssm'] }],
  [{ source: ['aws.config'], account: ['222222222222'] }],
  [{ detail: { count: ['5'] } }],
  [{ detail: { newEvaluationResult: ['NON_COMPLIANT'] } }],
  [{ detail: { configRuleName: [{ wildcard: 's3-*' }] } }],
  [{ source: [{ 'anything-but': ['aws.config'] }] }],
  [{ missing: [{ 'anything-but': ['x'] }] }],
  [{ detail: { count: [{ numeric: ['>', 5] }] } }],
  [{ detail: { count: [{ exists: false }] } }],
  [{ detail: { sourceIPAddress: [{ cidr: '192.168.0.0/16' }] } }],
  [{ detail: { list: { kind: ['a'], size: [2] } } }],
  [{ $or: [{ source: ['no'] }, { account: ['no'] }] }],
])('%j does not match', (pattern) => expect(matches(pattern)).toBe(false));

test.each([
  ['not json'],
  ['[]'],
  ['{}'],
  ['{"source":"text"}'],
  ['{"source":[]}'],
  ['{"source":[{"prefix":1}]}'],
  ['{"source":[{"unheard-of":"x"}]}'],
  ['{"source":[{"prefix":"a","suffix":"b"}]}'],
  ['{"count":[{"numeric":["!",1]}]}'],
  ['{"ip":[{"cidr":"10.0.0.0/99"}]}'],
  ['{"name":[{"wildcard":"a**b"}]}'],
  ['{"$or":[{"a":[1]}]}'],
])('%s is no pattern', (text) => expect(() => compileEventPattern(text)).toThrow(InvalidPattern));

test('a wildcard’s escaped star is a star', () => {
  const star = compileEventPattern(JSON.stringify({ name: [{ wildcard: 'a\\*b*' }] }));
  expect(star({ name: 'a*bc' })).toBe(true);
  expect(star({ name: 'axbc' })).toBe(false);
});
