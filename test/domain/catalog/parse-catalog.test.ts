import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../../domain/catalog/catalog-problem.ts';
import { parseCatalogFile } from '../../../domain/catalog/parse-catalog.ts';

const RUNBOOK = `document: AWS-ConfigureS3BucketVersioning
summary: Turns on versioning for one bucket.
source: https://docs.aws.amazon.com/x.html
rules:
  - identifier: S3_BUCKET_VERSIONING_ENABLED
    name: s3-bucket-versioning-enabled
    resource-types: [AWS::S3::Bucket]
    trigger: change
    severity: low
    frameworks: [pci]
    headline: keeps no versions
disruption: none
disruption-note: Nobody notices.
run-timeout: 30m
parameters:
  BucketName:
    type: String
    pattern: '^[a-z0-9.-]{3,63}$'
    source: resource-id
iam-actions:
  - s3:PutBucketVersioning
manual-steps:
  - Turn it on.
changes:
  - { what: 'Versioning of {{BucketName}}', before: 'off', after: 'on' }
`;

const GUIDE = `summary: Root has no MFA.
reason: Only the owner can do it.
source: https://docs.aws.amazon.com/x.html
rules:
  - identifier: ROOT_ACCOUNT_MFA_ENABLED
    name: root-account-mfa-enabled
    resource-types: ['AWS::::Account']
    trigger: periodic
    severity: critical
    frameworks: []
    headline: has no MFA for root
manual-steps: [Sign in as root.]
`;

const problemsOf = (text: string, file = 'runbooks/x.yml'): readonly string[] => {
  const result = parseCatalogFile({ file, text });
  return result.ok ? [] : result.problems.map(formatProblem);
};

const changed = (from: string, to: string): readonly string[] => {
  expect(RUNBOOK).toContain(from);
  return problemsOf(RUNBOOK.replace(from, () => to));
};

