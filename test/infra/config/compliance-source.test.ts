/** Compliance over Config's real protocol: every page of every rule, and whatever is wrong told in its place. */
import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_ANSWER } from '../../../domain/doctor/reading.ts';
import { coveredLanes } from '../../../domain/sweep/covered-lanes.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import {
  type ComplianceSourceOptions,
  createComplianceSource,
} from '../../../infra/config/compliance-source.ts';
import { createRecorderSource } from '../../../infra/config/recorder-health.ts';
import { createSweepSource } from '../../../infra/config/sweep-source.ts';
import { startAccounts } from '../../../sandbox/account.ts';
import type { CallFault } from '../../../sandbox/core/faults.ts';
import { clientSettings } from '../../../sandbox/deployment.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { deployRule, makeRule } from '../../../sandbox/services/config/deployed-rules.ts';
import { type ComplianceType, putEvaluation } from '../../../sandbox/services/config/evaluations.ts';
import { stopRecorder } from '../../../sandbox/services/config/recorder.ts';
import { makeRuleUnwell } from '../../../sandbox/services/config/rule-health.ts';
import { HUB_ACCOUNT } from '../../../sandbox/world/roles.ts';
import { changeSettings } from '../../../sandbox/world/settings.ts';

/** A Region of its own, with nothing in it but what a test puts there. */
const LANE = { account: HUB_ACCOUNT, region: 'eu-north-1' };
const NOW = '2026-11-23T08:00:00.000Z';
const catalog = loadCatalog();

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startAccounts({ clock: { kind: 'driven', startMs: 0 } });
});
afterEach(() => sandbox.close());

const source = (options: Partial<ComplianceSourceOptions> = {}) => {
  const config = new ConfigServiceClient(clientSettings(sandbox.url, HUB_ACCOUNT, 'us-east-1'));
  const members = {
    // One try: a test of a refusal need not wait for three.
    config: ({ account, region }: typeof LANE) =>
      new ConfigServiceClient({ ...clientSettings(sandbox.url, account, region), maxAttempts: 1 }),
  };
  const covered = () =>
    coveredLanes({
      source: createSweepSource({ config, members }),
      sweeps: { read: async () => undefined },
      lanes: [LANE],
    });
  return createComplianceSource({
    config,
    members,
    catalog,
    covered,
    recorder: createRecorderSource({ members, lanes: covered }).read,
    now: () => NOW,
    ...options,
  });
};

const deploy = (rule: string, identifier?: string, lane = LANE): void =>
  deployRule(sandbox.world, makeRule(sandbox.world, lane, rule, identifier, ['AWS::S3::Bucket']));

const find = (rule: string, complianceType: ComplianceType, count: number, lane = LANE): void => {
  for (let n = 0; n < count; n += 1)
    putEvaluation(
      sandbox.world,
      { ...lane, type: 'AWS::S3::Bucket', id: `${complianceType}-${rule}-${n}` },
      { rule, complianceType, orderingMs: 1, invokedMs: 1, recordedMs: 1_000 + n },
    );
};

const refuse = (operation: string, more: Partial<CallFault> = {}): string =>
  sandbox.faults.add({
    kind: 'error',
    service: 'config',
    operation,
    errorCode: 'AccessDeniedException',
    ...more,
  });

