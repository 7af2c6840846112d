import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import type { Policy } from '../../../domain/policy/policy.ts';
import { formatProblem } from '../../../domain/policy/policy-problem.ts';

const problemsOf = (text: string): readonly string[] => {
  const parsed = parsePolicy(text, 'policy.yml');
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
};

const policyOf = (text: string): Policy => {
  const parsed = parsePolicy(text, 'policy.yml');
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.policy;
};

describe('what a policy may leave out', () => {
  const policy = policyOf(
    [
      'version: 1',
      'defaults: {retry: {attempts: 5}, notify: [team]}',
      'topics: {team: selfheal-team, oncall: "arn:aws:sns:eu-west-1:111122223333:oncall"}',
      'limits: {account: {concurrency: 20}, rule: {starts-per-minute: 7}, lane: {concurrency: 50}}',
      'entries:',
      '  - name: a',
      '    match: {rule: x}',
      '    retry: {backoff: 1m}',
      '    limits: {account: {concurrency: 5}, rule: {concurrency: 30, start-interval: 2s}}',
      '    notify: []',
      '  - {name: b, match: {rule: y}}',
    ].join('\n'),
  );

  it('comes from the defaults, key by key', () => {
    const [a, b] = policy.entries;
    expect(a?.retry).toEqual({ attemptsMax: 5, backoffMs: 60_000, backoffMsMax: 900_000 });
    expect(a?.notify).toEqual([]);
    expect(b?.notify).toEqual(['team']);
    expect(b?.approval).toEqual({ quorum: 1, expiresAfterMs: 86_400_000 });
    expect(b).not.toHaveProperty('mode');
    expect(b).not.toHaveProperty('severity');
  });

  it('lays the limits of an entry over those of the policy', () => {
    expect(policy.limits.lane).toEqual({ concurrencyMax: 50, startIntervalMs: 1_000 });
    expect(policy.entries[0]?.limits).toEqual({
      account: { concurrencyMax: 5 },
      rule: { concurrencyMax: 30, startIntervalMs: 2_000 },
      lane: { concurrencyMax: 50, startIntervalMs: 1_000 },
    });
    expect(policy.entries[1]?.limits).toEqual(policy.limits);
    expect(policy.limits.rule).toEqual({ startIntervalMs: 8_572 });
  });

  it('gives every lane its limits even when nothing is written', () => {
    const { limits, unmatched, adaptiveConcurrency } = policyOf('version: 1\nentries: []\n');
    expect(limits).toEqual({ lane: { concurrencyMax: 80, startIntervalMs: 1_000 } });
    expect(unmatched).toMatchObject({ name: 'unmatched', mode: 'observe' });
    expect(adaptiveConcurrency).toBe(false);
  });

  it('raises a lane to the adaptive quota only when asked to', () => {
    const text = 'version: 1\nlimits: {lane: {concurrency: 500, adaptive-concurrency: true}}\nentries: []\n';
    expect(policyOf(text).limits.lane?.concurrencyMax).toBe(500);
  });

  it('is named by the hash of its text', () => {
    expect(policyOf('version: 1\nentries: []\n').version).toMatch(/^[0-9a-f]{12}$/);
    expect(policyOf('version: 1\nentries: []\n').version).not.toBe(
      policyOf('version: 1\nentries: []\n\n').version,
    );
  });
});

describe('text that YAML takes for something else', () => {
  it('stays text where text is meant', () => {
    const policy = policyOf(
      [
        'version: 1',
        'entries:',
        '  - name: a',
        '    match: {account: 012345678901, tags: {on: [true], exists: [5], n: [{anything-but: [1.50]}]}}',
        '    parameters: {Days: 0090, Enabled: true, Ports: [22, 3389]}',
      ].join('\n'),
    );
    const [entry] = policy.entries;
    expect(entry?.parameters).toEqual({ Days: '0090', Enabled: 'true', Ports: ['22', '3389'] });
    expect(entry?.match.fields.map(({ tests }) => tests[0])).toEqual([
      { op: 'equals', text: '012345678901' },
      { op: 'equals', text: 'true' },
      { op: 'equals', text: '5' },
      { op: 'anything-but', none: [{ op: 'equals', text: '1.50' }] },
    ]);
  });

  it('reads a byte order mark, Windows line ends and any script', () => {
    const text =
      '\uFEFFversion: 1\r\nentries:\r\n  - name: a\r\n    match: {tags: {"équipe": ["données 🚀"]}}\r\n';
    expect(policyOf(text).entries[0]?.match.fields[0]?.ref).toEqual({ kind: 'tag', key: 'équipe' });
  });
});

