import { describe, expect, test } from 'vitest';
import { buildCatalog } from '../../../domain/catalog/build-catalog.ts';
import { formatProblem } from '../../../domain/catalog/catalog-problem.ts';
import { parseCatalogFile } from '../../../domain/catalog/parse-catalog.ts';

interface Sketch {
  readonly document: string;
  readonly identifier?: string;
  readonly preference?: number;
  readonly severity?: string;
  readonly minutes?: number;
}

const file = ({
  document,
  identifier = 'EIP_ATTACHED',
  preference = 1,
  severity = 'low',
  minutes = 10,
}: Sketch) => ({
  file: `${document}.yml`,
  text: `document: ${document}
summary: Does something.
source: https://docs.aws.amazon.com/x.html
rules:
  - identifier: ${identifier}
    name: ${identifier.toLowerCase().replaceAll('_', '-')}
    resource-types: [AWS::EC2::EIP]
    trigger: change
    severity: ${severity}
    manual-minutes: ${minutes}
    frameworks: []
    headline: is not used
    preference: ${preference}
changes: [{ what: Address, before: yours, after: given back }]
disruption: none
disruption-note: Nobody notices.
run-timeout: 30m
parameters: {}
iam-actions: [ec2:ReleaseAddress]
manual-steps: [Release it.]
`,
});

const problemsOf = (...sketches: readonly Sketch[]): readonly string[] => {
  const result = buildCatalog(sketches.map(file).map(parseCatalogFile));
  return result.ok ? [] : result.problems.map(formatProblem);
};

describe('building a catalog', () => {
  test('prefers by preference, whatever the order of the files', () => {
    const files = [file({ document: 'Second', preference: 2 }), file({ document: 'First' })];
    for (const order of [files, files.toReversed()]) {
      const result = buildCatalog(order.map(parseCatalogFile));
      const served = result.ok ? result.catalog.forRule('EIP_ATTACHED') : undefined;
      expect(served).toMatchObject({ document: 'First' });
      expect(result.ok && result.catalog.rule('eip-attached')?.preference).toBe(1);
      expect(result.ok && result.catalog.runbook('Second')?.document).toBe('Second');
    }
  });

  test('refuses one document in two files', () => {
    expect(problemsOf({ document: 'Same' }, { document: 'Same', identifier: 'OTHER_RULE' })).toEqual([
      'Same.yml:1:11: document: expected each document once, but another file describes Same too',
    ]);
  });

  test('refuses two runbooks that are both the one to prefer', () => {
    expect(problemsOf({ document: 'One' }, { document: 'Two' })).toEqual([
      'Two.yml:5:17: rules[0].identifier: expected one entry with preference 1 for EIP_ATTACHED, but One has it already',
    ]);
  });

  test.each([{ severity: 'critical' }, { minutes: 11 }])(
    'refuses two files that tell different things about one rule: %j',
    (other) => {
      expect(problemsOf({ document: 'One' }, { document: 'Two', preference: 2, ...other })[0]).toMatch(
        /^Two\.yml:5:17: rules\[0\]\.identifier: expected the same name, headline, types, trigger, severity, manual-minutes and frameworks as One/,
      );
    },
  );

  test('tells the problems of all files, and gives no catalog', () => {
    const files = [{ file: 'bad.yml', text: '[]' }, file({ document: 'One' }), file({ document: 'Two' })];
    const result = buildCatalog(files.map(parseCatalogFile));
    expect(result.ok).toBe(false);
    expect(!result.ok && result.problems.map((problem) => problem.file)).toEqual(['bad.yml', 'Two.yml']);
  });

  test('of no files knows nothing', () => {
    const result = buildCatalog([]);
    expect(result.ok && result.catalog.forRule('constructor')).toBeUndefined();
    expect(result.ok && result.catalog.rule('__proto__')).toBeUndefined();
  });
});
