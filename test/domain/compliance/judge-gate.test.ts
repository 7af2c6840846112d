/** When a gate passes, and each reason for which it never does. */
import { describe, expect, it } from 'vitest';
import type { DoubtCode, GateAsked, GateSeen } from '../../../domain/compliance/gate.ts';
import { exceptionOf } from '../../../domain/compliance/gate-exceptions.ts';
import { judgeGate } from '../../../domain/compliance/judge-gate.ts';
import { RULE_TROUBLES } from '../../../domain/compliance/lane-compliance.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { asking, LANE, NOW, named, OTHER, read, rule, seeing, unreadable, VERSIONING } from './gates.ts';

const catalog = loadCatalog();
const judge = (asked: GateAsked, seen: GateSeen) => judgeGate(asked, seen, catalog);
const codes = (asked: GateAsked, seen: GateSeen): readonly DoubtCode[] =>
  judge(asked, seen).reasons.map(({ code }) => code);
const except = (text: string) => {
  const exception = exceptionOf(text);
  if (exception === undefined) throw new Error(`no exception: ${text}`);
  return exception;
};
const PASSWORDS = rule(1, 0, { ...named('iam-password-policy'), identifier: 'IAM_PASSWORD_POLICY' });

describe('a gate passes', () => {
  it('when enough is compliant, exactly the minimum being enough', () => {
    const verdict = judge(asking(), seeing([read(LANE, [rule(1425, 75)])]));
    expect(verdict).toMatchObject({ outcome: 'passed', reasons: [], score: { passed: 1425, judged: 1500 } });
    expect(judge(asking(), seeing([read(LANE, [rule(1424, 76)])]))).toMatchObject({
      outcome: 'not-passed',
      reasons: [{ code: 'score-low', why: 'the score is 0.949333… (1424 of 1500), less than 0.95' }],
    });
  });

  it('whatever the rule is called there, and counts each deployment of it', () => {
    const deployed = [
      rule(3, 0, { name: 'securityhub-s3-bucket-versioning-enabled-baa2cf8c' }),
      rule(4, 0, { ...named('our-buckets'), identifier: VERSIONING }),
    ];
    for (const name of [
      VERSIONING,
      's3-bucket-versioning-enabled',
      's3-bucket-versioning-enabled-conformance-pack-abcdefghi',
    ])
      expect(judge(asking({ rules: [name] }), seeing([read(LANE, deployed)]))).toMatchObject({
        outcome: 'passed',
        score: { passed: 7, judged: 7 },
      });
  });

  it('with what nobody asked for left aside, however it stands', () => {
    const other = rule(0, 9, {
      ...named('own-tags'),
      identifier: 'REQUIRED_TAGS',
      trouble: { code: 'RuleErrs', message: 'no' },
    });
    expect(judge(asking(), seeing([read(LANE, [rule(2), other])]))).toMatchObject({
      outcome: 'passed',
      score: { judged: 2 },
    });
    expect(
      codes(asking({ regions: ['eu-west-1'] }), seeing([read(LANE, [rule(2)]), unreadable(OTHER)])),
    ).toEqual([]);
  });

  it('counting a rule once that is asked for twice', () => {
    const asked = asking({
      rules: [VERSIONING, 's3-bucket-versioning-enabled', VERSIONING],
      frameworks: [{ name: 'pci', rules: [VERSIONING] }],
    });
    expect(judge(asked, seeing([read(LANE, [rule(2)])])).score).toEqual({ passed: 2, judged: 2 });
  });

  it('NOT_APPLICABLE counting neither way, and INSUFFICIENT_DATA as not passed', () => {
    const rules = [
      rule(19, 0, {
        counts: { notApplicable: 500, insufficientData: 1 },
        trouble: { code: RULE_TROUBLES.insufficientData, message: 'one of its results says so' },
      }),
      rule(0, 0, { name: 'other', counts: { notApplicable: 7 } }),
    ];
    expect(judge(asking(), seeing([read(LANE, rules)]))).toMatchObject({
      outcome: 'passed',
      score: { passed: 19, judged: 20 },
      lines: [
        { rule: 'other', standing: 'not-applicable', why: 'applies to none of 7' },
        { standing: 'non-compliant', why: '0 of 20 not compliant, 1 without enough data' },
      ],
    });
  });

  it('where an account is judged in one Region for all, by a rule about the account', () => {
    const seen = seeing([read(LANE, [PASSWORDS]), read(OTHER, [])]);
    expect(judge(asking({ rules: ['IAM_PASSWORD_POLICY'] }), seen)).toMatchObject({
      outcome: 'passed',
      lines: [{ standing: 'compliant' }, { standing: 'elsewhere', why: 'judged in eu-west-1', judged: 0 }],
    });
    expect(judge(asking({ rules: ['IAM_PASSWORD_POLICY'], regions: ['us-east-1'] }), seen).outcome).toBe(
      'not-passed',
    );
  });

  it('with the rules of a framework that are deployed anywhere, and tells of the others', () => {
    const asked = asking({
      rules: [],
      frameworks: [{ name: 'pci', rules: [VERSIONING, 'ENCRYPTED_VOLUMES'] }],
    });
    expect(judge(asked, seeing([read(LANE, [rule(2)])]))).toMatchObject({
      outcome: 'passed',
      lines: [{ identifier: VERSIONING }],
      remarks: [
        '1 of 2 rules of pci are deployed in none of these lanes, and judge nothing: ENCRYPTED_VOLUMES',
      ],
    });
  });
});

