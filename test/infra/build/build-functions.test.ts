/** The functions as they are deployed: how large, of what, the same every time, and that they really run. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltFunction, buildFunctions } from '../../../infra/build/build-functions.ts';
import { bundleFunctions, type FunctionBundle } from '../../../infra/build/bundle-functions.ts';
import { HUB_REGION } from '../../../sandbox/deployment.ts';
import { HUB_ACCOUNT } from '../../../sandbox/world/roles.ts';
import { fixture } from '../../handlers/events.ts';
import { type DrivenWorld, drivenWorld, START } from '../../support/driven-world.ts';
import { invokeBuilt } from './built-function.ts';

const FUNCTIONS = ['compliance-change', 'decision', 'execution-status', 'tick', 'wake'];
const FILES = ['catalog.json', 'index.mjs', 'policy.json'];

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
};

let dir = '';
let built: readonly BuiltFunction[];
let bundles: readonly FunctionBundle[];
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'selfheal-functions-'));
  built = await buildTo('functions');
  bundles = await bundleFunctions();
  // The runtime brings the SDK along; here it is found beside the functions, and nothing else is.
  mkdirSync(join(dir, 'node_modules'));
  symlinkSync(resolve('node_modules/@aws-sdk'), join(dir, 'node_modules/@aws-sdk'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const buildTo = (name: string) =>
  buildFunctions({ outDir: join(dir, name), policyFile: 'policy.yml', runbooksDir: 'runbooks' });

const contentOf = (name: string): readonly (readonly [string, string])[] =>
  FUNCTIONS.flatMap((fn) =>
    FILES.map((file) => [`${fn}/${file}`, readFileSync(join(dir, name, fn, file), 'utf8')] as const),
  );

describe('the packaged functions', () => {
  it('are a folder each, with code, policy and catalog', () => {
    expect(built.map(({ name }) => name)).toEqual(FUNCTIONS);
    for (const { dir: folder } of built) expect(readdirSync(folder).sort()).toEqual(FILES);
  });

  it('are at most 250 KB each, without the AWS SDK', () => {
    for (const { name, bytes } of built) expect(bytes, name).toBeLessThanOrEqual(250 * 1024);
  });

  it('hold no YAML, no SDK, and no package that is there for development only', () => {
    for (const { name, bytesByInput } of bundles) {
      const inputs = Object.keys(bytesByInput);
      expect(inputs, name).toContain('infra/compose.ts');
      expect(inputs, name).toContain('node_modules/zod/v4/core/schemas.js');
      expect(
        inputs.filter((path) => /node_modules\/(yaml|esbuild|@smithy|@aws-sdk)\//.test(path)),
        name,
      ).toEqual([]);
      expect(
        inputs.filter((path) => /^(sandbox|cli|console|test|bench|infra\/build)\//.test(path)),
        name,
      ).toEqual([]);
      const packages = new Set(inputs.flatMap((path) => packageOf(path) ?? []));
      expect(
        [...packages].filter((one) => !(one in dependencies) && !INDIRECT.has(one)).sort(),
        name,
      ).toEqual([]);
    }
  });

  it('import the AWS SDK and Node, and nothing else', () => {
    for (const { name, imports, code } of bundles) {
      const foreign = imports.filter(
        (path) => !path.startsWith('@aws-sdk/') && !builtinModules.includes(path.replace(/^node:/, '')),
      );
      expect(foreign, name).toEqual([]);
      // What esbuild puts in for a `require` that an ES module cannot serve.
      expect(Buffer.from(code).toString(), name).not.toContain('Dynamic require of');
    }
  });

  it('hold no maker of JSON Schema', () => {
    for (const { name, bytesByInput } of bundles) {
      const makers = Object.entries(bytesByInput).filter(([path]) => path.includes('json-schema'));
      expect(Math.max(0, ...makers.map(([, bytes]) => bytes)), name).toBeLessThan(500);
    }
  });

  it('are the same bytes when the source is the same', async () => {
    await buildTo('again');
    expect(contentOf('again')).toEqual(contentOf('functions'));
  });

  it('leave nothing behind of a build before', async () => {
    mkdirSync(join(dir, 'stale/old-function'), { recursive: true });
    await buildTo('stale');
    expect(readdirSync(join(dir, 'stale')).sort()).toEqual(FUNCTIONS);
  });
});

const packageOf = (path: string): string | undefined =>
  /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];

/** What our packages bring along. */
const INDIRECT = new Set(['@aws-lambda-powertools/commons', '@aws/lambda-invoke-store']);