describe('a catalog file', () => {
  test.each([
    ['severity: low\n    manual-minutes: 45', 45],
    ['severity: low', 20],
  ])('with %j says how long a person needs', (severity, manualMinutes) => {
    const text = RUNBOOK.replace('severity: low', severity);
    const result = parseCatalogFile({ file: 'x.yml', text });
    expect(result.ok && result.read.entry.rules).toMatchObject([{ manualMinutes }]);
  });

  test('becomes a runbook when it names a document', () => {
    const result = parseCatalogFile({ file: 'x.yml', text: RUNBOOK });
    expect(result.ok && result.read.entry).toMatchObject({
      kind: 'runbook',
      document: 'AWS-ConfigureS3BucketVersioning',
      runMsMax: 30 * 60_000,
      rules: [{ identifier: 'S3_BUCKET_VERSIONING_ENABLED', preference: 1 }],
      parameters: [
        {
          name: 'BucketName',
          required: true,
          pattern: /^[a-z0-9.-]{3,63}$/u,
          source: { from: 'resource-id' },
        },
      ],
    });
  });

  test('becomes a guide, named after its file, when it names none', () => {
    const result = parseCatalogFile({ file: 'runbooks/manual/root-account-mfa-enabled.yml', text: GUIDE });
    expect(result.ok && result.read.entry).toMatchObject({
      kind: 'manual',
      name: 'root-account-mfa-enabled',
    });
  });

  test.each([
    [
      'severity: low',
      'severity: urgent',
      'runbooks/x.yml:9:15: rules[0].severity: expected one of low, medium, high, critical',
    ],
    [
      'trigger: change',
      'trigger: never',
      'runbooks/x.yml:8:14: rules[0].trigger: expected one of change, periodic, both',
    ],
    [
      'severity: low\n    ',
      '',
      'runbooks/x.yml:5:5: rules[0].severity: expected one of low, medium, high, critical',
    ],
    ['iam-actions:', 'iam-action:', 'runbooks/x.yml:20:1: iam-action: expected no such key; is it misspelt?'],
    [
      's3:PutBucketVersioning',
      's3:*',
      'runbooks/x.yml:21:5: iam-actions[0]: expected an exact IAM action such as s3:PutBucketVersioning',
    ],
    [
      '{{BucketName}}',
      '{{Bucket}}',
      'runbooks/x.yml:25:13: changes[0].what: expected a parameter of this runbook, but it has no Bucket',
    ],
    [
      "before: 'off'",
      "before: '{{ BucketName }}'",
      'changes[0].before: expected placeholders such as {{BucketName}}, without spaces',
    ],
    [
      'source: resource-id',
      'required: false\n    source: policy',
      'changes[0].what: expected a parameter that every plan has, but BucketName may be missing',
    ],
    ["before: 'off', ", '', 'changes[0].before: expected text'],
    ['keeps no versions', 'Keeps no versions', 'rules[0].headline: expected what is wrong in at most 40'],
    [
      'severity: low',
      'severity: low\n    manual-minutes: 0',
      'runbooks/x.yml:10:21: rules[0].manual-minutes: expected at least 1 minute',
    ],
    [
      'severity: low',
      'severity: low\n    manual-minutes: 1h',
      'runbooks/x.yml:10:21: rules[0].manual-minutes: expected a whole number of minutes, such as 20',
    ],
    ['30m', 'soon', 'runbooks/x.yml:14:14: run-timeout: expected a duration such as 30m or 2h'],
    [
      'source: resource-id',
      'source: guess',
      'runbooks/x.yml:19:13: parameters.BucketName.source: expected resource-id, account-id',
    ],
    [
      'source: resource-id',
      'source: { constant: true }',
      'runbooks/x.yml:19:5: parameters.BucketName.source: expected',
    ],
    [
      "'^[a-z0-9.-]{3,63}$'",
      "'[a-z]+'",
      'runbooks/x.yml:18:14: parameters.BucketName.pattern: expected a safe, anchored pattern: it must begin with ^',
    ],
    [
      "'^[a-z0-9.-]{3,63}$'",
      "'^(a+)+$'",
      'runbooks/x.yml:18:14: parameters.BucketName.pattern: expected a safe, anchored pattern: a repeated group',
    ],
    ['  BucketName:', '  Bucket-Name:', 'expected a parameter name of 1-50 letters and digits'],
    [
      '[AWS::S3::Bucket]',
      '[]',
      'runbooks/x.yml:7:5: rules[0].resource-types: expected at least one resource type',
    ],
    [
      'https://docs.aws.amazon.com/x.html',
      'https://blog.example.com/',
      'runbooks/x.yml:3:9: source: expected a page of https://docs.aws.amazon.com/',
    ],
  ])('with %j changed to %j is refused at the right place', (from, to, expected) => {
    expect(changed(from, to).join('\n')).toContain(expected);
  });

  test.each([
    ['iam:PassRole', '', 'iam-actions: expected pass-roles to say for which roles iam:PassRole is'],
    ['iam:CreateRole', '', 'iam-actions: expected creates-roles to say for which roles iam:CreateRole is'],
    [
      'iam:CreateServiceLinkedRole',
      '',
      'iam-actions: expected service-linked-roles to say for which roles iam:CreateServiceLinkedRole is',
    ],
    [
      's3:GetBucketVersioning',
      'creates-roles: [Anything]',
      'creates-roles: expected iam:CreateRole among the iam-actions',
    ],
    [
      'iam:PassRole',
      'pass-roles: [{ service: ec2.amazonaws.com, parameter: Role }]',
      'pass-roles[0].parameter: expected one of the parameters, found Role',
    ],
    ['s3:PutBucketVersioning', '', 'iam-actions[1]: expected each action once'],
  ])('with the action %s and the key %j is refused', (action, key, expected) => {
    const problems = changed(
      '  - s3:PutBucketVersioning',
      `  - s3:PutBucketVersioning\n  - ${action}\n${key}`,
    );
    expect(problems.join('\n')).toContain(expected);
  });

  test('says to which service a role is passed', () => {
    const text = RUNBOOK.replace(
      '  - s3:PutBucketVersioning',
      '  - iam:PassRole\npass-roles:\n  - { service: ec2.amazonaws.com, parameter: BucketName }\n  - { service: sns.amazonaws.com, role: Known }',
    );
    const result = parseCatalogFile({ file: 'x.yml', text });
    expect(result.ok && result.read.entry).toMatchObject({
      passRoles: [
        { service: 'ec2.amazonaws.com', parameter: 'BucketName' },
        { service: 'sns.amazonaws.com', role: 'Known' },
      ],
    });
  });

  test('with a key twice is refused, not silently overruled', () => {
    expect(problemsOf(`${RUNBOOK}disruption: high\n`)[0]).toMatch(
      /^runbooks\/x\.yml:26:1: expected YAML: Map keys must be unique/,
    );
  });

  test('with aliases is refused before they can grow', () => {
    const bomb = `a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n`;
    expect(problemsOf(bomb)).toEqual(['runbooks/x.yml:1:1: expected no YAML aliases']);
  });

  test.each(['', '[]', 'just text', '---\n...\n---\n', 'a: [', '\t', '%TAG ! x\n', 'null', '{}'])(
    '%j is refused with a place',
    (text) => {
      const problems = problemsOf(text);
      expect(problems.length).toBeGreaterThan(0);
      for (const problem of problems) expect(problem).toMatch(/^runbooks\/x\.yml:\d+:\d+: .+/);
    },
  );

  test('tells all its problems at once', () => {
    const text = RUNBOOK.replace('severity: low', 'severity: urgent')
      .replace('30m', 'soon')
      .replace('none', 'some');
    expect(problemsOf(text)).toHaveLength(3);
  });

  test('never throws, wherever it is cut or whatever is put into it', () => {
    fc.assert(
      fc.property(
        fc.nat(RUNBOOK.length),
        fc.nat(40),
        fc.string({ maxLength: 12, unit: 'binary' }),
        (at, length, junk) => {
          const result = parseCatalogFile({
            file: 'x.yml',
            text: RUNBOOK.slice(0, at) + junk + RUNBOOK.slice(at + length),
          });
          if (result.ok) return;
          expect(result.problems.length).toBeGreaterThan(0);
          for (const { line, column } of result.problems) expect(line > 0 && column > 0).toBe(true);
        },
      ),
      { seed: 20261, numRuns: 300 },
    );
  });
});
