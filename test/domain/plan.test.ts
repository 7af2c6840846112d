import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Runbook, RunbookParameter } from '../../domain/catalog/catalog.ts';
import { makePlan, type Plan, type PlanInput, planHash, requiredLookups } from '../../domain/plan.ts';
import { HOSTILE_VALUES } from './plan-hostile-values.ts';

const ANYTHING = /^.*$/su;

const parameter = (name: string, rest: Partial<RunbookParameter>): RunbookParameter => ({
  name,
  type: 'String',
  required: true,
  pattern: ANYTHING,
  source: { from: 'policy' },
  ...rest,
});

const runbookWith = (...parameters: readonly RunbookParameter[]): Runbook => ({
  kind: 'runbook',
  document: 'AWS-ConfigureS3BucketVersioning',
  summary: 'Turns on versioning for one bucket.',
  rules: [
    {
      identifier: 'S3_BUCKET_VERSIONING_ENABLED',
      name: 's3-bucket-versioning-enabled',
      headline: 'keeps no versions',
      resourceTypes: ['AWS::S3::Bucket'],
      trigger: 'change',
      severity: 'low',
      manualMinutes: 20,
      frameworks: [],
      preference: 1,
    },
  ],
  parameters,
  changes: [{ what: 'Versioning', before: 'off', after: 'on' }],
  disruption: 'none',
  disruptionNote: 'Nobody notices.',
  iamActions: ['s3:PutBucketVersioning'],
  runMsMax: 60_000,
  manualSteps: ['Turn it on.'],
  source: 'https://docs.aws.amazon.com/x.html',
});

const inputFor = (runbook: Runbook, changes: Partial<PlanInput> = {}): PlanInput => ({
  finding: {
    account: '111122223333',
    region: 'eu-west-1',
    rule: 's3-bucket-versioning-enabled',
    ruleIdentifier: 'S3_BUCKET_VERSIONING_ENABLED',
    resourceType: 'AWS::S3::Bucket',
    resourceId: 'orders',
  },
  lane: { account: '111122223333', region: 'eu-west-1' },
  runbook,
  documentVersion: '3',
  parameters: {},
  facts: {
    lookups: {},
    automationRoleArn: 'arn:aws:iam::111122223333:role/selfheal-automation',
    executorRoleArn: 'arn:aws:iam::111122223333:role/selfheal-executor',
  },
  ...changes,
});

const refusalOf = (input: PlanInput) => {
  const result = makePlan(input);
  return result.ok ? undefined : result.refusal;
};

const BUCKET = parameter('BucketName', { source: { from: 'resource-id' }, pattern: /^[a-z0-9.-]{3,63}$/u });