describe('a packaged function at work', () => {
  let world: DrivenWorld;
  beforeAll(async () => {
    world = await drivenWorld();
  });
  afterAll(() => world.close());

  const environment = (): Record<string, string> => {
    const { settings } = world.deployment;
    return {
      NOW: START,
      AWS_REGION: HUB_REGION,
      AWS_ACCESS_KEY_ID: HUB_ACCOUNT,
      AWS_SECRET_ACCESS_KEY: 'sandbox',
      AWS_ENDPOINT_URL: world.sandbox.url,
      AWS_ENDPOINT_URL_DYNAMODB: world.sandbox.dynamodbEndpoint,
      SELFHEAL_HUB_ACCOUNT: settings.hubAccount,
      SELFHEAL_TABLE: settings.tableName,
      SELFHEAL_EVENT_BUS: settings.eventBusName,
      SELFHEAL_WAKE_QUEUE_URL: settings.wakeQueueUrl,
      SELFHEAL_REFUSED_QUEUE_URL: settings.refusedQueueUrl,
      SELFHEAL_OPERATIONS_TOPIC: settings.operationsTopicArn,
      SELFHEAL_EXECUTOR_ROLE: settings.executorRoleName,
      SELFHEAL_EXTERNAL_ID: settings.externalId,
    };
  };
  const moduleOf = (name: string) => join(dir, 'functions', name, 'index.mjs');
  const sqsEvent = (body: unknown) => ({
    Records: [
      {
        messageId: 'one',
        body: JSON.stringify(body),
        attributes: { ApproximateReceiveCount: '1' },
      },
    ],
  });

  it('takes a finding in: the case is in the table', async () => {
    const event = fixture('compliance-transition');
    const run = await invokeBuilt(moduleOf('compliance-change'), sqsEvent(event), environment());
    expect(run, run.stderr).toMatchObject({ exitCode: 0, answer: { batchItemFailures: [] } });
    const cases = await world.cases();
    expect(cases.map(({ finding }) => finding.resourceId)).toEqual([
      (event.detail as { readonly resourceId: string }).resourceId,
    ]);
  });

  it.each([
    ['decision', {}, { kind: 'refused', code: 'bad-request' }],
    ['execution-status', { Records: [] }, { batchItemFailures: [] }],
    ['tick', {}, { woken: expect.any(Number) }],
    ['wake', { Records: [] }, { batchItemFailures: [] }],
  ])('%s answers', async (name, event, expected) => {
    const run = await invokeBuilt(moduleOf(name), event, environment());
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.answer).toMatchObject(expected);
  });

  it('fails where its work fails, and does not hide it behind its metrics', async () => {
    const run = await invokeBuilt(
      moduleOf('tick'),
      {},
      { ...environment(), SELFHEAL_TABLE: 'no-such-table' },
    );
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toMatch(/no-such-table|non-existent|not found/i);
  });

  it('does not start with a policy that was changed after it was packaged', async () => {
    const folder = join(dir, 'tampered');
    cpSync(join(dir, 'functions/tick'), folder, { recursive: true });
    const policy = readFileSync(join(folder, 'policy.json'), 'utf8');
    writeFileSync(join(folder, 'policy.json'), policy.replace('"mode":"approve"', '"mode":"auto"'));
    const run = await invokeBuilt(join(folder, 'index.mjs'), {}, environment());
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toMatch(/policy\.json cannot be used: it was changed/);
  });
});
