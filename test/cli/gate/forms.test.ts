/** The forms of a gate's verdict: each says the same, and nothing that a rule is called breaks out of it. */
import pico from 'picocolors';
import { describe, expect, it } from 'vitest';
import { gateAnnotations } from '../../../cli/render/gate/annotations.ts';
import { gateSummary } from '../../../cli/render/gate/job-summary.ts';
import { gateJson } from '../../../cli/render/gate/json.ts';
import { gateJunit } from '../../../cli/render/gate/junit.ts';
import { gateText } from '../../../cli/render/gate/text.ts';
import type { GateAsked, GateSeen } from '../../../domain/compliance/gate.ts';
import { judgeGate } from '../../../domain/compliance/judge-gate.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { asking, LANE, named, OTHER, read, rule, seeing, unreadable } from '../../domain/compliance/gates.ts';
import { parseXml, type XmlElement } from '../../support/xml.ts';

const catalog = loadCatalog();
const toldOf = (asked: GateAsked, seen: GateSeen, again: readonly string[] = []) => ({
  verdict: judgeGate(asked, seen, catalog),
  again,
});
const io = { style: pico.createColors(false), columns: 160 };
const bucket = (id: string) => ({ type: 'AWS::S3::Bucket', id });

const PASSED = toldOf(asking(), seeing([read(LANE, [rule(19, 1, { nonCompliant: [bucket('payroll')] })])]));
const LOW = toldOf(asking(), seeing([read(LANE, [rule(9, 1, { nonCompliant: [bucket('payroll')] })])]));
const ERRING = rule(5, 0, { trouble: { code: 'RuleErrs', message: 'its role is gone' } });
const UNREAD = toldOf(
  asking({ rules: ['S3_BUCKET_VERSIONING_ENABLED', 'IAM_PASSWORD_POLICY'] }),
  seeing([read(LANE, [ERRING]), unreadable(OTHER)]),
  ['ThrottlingException in 111122223333/eu-west-1', 'ThrottlingException in 111122223333/eu-west-1'],
);
/** Config lets a rule have any name. */
const NAME = `x" /><failure/>&amp;]]>\u001b[2J\u0000\ud800 %0A::error::a,b:c | <script> \`code\` [l](http://evil.example)\r\n::set-output name=a::b`;
const HOSTILE = toldOf(
  asking({ rules: [NAME] }),
  seeing([read(LANE, [rule(1, 1, { ...named(NAME), nonCompliant: [bucket(NAME)] })])]),
);

describe('as text', () => {
  it('says first whether it passes, then why not and what to do, then every rule in every lane', () => {
    expect(gateText(PASSED, io)).toMatchInlineSnapshot(`
      "Passed: the score is 0.95 (19 of 20), and 0.95 is the minimum.

      RESULT         RULE                          ACCOUNT       REGION     PASSED  WHY
      non-compliant  s3-bucket-versioning-enabled  111122223333  eu-west-1  19/20   1 of 20 not compliant

      "
    `);
    expect(gateText(UNREAD, io)).toMatchInlineSnapshot(`
      "Not passed, since it could not be judged: 4 reasons; the score is 0 (0 of 8), and 0.95 is the minimum.

      NOT READ 111122223333/us-east-1: selfheal did not answer
        mend: Ask again.
      NOT PASSED IAM_PASSWORD_POLICY: no such rule is deployed in the one lane that could be read
        mend: Look how it is written: identifier and name are both good. Or deploy it.
      NOT PASSED 111122223333/eu-west-1 s3-bucket-versioning-enabled: its evaluation fails: its role is gone
        mend: Mend it, and have it evaluated: aws configservice start-config-rules-evaluation --config-rule-names s3-bucket-versioning-enabled --region eu-west-1
      NOT PASSED the gate: the score is 0 (0 of 8), less than 0.95
        mend: Mend what is not compliant: selfheal cases tells what is done about it.

      RESULT   RULE                          ACCOUNT       REGION     PASSED  WHY
      unread   IAM_PASSWORD_POLICY           111122223333  us-east-1  0/1     selfheal did not answer
      unread   S3_BUCKET_VERSIONING_ENABLED  111122223333  us-east-1  0/1     selfheal did not answer
      failing  IAM_PASSWORD_POLICY           111122223333  eu-west-1  0/1     no such rule is deployed in the one lane that could be read
      failing  s3-bucket-versioning-enabled  111122223333  eu-west-1  0/5     its evaluation fails: its role is gone

      Asked again 2 times: ThrottlingException in 111122223333/eu-west-1
      "
    `);
  });
});

