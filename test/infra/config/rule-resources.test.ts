/** How many resources a rule looks at: counted at Config once a day and lane, and a doubt whenever that cannot be done. */
import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dayMs, hourMs, type Instant, minuteMs, plusMs } from '../../../domain/time.ts';
import { createRuleResources } from '../../../infra/config/rule-resources.ts';
import type { Documents } from '../../../infra/dynamodb/documents.ts';
import type { MemberClients } from '../../../infra/sts/member-clients.ts';
import { startAccounts } from '../../../sandbox/account.ts';
import { clientSettings } from '../../../sandbox/deployment.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { deployRule, makeRule } from '../../../sandbox/services/config/deployed-rules.ts';
import { putEvaluation } from '../../../sandbox/services/config/evaluations.ts';
import { MemoryTable, tableClient } from '../../simulation/memory-table.ts';
import { aCase, finding, NOW } from '../../support/cases.ts';

const RULE = 'counted-rule';
const SHOP = { account: '222222222222', region: 'us-east-1' };
const LAB = { account: '333333333333', region: 'us-east-1' };
const ITEM = `scope#rule#${finding.ruleIdentifier}`;
const ORIGIN = { ...aCase('queued').origin, configRuleName: RULE };

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startAccounts({ clock: { kind: 'driven', startMs: 0 } });
  evaluated(SHOP, 101, 'COMPLIANT');
  evaluated(SHOP, 4, 'NON_COMPLIANT');
  evaluated(LAB, 7, 'NON_COMPLIANT');
});
afterAll(() => sandbox.close());

const evaluated = (lane: typeof SHOP, count: number, complianceType: 'COMPLIANT' | 'NON_COMPLIANT') => {
  deployRule(sandbox.world, makeRule(sandbox.world, lane, RULE, undefined, ['AWS::S3::Bucket']));
  for (let n = 0; n < count; n += 1)
    putEvaluation(
      sandbox.world,
      { ...lane, type: 'AWS::S3::Bucket', id: `${complianceType}-${n}` },
      { rule: RULE, complianceType, orderingMs: 1, invokedMs: 1, recordedMs: 1_000, annotation: '' },
    );
};

let table: MemoryTable;
let now: Instant;
let asked: number;
beforeEach(() => {
  table = new MemoryTable();
  now = NOW;
  asked = 0;
});

/** Config itself, over its protocol. */
const config: MemberClients['config'] = ({ account, region }) => {
  asked += 1;
  return new ConfigServiceClient(clientSettings(sandbox.url, account, region));
};

/** A Config that answers so, whatever page is asked for. */
const answering =
  (answer: (page: number) => unknown): MemberClients['config'] =>
  () => {
    asked += 1;
    return { send: async () => answer(asked) } as unknown as ConfigServiceClient;
  };

const documents = () => tableClient(async (command) => table.execute(command));
const put = (name: string, value: unknown) =>
  documents().put({ TableName: 'cases', Item: { pk: ITEM, sk: 'resources', [name]: value } });

/** A process that remembers nothing. */
const newProcess = (from = config, client: Documents = documents()) => {
  const rules = createRuleResources({
    client,
    tableName: 'cases',
    clients: { config: from },
    now: () => now,
  });
  return ({ account, region } = SHOP) =>
    rules.count({ ...finding, account, region }, { ...ORIGIN, region: 'us-east-1' });
};

