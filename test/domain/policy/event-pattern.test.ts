import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileEventPattern } from '../../../domain/policy/event-pattern.ts';
import { explainFailure } from '../../../domain/policy/explain-pattern.ts';
import type { PolicySubject } from '../../../domain/policy/policy.ts';
import { aSubject, readPattern } from './subjects.ts';

const matches = (raw: unknown, changes: Partial<PolicySubject> = {}): boolean => {
  const { pattern, problems } = readPattern(raw);
  expect(problems).toEqual([]);
  return compileEventPattern(pattern)(aSubject(changes));
};

describe('operators', () => {
  it.each<[string, unknown, boolean]>([
    ['exact text', { region: 'eu-west-1' }, true],
    ['exact text in a list', { region: ['us-east-1', 'eu-west-1'] }, true],
    ['another case', { region: ['EU-WEST-1'] }, false],
    ['equals-ignore-case', { region: [{ 'equals-ignore-case': 'EU-West-1' }] }, true],
    ['prefix', { resourceId: [{ prefix: 'reports' }] }, true],
    ['prefix that is longer than the value', { resourceId: [{ prefix: 'reports-2026-x' }] }, false],
    ['empty prefix', { resourceId: [{ prefix: '' }] }, true],
    ['prefix in any case', { resourceId: [{ prefix: { 'equals-ignore-case': 'REPORTS' } }] }, true],
    ['suffix', { resourceId: [{ suffix: '2026' }] }, true],
    ['suffix in any case', { resourceType: [{ suffix: { 'equals-ignore-case': '::BUCKET' } }] }, true],
    ['wildcard', { resourceType: [{ wildcard: 'AWS::*::B*t' }] }, true],
    ['wildcard that does not fit', { resourceType: [{ wildcard: 'AWS::*::Bu' }] }, false],
    ['numeric', { tags: { size: [{ numeric: ['>', 41] }] } }, true],
    ['numeric range', { tags: { size: [{ numeric: ['>=', 42, '<', 43] }] } }, true],
    ['numeric out of range', { tags: { size: [{ numeric: ['>', 42, '<', 43] }] } }, false],
    ['numeric on text', { tags: { env: [{ numeric: ['>', -1] }] } }, false],
    ['exists', { tags: { env: [{ exists: true }] } }, true],
    ['exists: false on what is there', { tags: { env: [{ exists: false }] } }, false],
    ['exists: false on what is absent', { tags: { owner: [{ exists: false }] } }, true],
    ['cidr', { tags: { host: [{ cidr: '10.0.0.0/8' }] } }, true],
    ['cidr elsewhere', { tags: { host: [{ cidr: '10.2.0.0/16' }] } }, false],
    ['cidr on text', { tags: { env: [{ cidr: '0.0.0.0/0' }] } }, false],
    ['anything-but', { region: [{ 'anything-but': 'us-east-1' }] }, true],
    ['anything-but a list', { region: [{ 'anything-but': ['us-east-1', 'eu-west-1'] }] }, false],
    ['anything-but a prefix', { region: [{ 'anything-but': { prefix: 'eu-' } }] }, false],
    ['anything-but suffixes', { region: [{ 'anything-but': { suffix: ['-2', '-3'] } }] }, true],
    ['anything-but a wildcard', { region: [{ 'anything-but': { wildcard: '*west*' } }] }, false],
    [
      'anything-but in any case',
      { region: [{ 'anything-but': { 'equals-ignore-case': 'EU-WEST-1' } }] },
      false,
    ],
    ['$or, second holds', { $or: [{ region: 'x' }, { account: '012345678901' }] }, true],
    ['$or, none holds', { $or: [{ region: 'x' }, { account: '111111111111' }] }, false],
    [
      '$or beside a field that fails',
      { region: 'x', $or: [{ severity: 'medium' }, { severity: 'low' }] },
      false,
    ],
    ['$or among tags', { tags: { $or: [{ env: 'dev' }, { size: '42' }] } }, true],
    ['nested $or', { $or: [{ region: 'x' }, { $or: [{ region: 'y' }, { severity: 'medium' }] }] }, true],
    ['framework, one of several', { framework: ['pci'] }, true],
    ['framework it is not in', { framework: ['hipaa'] }, false],
    ['the empty pattern', {}, true],
  ])('%s', (_, raw, expected) => {
    expect(matches(raw)).toBe(expected);
  });
});