describe('a gate never passes', () => {
  const healthy = read(OTHER, [rule(1_000)]);
  const troubled = (code: string, counts = 5) => rule(counts, 0, { trouble: { code, message: 'it says' } });

  it.each<readonly [DoubtCode, 'not-passed' | 'not-judged', GateAsked, GateSeen]>([
    [
      'nothing-judged',
      'not-passed',
      asking({}, '0'),
      seeing([read(LANE, [rule(0, 0, { counts: { notApplicable: 3 } })])]),
    ],
    ['not-covered', 'not-judged', asking({}, '0'), seeing([])],
    ['not-covered', 'not-judged', asking({ accounts: ['999999999999'] }), seeing([healthy])],
    ['not-covered', 'not-judged', asking({ accounts: ['111122223333', '999999999999'] }), seeing([healthy])],
    ['not-covered', 'not-judged', asking({ regions: ['us-east-1', 'eu-west-3'] }), seeing([healthy])],
    [
      'not-covered',
      'not-judged',
      asking({ accounts: ['111122223333', '999999999999'], regions: ['us-east-1', 'eu-west-1'] }),
      seeing([healthy, read({ account: '999999999999', region: 'eu-west-1' }, [rule(9)])]),
    ],
    [
      'lanes-unread',
      'not-judged',
      asking(),
      seeing([healthy], { troubles: [{ operation: 'config:X', code: 'Throttling', message: 'm' }] }),
    ],
    ['lane-unread', 'not-judged', asking(), seeing([healthy, unreadable(LANE)])],
    ['lane-unread', 'not-judged', asking(), seeing([healthy], { covered: [LANE, OTHER] })],
    [
      'lane-unread',
      'not-judged',
      asking(),
      seeing([
        healthy,
        read(LANE, [rule(9)], { troubles: [{ operation: 'config:X', code: 'AccessDenied', message: 'm' }] }),
      ]),
    ],
    ['malformed', 'not-judged', asking(), seeing([healthy, { ...read(OTHER, [rule(9)]), lane: LANE }])],
    ['aggregated', 'not-judged', asking(), seeing([healthy, read(LANE, [rule(9)], { via: 'aggregator' })])],
    [
      'recorder-off',
      'not-passed',
      asking(),
      seeing([healthy, read(LANE, [rule(9)], { recorder: { lane: LANE, state: 'stopped', since: NOW } })]),
    ],
    [
      'recorder-off',
      'not-passed',
      asking(),
      seeing([healthy, read(LANE, [rule(9)], { recorder: { lane: LANE, state: 'failing' } })]),
    ],
    [
      'recorder-off',
      'not-passed',
      asking(),
      seeing([healthy, read(LANE, [rule(9)], { recorder: { lane: LANE, state: 'missing' } })]),
    ],
    [
      'recorder-unknown',
      'not-judged',
      asking(),
      seeing([healthy, read(LANE, [rule(9)], { recorder: { lane: LANE, state: 'unknown' } })]),
    ],
    ['rule-unread', 'not-judged', asking(), seeing([healthy, read(LANE, [troubled('ThrottlingException')])])],
    [
      'rule-unread',
      'not-judged',
      asking(),
      seeing([healthy, read(LANE, [troubled(RULE_TROUBLES.tooLarge)])]),
    ],
    [
      'rule-unread',
      'not-judged',
      asking(),
      seeing([healthy, read(LANE, [troubled(RULE_TROUBLES.malformed)])]),
    ],
    [
      'rule-unread',
      'not-judged',
      asking(),
      seeing([
        healthy,
        read(LANE, [rule(9)], { unread: ['securityhub-s3-bucket-versioning-enabled-baa2cf8c'] }),
      ]),
    ],
    ['rule-errs', 'not-passed', asking(), seeing([healthy, read(LANE, [troubled(RULE_TROUBLES.errs)])])],
    [
      'never-evaluated',
      'not-passed',
      asking(),
      seeing([healthy, read(LANE, [troubled(RULE_TROUBLES.neverEvaluated, 0)])]),
    ],
    [
      'insufficient-data',
      'not-passed',
      asking(),
      seeing([healthy, read(LANE, [troubled(RULE_TROUBLES.insufficientData, 0)])]),
    ],
    [
      'insufficient-data',
      'not-passed',
      asking({}, '0'),
      seeing([healthy, read(LANE, [rule(0, 0, { counts: { insufficientData: 2 } })])]),
    ],
    [
      'no-results',
      'not-passed',
      asking(),
      seeing([healthy, read(LANE, [troubled(RULE_TROUBLES.noResults, 0)])]),
    ],
    ['no-results', 'not-passed', asking(), seeing([healthy, read(LANE, [rule(0)])])],
    ['not-deployed', 'not-passed', asking(), seeing([healthy, read(LANE, [])])],
    [
      'not-deployed',
      'not-passed',
      asking({ rules: [], frameworks: [{ name: 'pci', rules: [VERSIONING] }] }),
      seeing([healthy, read(LANE, [])]),
    ],
    [
      'not-deployed',
      'not-passed',
      asking({ rules: ['own-tags'] }),
      seeing([read(LANE, [rule(1, 0, named('own-tags'))]), read(OTHER, [])]),
    ],
    [
      'framework-empty',
      'not-passed',
      asking({ frameworks: [{ name: 'pci', rules: ['ENCRYPTED_VOLUMES'] }] }),
      seeing([healthy]),
    ],
    ['unknown-rule', 'not-passed', asking({ rules: [VERSIONING, 'own-tags'] }), seeing([healthy])],
    [
      'bad-minimum',
      'not-passed',
      { ...asking(), minScore: { text: '-1', parts: -1, of: 1 } },
      seeing([healthy]),
    ],
    [
      'bad-minimum',
      'not-passed',
      { ...asking(), minScore: { text: '?', parts: Number.NaN, of: 1 } },
      seeing([healthy]),
    ],
    ['malformed', 'not-judged', asking(), seeing([healthy, read(LANE, [rule(Number.NaN)])])],
    ['malformed', 'not-judged', asking(), seeing([healthy, read(LANE, [rule(9, -8)])])],
    ['malformed', 'not-judged', asking(), seeing([healthy, read(LANE, [rule(1.5)])])],
    [
      'malformed',
      'not-judged',
      asking(),
      seeing([healthy, read(LANE, [rule(9, 0, { nonCompliant: [{ type: 'AWS::S3::Bucket', id: 'b' }] })])]),
    ],
  ])('%s: %s', (code, outcome, asked, seen) => {
    const verdict = judge(asked, seen);
    expect(verdict.reasons.map((reason) => reason.code)).toContain(code);
    expect(verdict.outcome).toBe(outcome);
    for (const { why, mend } of verdict.reasons) expect([why, mend]).not.toContain('');
  });

  it('never evaluated is told apart from evaluated without a result, which says how it is left out', () => {
    const never = rule(0);
    const { lastEvaluatedAt: _, ...neverEvaluated } = never;
    expect(codes(asking(), seeing([read(LANE, [neverEvaluated])]))).toContain('never-evaluated');
    const [reason] = judge(asking(), seeing([healthy, read(LANE, [rule(0)])])).reasons;
    expect(reason).toMatchObject({
      code: 'no-results',
      why: 'it has no result at all (evaluated 2026-11-21T06:00:00.000Z): either nothing there is in its scope, or Config does not record it',
      mend: 'Where nothing is to be in its scope, leave it out: --except s3-bucket-versioning-enabled@111122223333/eu-west-1',
    });
    const without = asking({ except: [except('s3-bucket-versioning-enabled@111122223333/eu-west-1')] });
    expect(judge(without, seeing([healthy, read(LANE, [rule(0)])]))).toMatchObject({
      outcome: 'passed',
      lines: [
        {
          standing: 'left-out',
          why: 'left out by --except s3-bucket-versioning-enabled@111122223333/eu-west-1',
        },
        { standing: 'compliant' },
      ],
    });
  });

  it('when a rule that runs every day has not run for two', () => {
    const daily = (lastEvaluatedAt: string) => seeing([read(LANE, [{ ...PASSWORDS, lastEvaluatedAt }])]);
    const asked = asking({ rules: ['IAM_PASSWORD_POLICY'] });
    expect(codes(asked, daily('2026-11-19T12:00:00.000Z'))).toEqual([]);
    expect(codes(asked, daily('2026-11-19T11:59:59.999Z'))).toContain('stale');
    expect(codes(asked, daily('yesterday'))).toContain('stale');
    // The others run when something changes, and that may be long ago.
    expect(
      codes(asking(), seeing([read(LANE, [rule(1, 0, { lastEvaluatedAt: '2019-01-01T00:00:00.000Z' })])])),
    ).toEqual([]);
  });

  it('when a rule may be among those that time did not reach: nobody knows what they are', () => {
    const asked = asking({ rules: [VERSIONING, 'own-tags'], except: [except('our-buckets')] }, '0');
    const seen = seeing([
      read(LANE, [rule(5, 0, { ...named('own-tags'), identifier: 'REQUIRED_TAGS' })], {
        unread: ['our-buckets'],
      }),
    ]);
    expect(judge(asked, seen)).toMatchObject({
      outcome: 'not-judged',
      lines: [{ rule: VERSIONING, standing: 'unread' }, { standing: 'left-out' }, { standing: 'compliant' }],
    });
  });

  it('when a rule that is named is nowhere, though a framework that has it may lack it', () => {
    const asked = asking({
      rules: [VERSIONING],
      frameworks: [{ name: 'pci', rules: [VERSIONING, 'IAM_PASSWORD_POLICY'] }],
    });
    expect(codes(asked, seeing([read(LANE, [PASSWORDS])]))).toContain('unknown-rule');
  });

  it('when an account is judged by another account: what is once in each is not once in all', () => {
    const elsewhere = { account: '999999999999', region: 'eu-west-1' };
    const asked = asking({ rules: ['IAM_PASSWORD_POLICY'] }, '0');
    expect(codes(asked, seeing([read(LANE, [PASSWORDS]), read(elsewhere, [])]))).toEqual(['not-deployed']);
  });

  it('when everything is left out', () => {
    expect(codes(asking({ except: [except(VERSIONING)] }), seeing([read(LANE, [rule(5)])]))).toEqual([
      'nothing-judged',
    ]);
  });

  it('because of an exception: it leaves out what it names and where, and nothing else', () => {
    const seen = seeing([read(LANE, [rule(0)]), read(OTHER, [rule(0)])]);
    expect(codes(asking({ except: [except(`${VERSIONING}@111122223333/eu-west-1`)] }), seen)).toContain(
      'no-results',
    );
    expect(codes(asking({ except: [except(`${VERSIONING}@999999999999`)] }), seen)).toContain('no-results');
    expect(judge(asking({ except: [except('own-tags')] }), seen).remarks).toEqual([
      '--except own-tags leaves nothing out: nothing that was asked for is called so there',
    ]);
    // A lane that cannot be read stays one.
    expect(codes(asking({ except: [except(VERSIONING)] }), seeing([unreadable(LANE)]))).toContain(
      'lane-unread',
    );
  });

  it('in doubt with its results counted as passed: each is not, and one where there is none', () => {
    expect(judge(asking({}, '0'), seeing([read(LANE, [troubled(RULE_TROUBLES.errs, 5)])])).score).toEqual({
      passed: 0,
      judged: 5,
    });
    expect(judge(asking({}, '0'), seeing([unreadable(LANE)])).score).toEqual({ passed: 0, judged: 1 });
    const unsure = rule(5, 0, {
      counts: { insufficientData: 3 },
      trouble: { code: 'RuleErrs', message: '' },
    });
    expect(judge(asking({}, '0'), seeing([read(LANE, [unsure])])).score).toEqual({ passed: 0, judged: 8 });
    const stopped = read(LANE, [rule(5, 1)], { recorder: { lane: LANE, state: 'stopped' } });
    expect(judge(asking({}, '0'), seeing([stopped])).score).toEqual({ passed: 0, judged: 6 });
  });

  it('and says which rule may be meant, once for all lanes', () => {
    const { reasons } = judge(
      asking({ rules: ['S3_BUCKET_VERSIONING_ENABLE'] }),
      seeing([read(LANE, []), read(OTHER, [])]),
    );
    expect(reasons.filter(({ code }) => code === 'unknown-rule')).toMatchObject([
      {
        rule: 'S3_BUCKET_VERSIONING_ENABLE',
        why: 'no such rule is deployed in any of the 2 lanes that could be read (did you mean "S3_BUCKET_VERSIONING_ENABLED"?)',
      },
    ]);
  });

  it('and puts first what could not be read', () => {
    const seen = seeing([read(LANE, [rule(0)]), unreadable(OTHER)]);
    expect(codes(asking(), seen)).toEqual(['lane-unread', 'no-results', 'score-low']);
  });

  it('and quotes what is to be pasted: a rule may have any name', () => {
    const hostile = rule(0, 0, {
      ...named("x'; rm -rf ~;'"),
      trouble: { code: 'NeverEvaluated', message: '' },
    });
    expect(
      judge(asking({ rules: [hostile.name] }), seeing([read(LANE, [hostile])])).reasons[0]?.mend,
    ).toContain(`--config-rule-names 'x'\\''; rm -rf ~;'\\''' --region`);
  });
});

describe('a rule that was read more than once', () => {
  it('counts once, and as it was at its worst', () => {
    const [good, bad, erring] = [
      rule(5),
      rule(3, 2),
      rule(5, 0, { trouble: { code: 'RuleErrs', message: 'no' } }),
    ];
    for (const rules of [
      [good, bad],
      [bad, good],
    ])
      expect(judge(asking({}, '0'), seeing([read(LANE, rules)]))).toMatchObject({
        outcome: 'passed',
        score: { passed: 3, judged: 5 },
      });
    for (const [first, second] of [
      [good, erring],
      [erring, good],
    ] as const)
      expect(codes(asking({}, '0'), seeing([read(LANE, [first]), read(LANE, [second])]))).toEqual([
        'rule-errs',
      ]);
  });

  it('is unread no more once a later answer has it', () => {
    const name = 's3-bucket-versioning-enabled';
    const seen = seeing([read(LANE, [], { unread: [name] }), read(LANE, [rule(5)])]);
    expect(judge(asking(), seen).outcome).toBe('passed');
  });
});