describe('the resources of a rule', () => {
  it('are all that Config has evaluated in the lane, whatever it found, over all pages', async () => {
    expect(await newProcess()()).toBe(105);
    expect(asked).toBe(2);
  });

  it('are those of every lane in which something was to be started', async () => {
    await newProcess()();
    expect(await newProcess()(LAB)).toBe(112);
    now = plusMs(NOW, 16 * minuteMs);
    expect(await newProcess()()).toBe(112);
    expect(asked).toBe(3);
  });

  it('are asked for again after a day, and those of a lane that was quiet for two days are not counted', async () => {
    await newProcess()(LAB);
    now = plusMs(NOW, dayMs - 1);
    expect(await newProcess()()).toBe(112);
    expect(asked).toBe(3);
    now = plusMs(NOW, 2 * dayMs - 2);
    expect(await newProcess()()).toBe(112);
    now = plusMs(NOW, 2 * dayMs);
    expect(await newProcess()()).toBe(105);
    expect(asked).toBe(5);
  });

  it('are remembered for a quarter of an hour, so that a flood costs no call a start', async () => {
    const count = newProcess();
    await count();
    table = new MemoryTable();
    now = plusMs(NOW, 14 * minuteMs);
    expect(await count()).toBe(105);
    expect(asked).toBe(2);
    now = plusMs(NOW, 15 * minuteMs);
    await count();
    expect(asked).toBe(4);
  });

  it('are stored without taking a newer number away', async () => {
    const older = newProcess(
      answering(() => {
        // Another process counts meanwhile, and is done before.
        void put('lane#222222222222/us-east-1', { count: 9, countedAt: plusMs(NOW, hourMs) });
        return { EvaluationResults: [{}, {}] };
      }),
    );
    await older();
    expect(table.item(ITEM, 'resources')).toMatchObject({
      'lane#222222222222/us-east-1': { count: 9, countedAt: plusMs(NOW, hourMs) },
    });
  });

  it('are at most ten thousand in a lane: more pages are not asked for', async () => {
    const page = (n: number) => ({ EvaluationResults: Array(100).fill({}), NextToken: `page-${n}` });
    expect(await newProcess(answering(page))()).toBe(10_000);
    expect(asked).toBe(100);
  });
});

const failing = (name: string, httpStatusCode: number) =>
  Object.assign(new Error('no'), { name, $metadata: { httpStatusCode } });

describe('a number that cannot be known', () => {
  it.each<[string, (page: number) => unknown, object]>([
    [
      'Config throttles',
      () => {
        throw failing('ThrottlingException', 400);
      },
      { code: 'ThrottlingException', errorClass: 'transient' },
    ],
    [
      'Config denies',
      () => {
        throw failing('AccessDeniedException', 400);
      },
      { code: 'AccessDeniedException', errorClass: 'terminal' },
    ],
    ['Config answers nothing', () => ({}), { code: 'MalformedAnswer' }],
    [
      'the second page is none',
      (page) => (page === 1 ? { EvaluationResults: [{}], NextToken: 'two' } : {}),
      { code: 'MalformedAnswer' },
    ],
    [
      'a page names itself as its next one',
      () => ({ EvaluationResults: [{}], NextToken: 'again' }),
      { code: 'MalformedAnswer' },
    ],
  ])('is an error, and nothing is stored: %s', async (_, answer, expected) => {
    const count = newProcess(answering(answer));
    await expect(count()).rejects.toMatchObject(expected);
    expect(table.item(ITEM, 'resources')).toBeUndefined();
    asked = 0;
    // Nor is it remembered: who asks next asks Config.
    await expect(count()).rejects.toMatchObject(expected);
    expect(asked).toBeGreaterThan(0);
  });

  it.each<[string, unknown]>([
    ['no number', { count: '12', countedAt: NOW }],
    ['less than nothing', { count: -1, countedAt: NOW }],
    ['half a resource', { count: 0.5, countedAt: NOW }],
    ['no time', { count: 12 }],
    ['a time that is none', { count: 12, countedAt: 'today' }],
    ['not even an object', 'twelve'],
  ])('is an error where the table holds %s', async (_, value) => {
    await put('lane#333333333333/us-east-1', value);
    await expect(newProcess()()).rejects.toMatchObject({ code: 'MalformedItem', errorClass: 'terminal' });
    expect(asked).toBe(0);
  });

  it.each(['get', 'update'] as const)('is an error when the table cannot be asked: %s', async (operation) => {
    const away = async () => {
      throw failing('ProvisionedThroughputExceededException', 400);
    };
    const count = newProcess(config, { ...documents(), [operation]: away });
    await expect(count()).rejects.toMatchObject({ errorClass: 'transient' });
  });
});