describe('as JSON', () => {
  it('has everything, and the score as it is', () => {
    const told = JSON.parse(JSON.stringify(gateJson(LOW)));
    expect(told).toMatchObject({
      outcome: 'not-passed',
      score: { passed: 9, judged: 10, share: '0.9' },
      minScore: '0.95',
      reasons: [{ code: 'score-low' }],
      lines: [{ standing: 'non-compliant', nonCompliant: [bucket('payroll')] }],
      askedAgain: [],
    });
  });
});

/** What the schema of Jenkins's JUnit plugin allows, as far as we use it; in this order. */
const SCHEMA: Readonly<Record<string, { attributes: readonly string[]; children: readonly string[] }>> = {
  testsuites: { attributes: ['name', 'tests', 'failures', 'errors', 'time'], children: ['testsuite'] },
  testsuite: {
    attributes: ['name', 'tests', 'failures', 'errors', 'skipped', 'time'],
    children: ['testcase'],
  },
  testcase: {
    attributes: ['classname', 'name', 'time'],
    children: ['skipped', 'error', 'failure', 'system-out'],
  },
  skipped: { attributes: ['message'], children: [] },
  error: { attributes: ['message', 'type'], children: [] },
  failure: { attributes: ['message', 'type'], children: [] },
  'system-out': { attributes: [], children: [] },
};

const problemsIn = (element: XmlElement): readonly string[] => {
  const allowed = SCHEMA[element.name];
  if (allowed === undefined) return [`<${element.name}>`];
  const wanted = [...allowed.attributes].sort();
  const given = Object.keys(element.attributes).sort();
  return [
    ...(JSON.stringify(wanted) === JSON.stringify(given) ? [] : [`<${element.name}> has ${given}`]),
    ...element.children.flatMap((child) =>
      allowed.children.includes(child.name) ? problemsIn(child) : [`<${child.name}> in <${element.name}>`],
    ),
    ...(element.children.length > 0 && element.text.trim() !== '' ? [`text in <${element.name}>`] : []),
  ];
};

const casesIn = (root: XmlElement) =>
  root.children.flatMap((suite) =>
    suite.children.map(({ attributes, children: [result] }) => [
      attributes.classname,
      attributes.name,
      result?.name,
      result?.attributes.message ?? result?.text,
    ]),
  );

describe('as JUnit', () => {
  it.each(Object.entries({ PASSED, LOW, UNREAD, HOSTILE }))(
    'is well-formed, of its schema, and adds up: %s',
    (_, told) => {
      const root = parseXml(gateJunit(told));
      expect(problemsIn(root)).toEqual([]);
      for (const part of [root, ...root.children]) {
        const cases =
          part.name === 'testsuites' ? part.children.flatMap(({ children }) => children) : part.children;
        const count = (name: string) =>
          String(cases.filter(({ children }) => children[0]?.name === name).length);
        expect(part.attributes).toMatchObject({
          tests: String(cases.length),
          failures: count('failure'),
          errors: count('error'),
          ...(part.name === 'testsuite' && { skipped: count('skipped') }),
        });
      }
    },
  );

  it('fails nothing where the gate passes: what the score allows is told', () => {
    expect(casesIn(parseXml(gateJunit(PASSED)))).toEqual([
      [
        'gate',
        'score at least 0.95',
        'system-out',
        'Passed: the score is 0.95 (19 of 20), and 0.95 is the minimum.',
      ],
      [
        '111122223333/eu-west-1',
        's3-bucket-versioning-enabled',
        'system-out',
        '1 of 20 not compliant\nAWS::S3::Bucket payroll',
      ],
    ]);
  });

  it('tells what was judged and is not enough from what could not be judged', () => {
    expect(casesIn(parseXml(gateJunit(LOW))).map(([, , result]) => result)).toEqual(['failure', 'failure']);
    expect(casesIn(parseXml(gateJunit(UNREAD)))).toEqual([
      ['gate', 'score at least 0.95', 'error', expect.stringContaining('could not be judged')],
      ['111122223333/eu-west-1', 'IAM_PASSWORD_POLICY', 'failure', expect.stringContaining('no such rule')],
      [
        '111122223333/eu-west-1',
        's3-bucket-versioning-enabled',
        'failure',
        'its evaluation fails: its role is gone',
      ],
      ['111122223333/us-east-1', 'IAM_PASSWORD_POLICY', 'error', 'selfheal did not answer'],
      ['111122223333/us-east-1', 'S3_BUCKET_VERSIONING_ENABLED', 'error', 'selfheal did not answer'],
    ]);
  });
});