describe('making a plan', () => {
  test('takes each value from the place the catalog names', () => {
    const runbook = runbookWith(
      BUCKET,
      parameter('AccountId', { source: { from: 'account-id' } }),
      parameter('AutomationAssumeRole', { source: { from: 'automation-role' } }),
      parameter('Name', { source: { from: 'lookup', lookup: 'resource-name' } }),
      parameter('State', { source: { from: 'constant', value: 'Enabled' } }),
      parameter('Days', { type: 'Integer', source: { from: 'policy', fallback: '7' } }),
      parameter('Zones', { type: 'StringList' }),
      parameter('Note', { required: false }),
    );
    const input = inputFor(runbook);
    const result = makePlan({
      ...input,
      parameters: { Zones: ['a', 'b'] },
      facts: { ...input.facts, lookups: { 'resource-name': 'orders' } },
    });
    expect(result).toEqual({
      ok: true,
      plan: {
        document: 'AWS-ConfigureS3BucketVersioning',
        documentVersion: '3',
        parameters: {
          BucketName: ['orders'],
          AccountId: ['111122223333'],
          AutomationAssumeRole: ['arn:aws:iam::111122223333:role/selfheal-automation'],
          Name: ['orders'],
          State: ['Enabled'],
          Days: ['7'],
          Zones: ['a', 'b'],
        },
        account: '111122223333',
        region: 'eu-west-1',
        executorRoleArn: 'arn:aws:iam::111122223333:role/selfheal-executor',
      },
    });
  });

  test('is refused without a runbook, and where only a person can act', () => {
    expect(refusalOf({ ...inputFor(runbookWith()), runbook: undefined })?.code).toBe('no-runbook');
    const guide = {
      kind: 'manual',
      name: 'x',
      summary: 's',
      reason: 'Root must do it.',
      rules: [],
      manualSteps: [],
      source: '',
    } as const;
    expect(refusalOf({ ...inputFor(runbookWith()), runbook: guide })).toEqual({
      code: 'manual-only',
      reason: 'Only a person can fix this: Root must do it.',
    });
  });

  test.each([
    ['another account', { lane: { account: '444455556666', region: 'eu-west-1' } }],
    ['another Region', { lane: { account: '111122223333', region: 'us-east-1' } }],
    ['no real Region', { lane: { account: '111122223333', region: 'global' } }],
    ['a version that can change its meaning', { documentVersion: '$DEFAULT' }],
    ['a version with a leading zero', { documentVersion: '03' }],
    [
      'a resource type it is not made for',
      { finding: { ...inputFor(runbookWith()).finding, resourceType: 'AWS::EC2::Volume' } },
    ],
    [
      'an executor of another account',
      { facts: { ...inputFor(runbookWith()).facts, executorRoleArn: 'arn:aws:iam::444455556666:role/x' } },
    ],
    [
      'an automation role of another account',
      { facts: { ...inputFor(runbookWith()).facts, automationRoleArn: 'arn:aws:iam::444455556666:role/x' } },
    ],
  ])('is refused for %s', (_what, changes: Partial<PlanInput>) => {
    expect(refusalOf(inputFor(runbookWith(), changes))?.code).toBe('wrong-target');
  });

  test('is refused when the catalog pins another version', () => {
    expect(refusalOf(inputFor({ ...runbookWith(), documentVersion: '2' }))?.reason).toContain('pins');
  });

  test('reaches a real Region for a finding that every Region reports', () => {
    const input = inputFor(runbookWith());
    expect(makePlan({ ...input, finding: { ...input.finding, region: 'global' } }).ok).toBe(true);
  });

  test.each([
    ['BucketName', 'the catalog does'],
    ['AutomationAssumeRole', 'the catalog does'],
    ['State', 'the catalog does'],
    ['Colour', 'has no parameter "Colour"'],
    ['__proto__', 'has no parameter "__proto__"'],
    ['constructor', 'has no parameter "constructor"'],
  ])('is refused when the policy sets %s', (name, why) => {
    const runbook = runbookWith(
      BUCKET,
      parameter('AutomationAssumeRole', { source: { from: 'automation-role' } }),
      parameter('State', { source: { from: 'constant', value: 'Enabled' } }),
    );
    const refusal = refusalOf(inputFor(runbook, { parameters: Object.fromEntries([[name, 'x']]) }));
    expect(refusal).toMatchObject({ code: 'unknown-parameter', reason: expect.stringContaining(why) });
  });

  test('is refused when the policy leaves out what is required, and says what to do', () => {
    expect(refusalOf(inputFor(runbookWith(parameter('TargetBucket', {}))))).toEqual({
      code: 'missing-parameter',
      reason:
        'AWS-ConfigureS3BucketVersioning needs TargetBucket, which the policy entry does not give. Add it under parameters.',
    });
  });

  test('is refused when a lookup found nothing, even for an optional parameter', () => {
    const lookup = parameter('Name', {
      required: false,
      source: { from: 'lookup', lookup: 'resource-name' },
    });
    expect(refusalOf(inputFor(runbookWith(lookup)))?.code).toBe('lookup-failed');
  });

  test('is refused when the resource or a lookup belongs to another account', () => {
    const arn = 'arn:aws:sns:eu-west-1:444455556666:alerts';
    const input = inputFor(runbookWith(parameter('TopicArn', { source: { from: 'resource-id' } })));
    expect(refusalOf({ ...input, finding: { ...input.finding, resourceId: arn } })).toMatchObject({
      code: 'bad-parameter',
      reason: expect.stringContaining('of account 111122223333'),
    });
  });

  test.each([
    ['Boolean', 'True'],
    ['Boolean', '1'],
    ['Integer', '07'],
    ['Integer', '1.0'],
    ['Integer', '1e3'],
    ['Integer', '-0'],
    ['Integer', '+5'],
    ['Integer', '٣'],
    ['Integer', ' 5'],
  ] as const)('is refused when a %s is %j', (type, value) => {
    const runbook = runbookWith(parameter('Value', { type }));
    expect(refusalOf(inputFor(runbook, { parameters: { Value: value } }))?.code).toBe('bad-parameter');
  });

  test.each([
    ['String', ['a', 'b'], 'one value'],
    ['String', [], 'one value'],
    ['StringList', [], '1-50 values'],
    ['StringList', Array.from({ length: 51 }, () => 'a'), '1-50 values'],
  ] as const)('is refused when a %s has the wrong number of values', (type, value, why) => {
    const runbook = runbookWith(parameter('Value', { type }));
    expect(refusalOf(inputFor(runbook, { parameters: { Value: value } }))?.reason).toContain(why);
  });

  test.each(HOSTILE_VALUES)('is refused for the value %j, wherever it comes from', (value) => {
    const policy = runbookWith(parameter('Value', { type: 'StringList' }));
    expect(refusalOf(inputFor(policy, { parameters: { Value: ['fine', value] } }))?.code).toBe(
      'bad-parameter',
    );
    const resource = inputFor(runbookWith(parameter('Value', { source: { from: 'resource-id' } })));
    expect(refusalOf({ ...resource, finding: { ...resource.finding, resourceId: value } })?.code).toBe(
      'bad-parameter',
    );
    const looked = inputFor(
      runbookWith(parameter('Value', { source: { from: 'lookup', lookup: 'iam-arn' } })),
    );
    expect(refusalOf({ ...looked, facts: { ...looked.facts, lookups: { 'iam-arn': value } } })?.code).toBe(
      'bad-parameter',
    );
    const constant = runbookWith(parameter('Value', { source: { from: 'constant', value } }));
    expect(refusalOf(inputFor(constant))?.code).toBe('bad-parameter');
  });

  test('shows a refused value so that it can do no harm', () => {
    const refusal = refusalOf({
      ...inputFor(runbookWith(BUCKET)),
      finding: { ...inputFor(runbookWith()).finding, resourceId: `x\u001b[2J\u202e"; rm${'!'.repeat(600)}` },
    });
    expect(refusal?.reason).toMatch(/^[\x20-\x7e]+$/);
    expect(refusal?.reason.length).toBeLessThan(300);
    expect(refusal?.reason).toContain('\\u001b[2J\\u202e');
  });

  test('from any text never throws, and only values that pass every check get through', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 600 }),
      fc.constantFrom(...HOSTILE_VALUES),
      fc.string(),
    );
    fc.assert(
      fc.property(anyText, fc.string({ unit: 'binary', maxLength: 60 }), anyText, (id, name, value) => {
        const runbook = runbookWith(
          parameter('Id', { source: { from: 'resource-id' } }),
          parameter('Value', {}),
        );
        const input = inputFor(runbook, {
          parameters: Object.fromEntries([
            ['Value', value],
            [name, value],
          ]),
        });
        const result = makePlan({ ...input, finding: { ...input.finding, resourceId: id } });
        if (!result.ok) {
          expect(result.refusal.reason).toMatch(/^[\x20-\x7e]+$/);
          return;
        }
        for (const one of Object.values(result.plan.parameters).flat()) {
          expect(one.length >= 1 && one.length <= 512 && !one.includes('{{')).toBe(true);
          expect(one).not.toMatch(/[\p{C}\u2028\u2029]/u);
        }
      }),
      { seed: 20262, numRuns: 1000 },
    );
  });
});