describe('the compliance of a lane', () => {
  it('is every result of every rule, on however many pages, counted by its type', async () => {
    for (let n = 0; n < 26; n += 1) {
      deploy(`small-${String(n).padStart(2, '0')}`);
      find(`small-${String(n).padStart(2, '0')}`, 'COMPLIANT', 1);
    }
    deploy('securityhub-crowded-0123abcd', 'S3_BUCKET_VERSIONING_ENABLED');
    find('securityhub-crowded-0123abcd', 'NON_COMPLIANT', 1_050);
    find('securityhub-crowded-0123abcd', 'COMPLIANT', 205);
    find('securityhub-crowded-0123abcd', 'NOT_APPLICABLE', 7);
    const told = await source().read(LANE);
    expect(told).toMatchObject({ lane: LANE, readAt: NOW, via: 'account', unread: [], troubles: [] });
    expect(told.rules).toHaveLength(27);
    const { nonCompliant, ...crowded } = told.rules[0] ?? { nonCompliant: [] };
    expect(crowded).toEqual({
      name: 'securityhub-crowded-0123abcd',
      plainName: 'crowded',
      identifier: 'S3_BUCKET_VERSIONING_ENABLED',
      counts: { compliant: 205, nonCompliant: 1_050, notApplicable: 7, insufficientData: 0 },
      lastEvaluatedAt: '1970-01-01T00:00:02.049Z',
    });
    expect(nonCompliant).toHaveLength(1_000);
    expect(nonCompliant[0]).toEqual({
      type: 'AWS::S3::Bucket',
      id: 'NON_COMPLIANT-securityhub-crowded-0123abcd-0',
    });
    expect(told.rules[1]).toEqual({
      name: 'small-00',
      plainName: 'small-00',
      counts: { compliant: 1, nonCompliant: 0, notApplicable: 0, insufficientData: 0 },
      nonCompliant: [],
      lastEvaluatedAt: '1970-01-01T00:00:01.000Z',
    });
  });

  it('is of the rules alone that were asked for: by name, without its decoration, or by identifier', async () => {
    deploy('securityhub-one-0123abcd', 'S3_BUCKET_LOGGING_ENABLED');
    deploy('two');
    deploy('three', 'S3_BUCKET_VERSIONING_ENABLED');
    deploy('four');
    const names = async (...rules: readonly string[]) =>
      (await source().read(LANE, rules)).rules.map(({ name }) => name);
    expect(await names('one')).toEqual(['securityhub-one-0123abcd']);
    expect(await names('securityhub-one-0123abcd', 'S3_BUCKET_VERSIONING_ENABLED')).toEqual([
      'securityhub-one-0123abcd',
      'three',
    ]);
    expect(await names('nowhere')).toEqual([]);
  });

  it('knows of a rule that errs, of one never evaluated, of one without results and of INSUFFICIENT_DATA', async () => {
    for (const rule of ['errs', 'mended', 'new', 'nothing', 'unsure']) deploy(rule);
    for (const rule of ['errs', 'mended', 'new', 'unsure']) find(rule, 'COMPLIANT', 2);
    find('unsure', 'INSUFFICIENT_DATA', 1);
    const errs = { kind: 'errs', errorCode: 'AccessDenied', message: 'no role' } as const;
    makeRuleUnwell(sandbox.world, LANE, 'errs', { ...errs, sinceMs: 5_000 });
    makeRuleUnwell(sandbox.world, LANE, 'mended', { ...errs, sinceMs: 500 });
    makeRuleUnwell(sandbox.world, LANE, 'new', { kind: 'never-evaluated' });
    const { rules, troubles } = await source().read(LANE);
    expect(troubles).toEqual([]);
    expect(rules.map(({ name, trouble }) => [name, trouble])).toEqual([
      [
        'errs',
        {
          code: 'RuleErrs',
          message: 'its last evaluation failed at 1970-01-01T00:00:05.000Z: AccessDenied: no role',
        },
      ],
      ['mended', undefined],
      ['new', { code: 'NeverEvaluated', message: expect.stringContaining('never evaluated') }],
      ['nothing', { code: 'NoResults', message: expect.any(String) }],
      ['unsure', { code: 'InsufficientData', message: '1 of its results say INSUFFICIENT_DATA' }],
    ]);
    expect(rules.at(-1)?.counts).toEqual({
      compliant: 2,
      nonCompliant: 0,
      notApplicable: 0,
      insufficientData: 1,
    });
  });

  it('counts no result that it cannot read, and says how many there were', async () => {
    deploy('odd');
    find('odd', 'COMPLIANT', 3);
    for (const n of [0, 1])
      putEvaluation(
        sandbox.world,
        { ...LANE, type: 'AWS::S3::Bucket', id: `COMPLIANT-odd-${n}` },
        { rule: 'odd', complianceType: 'COMPLIANT', orderingMs: 1, invokedMs: 1, recordedMs: Number.NaN },
      );
    putEvaluation(
      sandbox.world,
      { ...LANE, type: 'AWS::S3::Bucket', id: 'strange' },
      {
        rule: 'odd',
        complianceType: 'FINE' as ComplianceType,
        orderingMs: 1,
        invokedMs: 1,
        recordedMs: 1,
      },
    );
    const { rules } = await source().read(LANE);
    expect(rules[0]).toMatchObject({
      counts: { compliant: 1 },
      trouble: { code: 'MalformedAnswer', message: expect.stringMatching(/^3 of its results/) },
    });
  });

  it('says of a rule whose pages fail midway what failed, and reads the others', async () => {
    for (const rule of ['a', 'b']) {
      deploy(rule);
      find(rule, 'COMPLIANT', rule === 'a' ? 150 : 50);
    }
    const members = {
      config: (lane: typeof LANE) => failingOnPage(lane, 'a', 2),
    };
    const { rules, troubles } = await source({ members }).read(LANE);
    expect(troubles).toEqual([]);
    expect(rules).toMatchObject([
      {
        name: 'a',
        counts: { compliant: 100 },
        trouble: {
          code: 'ThrottlingException',
          message:
            'not all of its results could be read, config:GetComplianceDetailsByConfigRule failed: Rate exceeded',
        },
      },
      { name: 'b', counts: { compliant: 50 } },
    ]);
    expect(rules[1]).not.toHaveProperty('trouble');
  });

  it('relies on no rule when nobody says which of them err', async () => {
    deploy('a');
    find('a', 'COMPLIANT', 2);
    refuse('DescribeConfigRuleEvaluationStatus');
    const { rules, troubles } = await source().read(LANE);
    expect(troubles).toMatchObject([
      { operation: 'config:DescribeConfigRuleEvaluationStatus', code: 'AccessDeniedException' },
    ]);
    expect(rules).toMatchObject([
      { name: 'a', counts: { compliant: 2 }, trouble: { code: 'AccessDeniedException' } },
    ]);
  });

  it('tells of a recorder that does not record', async () => {
    const there = { account: '333333333333', region: 'us-east-1' };
    expect((await source().read(there)).recorder.state).toBe('recording');
    stopRecorder(sandbox.world, there, 60_000);
    expect((await source().read(there)).recorder).toMatchObject({ lane: there, state: 'stopped' });
    expect((await source().read(LANE)).recorder.state).toBe('missing');
    refuse('DescribeConfigurationRecorderStatus');
    expect((await source().read(there)).recorder.state).toBe('unknown');
  });
});

