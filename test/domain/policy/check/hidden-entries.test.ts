/** No false alarm: what an entry called hidden matches, an earlier entry has taken. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HiddenEntry, hiddenEntries } from '../../../../domain/policy/check/hidden-entries.ts';
import { compileEventPattern, type EventPattern } from '../../../../domain/policy/event-pattern.ts';
import { anySubject, matches } from '../arbitrary-patterns.ts';
import { readPattern } from '../subjects.ts';

const entriesOf = (matches: readonly unknown[]): { name: string; match: EventPattern }[] =>
  matches.map((match, index) => {
    const { pattern, problems } = readPattern(match);
    expect(problems).toEqual([]);
    return { name: `entry-${index}`, match: pattern };
  });

const hiddenAmong = (...matches: readonly unknown[]): readonly HiddenEntry[] =>
  hiddenEntries(entriesOf(matches));

describe('an entry is hidden', () => {
  const X = 'S3_BUCKET_VERSIONING_ENABLED';
  const Y = 'DYNAMODB_PITR_ENABLED';
  it.each<[string, unknown, unknown]>([
    ['by the same rule without the tag', { rule: X }, { rule: X, tags: { env: ['prod'] } }],
    ['by a list that holds its rule', { rule: [Y, X] }, { rule: X }],
    ['by a prefix of its value', { resourceId: [{ prefix: 'prod-' }] }, { resourceId: 'prod-1' }],
    ['by a shorter prefix', { resourceId: [{ prefix: 'prod' }] }, { resourceId: [{ prefix: 'prod-' }] }],
    [
      'by a prefix in any case',
      { resourceId: [{ prefix: { 'equals-ignore-case': 'PROD' } }] },
      { resourceId: [{ prefix: 'prod-' }] },
    ],
    ['by a suffix', { resourceId: [{ suffix: 'x' }] }, { resourceId: [{ suffix: '-x' }] }],
    ['by a wildcard', { resourceId: [{ wildcard: 'a*c*' }] }, { resourceId: [{ wildcard: 'ab*cd' }] }],
    [
      'by a wildcard around its middle',
      { resourceId: [{ wildcard: '*pay*' }] },
      { resourceId: [{ prefix: 'payroll' }] },
    ],
    [
      'by what is not excluded',
      { account: [{ 'anything-but': ['111111111111'] }] },
      { account: ['222222222222'] },
    ],
    ['by an exclusion of less', { rule: [{ 'anything-but': X }] }, { rule: [{ 'anything-but': [X, Y] }] }],
    [
      'by an exclusion of what it excludes',
      { rule: [{ 'anything-but': 's3-x' }] },
      { rule: [{ 'anything-but': { prefix: 's3-' } }] },
    ],
    ['by exists', { tags: { env: [{ exists: true }] } }, { tags: { env: [{ 'anything-but': 'prod' }] } }],
    [
      'by the same absence',
      { tags: { env: [{ exists: false }] } },
      { tags: { env: [{ exists: false }] }, rule: X },
    ],
    [
      'by a wider block',
      { tags: { ip: [{ cidr: '10.0.0.0/8' }] } },
      { tags: { ip: [{ cidr: '10.1.0.0/16' }] } },
    ],
    [
      'by a wider range',
      { tags: { n: [{ numeric: ['>', 1] }] } },
      { tags: { n: [{ numeric: ['>=', 2, '<', 9] }] } },
    ],
    ['by one of several alternatives', { $or: [{ rule: X }, { account: ['111111111111'] }] }, { rule: X }],
    [
      'with each of its alternatives',
      { rule: [X, Y] },
      { $or: [{ rule: X, account: ['111111111111'] }, { rule: Y }] },
    ],
  ])('%s', (_, earlier, later) => {
    expect(hiddenAmong(earlier, later)).toEqual([{ index: 1, by: [0] }]);
  });

  it('by several that each take a part of its values', () => {
    expect(hiddenAmong({ rule: X }, { account: ['111111111111'] }, { rule: Y }, { rule: [X, Y] })).toEqual([
      { index: 3, by: [0, 2] },
    ]);
    expect(
      hiddenAmong(
        { rule: X, account: ['111111111111'] },
        { rule: X, account: ['222222222222'] },
        { rule: Y },
        { rule: [X, Y], account: ['111111111111', '222222222222'] },
      ),
    ).toEqual([{ index: 3, by: [0, 1, 2] }]);
  });

  it('by none of these', () => {
    const pairs: readonly (readonly [unknown, unknown])[] = [
      [{ rule: X, tags: { env: ['prod'] } }, { rule: X }],
      [{ rule: X }, { rule: [X, Y] }],
      // A rule has several names: one that is not excluded says nothing of the others.
      [{ rule: [{ 'anything-but': Y }] }, { rule: X }],
      [{ framework: [{ 'anything-but': 'pci' }] }, { framework: ['cis'] }],
      [{ resourceId: [{ prefix: 'prod-' }] }, { resourceId: [{ prefix: 'prod' }] }],
      [{ resourceId: ['prod'] }, { resourceId: [{ 'equals-ignore-case': 'prod' }] }],
      [{ resourceId: [{ prefix: { 'equals-ignore-case': 'ΟΔΟΣ' } }] }, { resourceId: [{ prefix: 'ΟΔΟΣ' }] }],
      [{ tags: { env: [{ exists: true }] } }, { tags: { env: [{ exists: false }] } }],
      [{ tags: { env: [{ 'anything-but': 'prod' }] } }, { rule: X }],
      [{ tags: { a: ['x'] } }, { tags: { b: ['x'] } }],
      [{ tags: { n: [{ numeric: ['>', 2] }] } }, { tags: { n: [{ numeric: ['>=', 2] }] } }],
    ];
    for (const [earlier, later] of pairs)
      expect(hiddenAmong(earlier, later), JSON.stringify(later)).toEqual([]);
  });
});

const SEED = 20261121;

describe('of any policy', () => {
  it('what a hidden entry matches is taken by those that hide it', () => {
    const subjects = fc.sample(anySubject, { seed: SEED, numRuns: 300 });
    let matched = 0;
    fc.assert(
      fc.property(matches, (written) => {
        const entries = entriesOf(written);
        const hold = entries.map(({ match }) => compileEventPattern(match));
        for (const { index, by } of hiddenEntries(entries))
          for (const subject of subjects.filter((each) => hold[index]?.(each))) {
            matched += 1;
            expect(by.some((earlier) => hold[earlier]?.(subject))).toBe(true);
          }
      }),
      { seed: SEED, numRuns: Number(process.env.SELFHEAL_POLICY_RUNS ?? 250) },
    );
    // Else nothing was put to the test.
    expect(matched).toBeGreaterThan(1_000);
  });

  it('of thousands of entries they are found in a moment', () => {
    const entries = entriesOf(
      Array.from({ length: 5_000 }, (_, index) => ({
        rule: [`rule-${index % 2_500}`, `rule-${(index * 7) % 2_500}`],
      })),
    );
    expect(hiddenEntries(entries).length).toBeGreaterThan(2_000);
  });
});