describe('the many names of a rule', () => {
  it.each(['S3_BUCKET_VERSIONING_ENABLED', 's3-bucket-versioning-enabled'])('finds it as %s', (name) => {
    expect(matches({ rule: name })).toBe(true);
  });

  it('excludes a rule by any one of its names', () => {
    expect(matches({ rule: [{ 'anything-but': 's3-bucket-versioning-enabled' }] })).toBe(false);
    expect(matches({ rule: [{ 'anything-but': { prefix: 'securityhub-' } }] })).toBe(false);
    expect(matches({ rule: [{ 'anything-but': 'restricted-ssh' }] })).toBe(true);
  });
});

const EVERY_OPERATOR: readonly unknown[] = [
  'prod',
  { prefix: '' },
  { suffix: '' },
  { prefix: { 'equals-ignore-case': 'p' } },
  { suffix: { 'equals-ignore-case': 'd' } },
  { wildcard: '*' },
  { 'equals-ignore-case': 'PROD' },
  { 'anything-but': 'x' },
  { 'anything-but': { prefix: 'x' } },
  { numeric: ['>', -1e300] },
  { cidr: '::/0' },
  { exists: true },
];

describe('values that are not there, or not text', () => {
  it.each(EVERY_OPERATOR.map((operator) => [JSON.stringify(operator), operator]))(
    '%s holds for no absent, null or wrongly typed value',
    (_, operator) => {
      for (const env of [undefined, null, 5, true, {}, [], ['prod'], { toString: () => 'prod' }]) {
        const tags = env === undefined ? {} : ({ env } as never);
        expect(matches({ tags: { env: [operator] } }, { tags })).toBe(false);
      }
      const fields = ['resourceId', 'region', 'resourceType'] as const;
      for (const field of fields) {
        expect(matches({ [field]: [operator] }, { [field]: null as never })).toBe(false);
      }
      expect(matches({ framework: [operator === 'prod' ? 'cis' : operator] }, { frameworks: [] })).toBe(
        false,
      );
    },
  );

  it('does not take inherited properties for tags', () => {
    expect(matches({ tags: { constructor: [{ exists: true }], toString: [{ exists: true }] } })).toBe(false);
  });

  it('treats the severity of an unknown rule as absent', () => {
    const { severity: _, ...unknown } = aSubject();
    const { pattern } = readPattern({ severity: [{ 'anything-but': 'low' }] });
    expect(compileEventPattern(pattern)(unknown)).toBe(false);
    expect(compileEventPattern(readPattern({ severity: [{ exists: false }] }).pattern)(unknown)).toBe(true);
  });
});

describe('explanations', () => {
  const why = (raw: unknown): string => {
    const failure = explainFailure(readPattern(raw).pattern, aSubject());
    return failure === undefined ? 'holds' : `${failure.field}: ${failure.reason}`;
  };
  it.each<[unknown, string]>([
    [{ region: 'us-east-1' }, 'region: wanted "us-east-1", but it is "eu-west-1"'],
    [{ severity: 'medium', tags: { owner: 'me' } }, 'tags.owner: wanted "me", but there is none'],
    [
      { account: [{ prefix: '9' }, { suffix: '0' }] },
      'account: wanted text that begins with "9" or text that ends with "0", but it is "012345678901"',
    ],
    [
      { framework: [{ 'anything-but': ['cis'] }] },
      'framework: wanted anything but "cis", but it is "cis", "pci"',
    ],
    [
      { $or: [{ region: 'x' }, { tags: { size: [{ numeric: ['<', 4] }] } }] },
      '$or: no alternative holds: (1) region: wanted "x", but it is "eu-west-1"; (2) tags.size: wanted a number < 4, but it is "42"',
    ],
    [{ region: 'eu-west-1' }, 'holds'],
  ])('%j', (raw, expected) => {
    expect(why(raw)).toBe(expected);
  });
});

describe('any data at all as a pattern', () => {
  it('is read or refused, never thrown at', () => {
    const key = fc.constantFrom(
      'rule',
      'tags',
      '$or',
      'account',
      'severity',
      'prefix',
      'numeric',
      'exists',
      'cidr',
      'x',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom<unknown>('', 'a*', '**', '\\', '10.0.0.0/8', null, 0, true, '>', 'low'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (raw) => {
        const { pattern } = readPattern(raw);
        const holds = compileEventPattern(pattern)(aSubject());
        expect(explainFailure(pattern, aSubject()) === undefined).toBe(holds);
      }),
      { seed: 20261121, numRuns: 500 },
    );
  });
});