describe('a rule whose name is too long to be asked for', () => {
  const there = { account: '333333333333', region: 'us-east-1' };
  const LONG = `OrgConfigRule-${'long-'.repeat(11)}a1b2c3d4`;

  it('is counted by the aggregator; where there is none, that is its trouble', async () => {
    expect(LONG.length).toBeGreaterThan(64);
    deploy(LONG, undefined, there);
    find(LONG, 'COMPLIANT', 120, there);
    find(LONG, 'NON_COMPLIANT', 2, there);
    const [counted] = (await source().read(there, [LONG])).rules;
    expect(counted).toMatchObject({ counts: { compliant: 120, nonCompliant: 2 } });
    expect(counted).not.toHaveProperty('trouble');
    changeSettings(sandbox.world, { aggregator: false });
    const [unread] = (await source().read(there, [LONG])).rules;
    expect(unread).toMatchObject({ counts: { compliant: 0 }, trouble: { code: 'ValidationException' } });
  });
});

describe('a lane that cannot be asked', () => {
  const there = { account: '333333333333', region: 'us-east-1' };
  const RULE = 'securityhub-s3-bucket-versioning-enabled-0123abcd';

  it('is read through the aggregator, whose pages may be empty, and the refusal stands beside it', async () => {
    deploy(RULE, undefined, there);
    find(RULE, 'COMPLIANT', 120, there);
    find(RULE, 'NON_COMPLIANT', 3, there);
    refuse('DescribeConfigRules', { account: there.account });
    const told = await source().read(there, ['s3-bucket-versioning-enabled']);
    expect(told).toMatchObject({
      via: 'aggregator',
      unread: [],
      troubles: [{ operation: 'config:DescribeConfigRules', code: 'AccessDeniedException' }],
    });
    const rule = told.rules.find(({ name }) => name === RULE);
    expect(rule).toMatchObject({
      name: RULE,
      identifier: 'S3_BUCKET_VERSIONING_ENABLED',
      counts: { compliant: 120, nonCompliant: 3, notApplicable: 0, insufficientData: 0 },
    });
    expect(rule?.nonCompliant).toHaveLength(3);
    expect(rule).not.toHaveProperty('trouble');
  });

  it('is told as unread to whom no aggregator may stand in', async () => {
    deploy(RULE, undefined, there);
    find(RULE, 'COMPLIANT', 1, there);
    refuse('DescribeConfigRules', { account: there.account });
    expect(await source({ standsIn: false }).read(there)).toMatchObject({
      via: 'account',
      rules: [],
      troubles: [{ operation: 'config:DescribeConfigRules', code: 'AccessDeniedException' }],
    });
  });

  it('has troubles and no rules where there is no aggregator, or none that answers', async () => {
    refuse('DescribeConfigRules', { account: there.account });
    refuse('DescribeAggregateComplianceByConfigRules');
    expect(await source().read(there)).toMatchObject({
      rules: [],
      unread: [],
      troubles: [
        { operation: 'config:DescribeConfigRules', code: 'AccessDeniedException' },
        { operation: 'config:DescribeAggregateComplianceByConfigRules', code: 'AccessDeniedException' },
      ],
    });
    changeSettings(sandbox.world, { aggregator: false });
    expect(await source().read(there)).toMatchObject({
      rules: [],
      troubles: [{ operation: 'config:DescribeConfigRules', code: 'AccessDeniedException' }],
    });
  });
});