/** Each of them once made a YAML reader run out of time, memory or stack. */
const MEGABYTE = 1_000_000;
const HOSTILE: Readonly<Record<string, string>> = {
  'a megabyte of brackets': '['.repeat(MEGABYTE),
  'half a megabyte of brackets': '['.repeat(MEGABYTE / 2),
  dashes: '- '.repeat(MEGABYTE / 4),
  'question marks': '? '.repeat(MEGABYTE / 4),
  'nested mappings': '{a: '.repeat(MEGABYTE / 8),
  anchors: '&a '.repeat(20_000),
  documents: '---\n'.repeat(100_000),
  directives: '%YAML 1.2\n'.repeat(50_000),
  tabs: '\t'.repeat(MEGABYTE / 2),
  'one long word': 'a'.repeat(MEGABYTE / 2),
  'ever deeper lines': Array.from({ length: 900 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
  'a billion laughs': Array.from({ length: 30 }, (_, level) =>
    level === 0 ? 'l0: &l0 [lol]' : `l${level}: &l${level} [${`*l${level - 1},`.repeat(9)}]`,
  ).join('\n'),
  'an alias to itself': 'version: 1\nentries: &a [*a]\n',
  'many keys': Array.from({ length: 20_000 }, (_, number) => `key${number}: 1`).join('\n'),
  'many broken entries': `version: 1\nentries:\n${'  - {name: 1, match: {x: 1}}\n'.repeat(5_000)}`,
  'deep alternatives': `version: 1\nentries:\n  - name: a\n    match: ${'{$or: [{rule: x}, '.repeat(15)}{rule: y}${']}'.repeat(15)}`,
  'merge keys': 'version: 1\nentries:\n  - <<: {name: a}\n    match: {}\n',
  'complex keys': '? {version: 1}\n: 1\n? [entries]\n: []\n',
  'a long alias': `version: 1\nentries: *${'a'.repeat(2_000)}\n`,
  'a long anchor': `version: 1\nentries: &${'a'.repeat(2_000)} []\n`,
  'a long tag': `version: 1\nentries: !!binary${'a'.repeat(2_000)} x\n`,
  'null bytes': 'version: 1\0\nentries: []\0',
  'lone surrogates': 'version: "\uD800"\nentries: ["\uDC00"]\n',
};

describe('a mistake behind the end of a document', () => {
  it('has its place, although the library does not count the lines that it skips there', () => {
    expect(problemsOf('... 1\ntimezone: UTC\n').map((told) => /:\d+:\d+/.exec(told)?.[0])).toEqual([
      ':1:5',
      ':2:9',
      ':2:11',
    ]);
  });
});

describe('hostile text', () => {
  it.each(Object.entries(HOSTILE))('%s: refused, with few words', (_, text) => {
    const problems = problemsOf(text);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(101);
    for (const problem of problems) expect(problem.length).toBeLessThan(600);
  });

  it('never throws on any text', () => {
    const fragment = fc.constantFrom(
      ...[
        'version: 1\n',
        'entries:\n',
        '  - name: a\n',
        '    match: ',
        '{rule: ',
        '[',
        ']',
        '}',
        '{',
        '&a ',
        '*a',
        '!!str ',
      ],
      ...[
        '"',
        "'",
        '\t',
        '\n',
        '  ',
        '- ',
        '? ',
        ': ',
        '|',
        '>',
        '#',
        '---\n',
        '%',
        '\r\n',
        '\uFEFF',
        '\0',
        '$or',
        '5',
        'null',
      ],
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(fragment, { maxLength: 60 }).map((fragments) => fragments.join('')),
    );
    fc.assert(
      fc.property(text, (written) => {
        expect(typeof parsePolicy(written, 'policy.yml').ok).toBe('boolean');
      }),
      { seed: 20261121, numRuns: 1_000 },
    );
  });

  it('never throws on a good policy with a few characters changed', () => {
    const good =
      'version: 1\ntopics: {t: x}\nentries:\n  - name: a\n    match: {rule: [{prefix: s3-}], tags: {e: [p]}}\n    retry: {attempts: 2, backoff: 5s}\n    notify: [t]\n';
    const change = fc.tuple(fc.nat({ max: good.length }), fc.nat({ max: 3 }), fc.string({ maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const text = changes.reduce(
          (left, [at, cut, put]) => left.slice(0, at) + put + left.slice(at + cut),
          good,
        );
        const parsed = parsePolicy(text, 'policy.yml');
        if (!parsed.ok) expect(parsed.problems.length).toBeGreaterThan(0);
      }),
      { seed: 20261121, numRuns: 1_000 },
    );
  });
});
