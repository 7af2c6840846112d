import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mixedPolicy } from '../../../bench/policy-decision.ts';
import { compileEventPattern } from '../../../domain/policy/event-pattern.ts';
import { explainSelection } from '../../../domain/policy/explain-selection.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import type { Policy } from '../../../domain/policy/policy.ts';
import { formatProblem } from '../../../domain/policy/policy-problem.ts';
import { ruleNames } from '../../../domain/policy/policy-subject.ts';
import { compilePolicy } from '../../../domain/policy/select-policy.ts';
import { aSubject } from './subjects.ts';

const policyOf = (entries: string): Policy => {
  const parsed = parsePolicy(`version: 1\nentries:\n${entries}`, 'test.yml');
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.policy;
};

describe('severity and mode', () => {
  it.each<[string, string | undefined, string, string]>([
    ['severity: high', 'low', 'high', 'approve'],
    ['severity: critical', 'low', 'critical', 'approve'],
    ['severity: medium', 'high', 'medium', 'observe'],
    ['severity: low', 'high', 'low', 'observe'],
    ['', 'critical', 'critical', 'approve'],
    ['', 'low', 'low', 'observe'],
    ['', undefined, 'high', 'approve'],
    ['', 'SEVERE', 'high', 'approve'],
    ['mode: auto', 'medium', 'medium', 'auto'],
    ['mode: auto, severity: critical', 'low', 'critical', 'auto'],
    ['mode: observe', 'critical', 'critical', 'observe'],
  ])('{%s} on a rule of severity %s is %s, %s', (written, catalog, severity, mode) => {
    const policy = policyOf(`  - {name: a, match: {}${written && `, ${written}`}}`);
    const { severity: _, ...subject } = aSubject();
    const { entry } = compilePolicy(policy).select({
      ...subject,
      ...(catalog && { severity: catalog as never }),
    });
    expect([entry.severity, entry.mode]).toEqual([severity, mode]);
  });

  it('only observes what no entry matches', () => {
    const { entry, index } = compilePolicy(policyOf('  - {name: a, match: {region: x}, mode: auto}')).select(
      aSubject(),
    );
    expect([entry.name, entry.mode, entry.severity, index]).toEqual([
      'unmatched',
      'observe',
      'medium',
      undefined,
    ]);
  });
});

describe('order', () => {
  it('lets the first entry decide that matches, however it is filed', () => {
    const policy = policyOf(
      [
        '  - {name: other, match: {rule: restricted-ssh}}',
        '  - {name: by-suffix, match: {resourceId: [{suffix: "-2026"}]}}',
        '  - {name: by-rule, match: {rule: S3_BUCKET_VERSIONING_ENABLED}}',
        '  - {name: all, match: {}}',
      ].join('\n'),
    );
    expect(compilePolicy(policy).select(aSubject()).entry.name).toBe('by-suffix');
    expect(compilePolicy(policy).select(aSubject({ resourceId: 'x' })).entry.name).toBe('by-rule');
    expect(compilePolicy(policy).select(aSubject({ resourceId: 'x', rule: [] })).entry.name).toBe('all');
  });

  it('gives the entry that asking one after another gives', () => {
    const text = fc.constantFrom('a', 'b', 'ab', 'ba', 'abc');
    const test = fc.oneof(
      text,
      text.map((prefix) => ({ prefix })),
      text.map((suffix) => ({ suffix })),
      fc.constantFrom('a*', '*b', 'a*b', '*', '*a*').map((wildcard) => ({ wildcard })),
      text.map((value) => ({ 'anything-but': value })),
      text.map((value) => ({ prefix: { 'equals-ignore-case': value } })),
      fc.boolean().map((exists) => ({ exists })),
    );
    const tests = fc.array(test, { minLength: 1, maxLength: 3 });
    const fields = fc.record(
      {
        rule: tests,
        resourceId: tests,
        region: tests,
        tags: fc.dictionary(fc.constantFrom('x', 'y'), tests, { minKeys: 1, maxKeys: 2 }),
      },
      { requiredKeys: [] },
    );
    const alternative = fields.filter((pattern) => Object.keys(pattern).length > 0);
    const match = fc.oneof(
      alternative,
      fc
        .tuple(fields, fc.array(alternative, { minLength: 2, maxLength: 3 }))
        .map(([pattern, $or]) => ({ ...pattern, $or })),
    );
    const subject = fc.record({
      rule: fc.array(text, { maxLength: 3 }),
      resourceId: text,
      region: text,
      tags: fc.dictionary(fc.constantFrom('x', 'y'), text),
    });
    fc.assert(
      fc.property(
        fc.array(match, { minLength: 1, maxLength: 40 }),
        fc.array(subject, { minLength: 1 }),
        (all, subjects) => {
          const policy = policyOf(
            all.map((raw, index) => `  - ${JSON.stringify({ name: `e${index}`, match: raw })}`).join('\n'),
          );
          const compiled = compilePolicy(policy);
          const matchers = policy.entries.map((entry) => compileEventPattern(entry.match));
          for (const changes of subjects) {
            const finding = aSubject(changes);
            const position = matchers.findIndex((holds) => holds(finding));
            const { index, passedOver } = explainSelection(compiled, finding);
            expect(index ?? -1).toBe(position);
            expect(passedOver).toHaveLength(position < 0 ? all.length : position);
          }
        },
      ),
      { seed: 20261121, numRuns: 40 },
    );
  });

  it('keeps the order over a thousand mixed entries', () => {
    const parsed = parsePolicy(mixedPolicy(1_000), 'bench.yml');
    if (!parsed.ok) throw new Error('the mixed policy is broken');
    const { select } = compilePolicy(parsed.policy);
    for (const number of [0, 31, 32, 500, 995, 999]) {
      const tags = { service: `s-${number}`, env: 'x' };
      const rule = [
        `service-${number}-encrypted`,
        `service-${number}-checked`,
        `service-${number}-x-enabled`,
      ];
      const region = `region-${number}`;
      const resourceType = `AWS::Service${number % 40}::Thing`;
      expect(select(aSubject({ rule, tags, region, resourceType })).index).toBe(number);
    }
  });
});

describe('explanations', () => {
  it('say of every earlier entry which field failed, and where severity and mode come from', () => {
    const policy = policyOf(
      [
        '  - {name: ssh, match: {rule: restricted-ssh}}',
        '  - {name: dev, match: {rule: [{prefix: s3-}], tags: {env: [dev]}}}',
        '  - {name: all, match: {}}',
      ].join('\n'),
    );
    const { passedOver, because, entry } = explainSelection(compilePolicy(policy), aSubject());
    expect(entry.name).toBe('all');
    expect(passedOver.map(({ name, field, reason }) => `${name}: ${field}: ${reason}`)).toEqual([
      'ssh: rule: wanted "restricted-ssh", but it is "S3_BUCKET_VERSIONING_ENABLED", "securityhub-s3-bucket-versioning-enabled-baa2cf8c", "s3-bucket-versioning-enabled"',
      'dev: tags.env: wanted "dev", but it is "prod"',
    ]);
    expect(because).toBe('severity medium (from the catalog), mode observe (the default for medium)');
  });
});

describe('rule names', () => {
  it('takes every decoration off, also nested ones', () => {
    const rule = 'OrgConfigRule-securityhub-restricted-ssh-1a2b3c4d-a1b2c3d4';
    expect(ruleNames({ rule, ruleIdentifier: 'INCOMING_SSH_DISABLED' })).toEqual([
      'INCOMING_SSH_DISABLED',
      rule,
      'securityhub-restricted-ssh-1a2b3c4d',
      'restricted-ssh',
    ]);
  });
});