describe('time', () => {
  const ended = AbortSignal.abort();
  const running = new AbortController().signal;

  it('being up in the midst leaves rules unread, to be asked for by name', async () => {
    for (const rule of ['a', 'b', 'c']) {
      deploy(rule);
      find(rule, 'COMPLIANT', 1);
    }
    const time = new AbortController();
    const members = {
      config: (lane: typeof LANE) => onAsking(lane, 'GetComplianceDetailsByConfigRule', () => time.abort()),
    };
    const first = await source({ members, patience: () => ({ whole: time.signal, first: running }) }).read(
      LANE,
    );
    expect(first).toMatchObject({ rules: [], unread: ['a', 'b', 'c'] });
    const second = await source().read(LANE, first.unread);
    expect(second).toMatchObject({ unread: [], troubles: [] });
    expect(second.rules.map(({ counts }) => counts.compliant)).toEqual([1, 1, 1]);
  });

  it('being up for one rule alone is a trouble of that rule: asking again would be no use', async () => {
    deploy('endless');
    find('endless', 'COMPLIANT', 1);
    const time = new AbortController();
    const members = {
      config: (lane: typeof LANE) => onAsking(lane, 'GetComplianceDetailsByConfigRule', () => time.abort()),
    };
    const told = await source({ members, patience: () => ({ whole: time.signal, first: running }) }).read(
      LANE,
      ['endless'],
    );
    expect(told).toMatchObject({
      unread: [],
      rules: [{ name: 'endless', trouble: { code: 'TooManyResults' } }],
    });
  });

  it('being up before the account has said anything leaves the rest of it to the aggregator', async () => {
    const there = { account: '333333333333', region: 'us-east-1' };
    deploy('a', undefined, there);
    find('a', 'COMPLIANT', 1, there);
    const told = await source({ patience: () => ({ whole: running, first: ended }) }).read(there, ['a']);
    expect(told).toMatchObject({
      via: 'aggregator',
      troubles: [{ code: NO_ANSWER }],
      rules: [{ name: 'a', counts: { compliant: 1 } }],
    });
  });
});

describe('a hub that does not answer', () => {
  it('is a trouble in good time: of the list of lanes, and of a lane that nobody else can tell of', async () => {
    const silent = { covered: () => new Promise<never>(() => {}) };
    const patience = () => ({ whole: AbortSignal.timeout(100), first: AbortSignal.abort() });
    expect(await source({ ...silent, patience }).lanes()).toEqual({
      lanes: [],
      troubles: [expect.objectContaining({ code: NO_ANSWER })],
    });
    const told = await source({ ...silent, patience }).read(LANE);
    expect(told).toMatchObject({ rules: [], unread: [] });
    expect(told.troubles.map(({ operation, code }) => `${operation} ${code}`)).toEqual([
      `config:DescribeConfigRules ${NO_ANSWER}`,
      `config:DescribeConfigurationAggregators ${NO_ANSWER}`,
    ]);
  });
});

describe('the lanes', () => {
  it('are those that are looked after, and what of the list could not be read is told', async () => {
    const { lanes, troubles } = await source().lanes();
    expect(troubles).toEqual([]);
    expect(lanes).toContainEqual(LANE);
    expect(lanes.length).toBeGreaterThan(2);
    refuse('DescribeConfigurationAggregators');
    expect(await source().lanes()).toEqual({
      lanes: [LANE],
      troubles: [expect.objectContaining({ operation: 'config:DescribeConfigurationAggregators' })],
    });
  });
});

/** A client that is refused the nth page of one rule: the sandbox's faults know operations, not rules. */
const failingOnPage = (lane: typeof LANE, rule: string, page: number): ConfigServiceClient => {
  const client = new ConfigServiceClient({
    ...clientSettings(sandbox.url, lane.account, lane.region),
    maxAttempts: 1,
  });
  let asked = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      if ((args.input as { ConfigRuleName?: string }).ConfigRuleName === rule) {
        asked += 1;
        if (asked === page)
          sandbox.faults.add({
            kind: 'throttle',
            service: 'config',
            operation: 'GetComplianceDetailsByConfigRule',
            nextCalls: 1,
          });
      }
      return next(args);
    },
    { step: 'initialize' },
  );
  return client;
};

/** A client that calls back when an operation is asked for. */
const onAsking = (lane: typeof LANE, operation: string, call: () => void): ConfigServiceClient => {
  const client = new ConfigServiceClient(clientSettings(sandbox.url, lane.account, lane.region));
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === `${operation}Command`) call();
        return next(args);
      },
    { step: 'initialize' },
  );
  return client;
};