describe('as annotations', () => {
  it('says why, and what the score allows is a warning', () => {
    expect(gateAnnotations(PASSED)).toEqual([
      '::notice title=selfheal gate::Passed: the score is 0.95 (19 of 20), and 0.95 is the minimum.',
      '::warning title=selfheal gate%3A 111122223333/eu-west-1 s3-bucket-versioning-enabled::1 of 20 not compliant',
    ]);
    expect(gateAnnotations(UNREAD)[1]).toBe(
      '::error title=selfheal gate%3A 111122223333/us-east-1::selfheal did not answer. Ask again.',
    );
  });

  it('are no more than GitHub shows, and the last says how many more there are', () => {
    const lanes = Array.from({ length: 30 }, (_, n) => ({ account: '111122223333', region: `eu-west-${n}` }));
    const lines = gateAnnotations(toldOf(asking(), seeing(lanes.map(unreadable))));
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toBe('::error title=selfheal gate::23 more reasons: see the log.');
  });

  it('hold one command each, whatever a rule is called', () => {
    for (const line of gateAnnotations(HOSTILE)) {
      expect(line).toMatch(/^::(?:error|warning|notice) title=[^:,\r\n]*::[^\r\n]*$/);
      expect(line).not.toMatch(/%(?!25|0D|0A|3A|2C)/);
    }
  });
});

describe('as a summary', () => {
  it('is Markdown that tells reasons and lines', () => {
    expect(gateSummary(UNREAD)).toMatchInlineSnapshot(`
      "## selfheal gate: not passed

      Not passed\\, since it could not be judged\\: 4 reasons\\; the score is 0 \\(0 of 8\\)\\, and 0\\.95 is the minimum\\.

      - **111122223333\\/us\\-east\\-1**: selfheal did not answer. Ask again\\.
      - **IAM\\_PASSWORD\\_POLICY**: no such rule is deployed in the one lane that could be read. Look how it is written\\: identifier and name are both good\\. Or deploy it\\.
      - **111122223333\\/eu\\-west\\-1 s3\\-bucket\\-versioning\\-enabled**: its evaluation fails\\: its role is gone. Mend it\\, and have it evaluated\\: aws configservice start\\-config\\-rules\\-evaluation \\-\\-config\\-rule\\-names s3\\-bucket\\-versioning\\-enabled \\-\\-region eu\\-west\\-1
      - **the gate**: the score is 0 \\(0 of 8\\)\\, less than 0\\.95. Mend what is not compliant\\: selfheal cases tells what is done about it\\.

      | result | rule | account | Region | passed | why |
      | --- | --- | --- | --- | --- | --- |
      | failing | IAM\\_PASSWORD\\_POLICY | 111122223333 | eu-west-1 | 0 of 1 | no such rule is deployed in the one lane that could be read |
      | failing | s3\\-bucket\\-versioning\\-enabled | 111122223333 | eu-west-1 | 0 of 5 | its evaluation fails\\: its role is gone |
      | unread | IAM\\_PASSWORD\\_POLICY | 111122223333 | us-east-1 | 0 of 1 | selfheal did not answer |
      | unread | S3\\_BUCKET\\_VERSIONING\\_ENABLED | 111122223333 | us-east-1 | 0 of 1 | selfheal did not answer |

      0 of 4 lines are compliant.

      Asked again 2 times\\: ThrottlingException in 111122223333\\/eu\\-west\\-1

      "
    `);
  });

  it('holds no Markdown, HTML or link of others', () => {
    const text = gateSummary(HOSTILE);
    expect(text).not.toMatch(/(?<!\\)[<`[]|https?:\/\/|(?<!\\)\]\(/);
    for (const line of text.split('\n').filter((each) => each.startsWith('| ')))
      expect(line.match(/(?<!\\)\|/g)).toHaveLength(7);
  });
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
const ACTED_ON = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

describe('in whatever form', () => {
  it('a verdict lets nothing through that a terminal acts on', () => {
    for (const text of [gateText(HOSTILE, io), gateAnnotations(HOSTILE).join('\n'), gateSummary(HOSTILE)])
      expect(text).not.toMatch(ACTED_ON);
  });
});