describe('required lookups', () => {
  test('are named once each', () => {
    const name = (of: string) => parameter(of, { source: { from: 'lookup', lookup: 'resource-name' } });
    expect(requiredLookups(runbookWith(BUCKET, name('A'), name('B')))).toEqual(['resource-name']);
    expect(requiredLookups(runbookWith(BUCKET))).toEqual([]);
  });
});

const planArbitrary: fc.Arbitrary<Plan> = fc.record({
  document: fc.string(),
  documentVersion: fc.string(),
  parameters: fc.dictionary(fc.string(), fc.array(fc.string(), { minLength: 1, maxLength: 3 }), {
    minKeys: 1,
    maxKeys: 4,
  }),
  account: fc.string(),
  region: fc.string(),
  executorRoleArn: fc.string(),
});

const reversed = (plan: Plan): Plan =>
  Object.fromEntries(
    Object.entries({
      ...plan,
      parameters: Object.fromEntries(Object.entries(plan.parameters).reverse()),
    }).reverse(),
  ) as unknown as Plan;

describe('a plan hash', () => {
  test('is the same for a plan whose keys come in another order', () => {
    fc.assert(
      fc.property(planArbitrary, (plan) => planHash(reversed(plan)) === planHash(plan)),
      { seed: 20263 },
    );
  });

  test('is another one when any field differs', () => {
    fc.assert(
      fc.property(
        planArbitrary,
        fc.constantFrom('document', 'documentVersion', 'account', 'region', 'executorRoleArn'),
        fc.string({ minLength: 1 }),
        (plan, field, more) => {
          expect(planHash({ ...plan, [field]: plan[field as 'document'] + more })).not.toBe(planHash(plan));
        },
      ),
      { seed: 20264 },
    );
  });

  test('is another one when any parameter is added, dropped, renamed, changed or split', () => {
    fc.assert(
      fc.property(planArbitrary, fc.string({ minLength: 1 }), (plan, more) => {
        const [[name, values] = ['', []], ...others] = Object.entries(plan.parameters);
        const changes = [
          Object.fromEntries(others),
          Object.fromEntries([...others, [name, [...values, more]]]),
          Object.fromEntries([...others, [name, values.map((value) => value + more)]]),
          Object.fromEntries([...others, [name, [values.join(',') + more]]]),
          Object.fromEntries([...others, [`${name}${more}${more}`, values]]),
        ];
        const hashes = changes.map((parameters) => planHash({ ...plan, parameters }));
        for (const [index, hash] of hashes.entries()) {
          if (
            JSON.stringify(changes[index]) !== JSON.stringify(Object.fromEntries([...others, [name, values]]))
          ) {
            expect(hash).not.toBe(planHash(plan));
          }
        }
      }),
      { seed: 20265 },
    );
  });

  test('does not mix up a field that ends where another begins', () => {
    const plan = {
      document: 'ab',
      documentVersion: 'c',
      parameters: {},
      account: '',
      region: '',
      executorRoleArn: '',
    };
    expect(planHash(plan)).not.toBe(planHash({ ...plan, document: 'a', documentVersion: 'bc' }));
  });

  test('can be computed again by anybody', () => {
    const plan = {
      document: 'AWS-ReleaseElasticIP',
      documentVersion: '1',
      parameters: { AllocationId: ['eipalloc-0123456789abcdef0'] },
      account: '111122223333',
      region: 'eu-west-1',
      executorRoleArn: 'arn:aws:iam::111122223333:role/selfheal-executor',
    };
    expect(planHash(plan)).toBe('275bdc0f34ff0ad2cfbff77dedd064e8b2a81f517ec0da11b9c8ae86fe777635');
  });
});
