/** The functions as they are deployed: how large, of what, the same every time, and that they really run. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltFunction, buildFunctions } from '../../../infra/build/build-functions.ts';
import { AWS_SDK, bundleFunctions } from '../../../infra/build/bundle-functions.ts';
import { modulesOfRequests, readByRequests } from '../../../infra/build/read-by-requests.ts';
import { HUB_REGION } from '../../../sandbox/deployment.ts';
import { HUB_ACCOUNT } from '../../../sandbox/world/roles.ts';
import { fixture } from '../../handlers/events.ts';
import { type DrivenWorld, drivenWorld, START } from '../../support/driven-world.ts';
import { synthesized } from '../../support/synthesized.ts';
import { invokeBuilt } from './built-function.ts';

const FUNCTIONS = readdirSync('handlers/lambda')
  .filter((file) => file !== 'app.ts')
  .map((file) => file.replace(/\.ts$/, ''))
  .sort();

/** Whoever has the engine can tell people something, in words for each kind of reader. */
const MESSAGES = ['many-messages', 'messages', 'variants'].map((name) => `domain/message/${name}.ts`);
/** And what is linked to in them. */
const LINKS = 'infra/links/compose-links.ts';

let dir = '';
let built: readonly BuiltFunction[];
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'selfheal-functions-'));
  mkdirSync(join(dir, 'functions/old-function'), { recursive: true });
  built = await buildFunctions({
    outDir: join(dir, 'functions'),
    policyFile: 'policy.yml',
    runbooksDir: 'runbooks',
  });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('the packaged functions', () => {
  it('are a zip each, with code, source maps, policy and catalog', () => {
    expect(built.map(({ name }) => name)).toEqual(FUNCTIONS);
    for (const { dir: folder, zip, files } of built) {
      const names = ['catalog.json', 'policy.json', ...Object.keys(files)].sort();
      expect(names).toEqual(expect.arrayContaining(['index.mjs', 'index.mjs.map']));
      expect(readdirSync(folder).sort()).toEqual(names);
      const unpacked = unzipSync(readFileSync(zip));
      expect(Object.keys(unpacked)).toEqual(names);
      for (const file of names)
        expect(Buffer.from(unpacked[file] ?? []).equals(readFileSync(join(folder, file))), file).toBe(true);
    }
  });

  it('make a cold start read at most 250 KB, and the dearest request 300 KB with it, without the AWS SDK', async () => {
    for (const bundle of await bundleFunctions(AWS_SDK)) {
      const { name, atStart, bytesByInput } = bundle;
      expect(atStart.bytes, name).toBeLessThanOrEqual(250 * 1024);
      for (const request of readByRequests(bundle))
        expect(request.bytes, `${name}: ${request.name}`).toBeLessThanOrEqual(300 * 1024);
      expect(Object.keys(bytesByInput), name).toContain('node_modules/zod/v4/core/schemas.js');
      // Its usual edition is 41 KB more, its makers of JSON Schema another 17: see `domain/zod.ts`.
      expect(
        Object.entries(bytesByInput).filter(
          ([path, bytes]) => bytes > 0 && /\/zod\/.*(classic|json-schema)/.test(path),
        ),
        name,
      ).toEqual([]);
      expect(Object.keys(bytesByInput).filter((path) => path.includes('/@aws-sdk/'))).toEqual([]);
      // What writes metrics for Prometheus, or as Powertools does, is for the local service and for tests.
      expect(
        Object.keys(bytesByInput).filter((path) => /prom-client|powertools/.test(path)),
        name,
      ).toEqual([]);
    }
  });

  it('count for each request what it may read, and for every request what none is said to read', () => {
    for (const { name, onDemand } of built)
      expect(
        modulesOfRequests(name).filter((module) => onDemand[module] === undefined),
        name,
      ).toEqual([]);
    const part = (...files: readonly string[]) => ({ files, bytes: 0, bytesByInput: {} });
    const parts = {
      atStart: part('index.mjs'),
      bytesByFile: {
        'index.mjs': 1,
        'apply.mjs': 10,
        'shared.mjs': 100,
        'message.mjs': 1_000,
        'new.mjs': 10_000,
      },
      onDemand: {
        'console/routes/apply-routes.ts': part('apply.mjs', 'shared.mjs'),
        'domain/message/messages.ts': part('message.mjs', 'shared.mjs'),
        'domain/new.ts': part('new.mjs'),
      },
    };
    const read = Object.fromEntries(
      readByRequests({ name: 'decide', ...parts }).map((one) => [one.name, one.bytes]),
    );
    expect(read).toMatchObject({ 'applying a plan': 11_111, 'ordering a sweep': 10_001 });
    expect(readByRequests({ name: 'tick', ...parts })).toEqual([{ name: 'any request', bytes: 11_111 }]);
  });

  it('load on demand what is rarely asked for, and hold no file that nothing of theirs reads', () => {
    const modules = Object.fromEntries(
      built.map(({ name, onDemand }) => [name, Object.keys(onDemand).filter(isOurs).sort()]),
    );
    const routes = (...names: readonly string[]) => names.map((name) => `console/routes/${name}-routes.ts`);
    expect(modules).toEqual({
      ...Object.fromEntries(FUNCTIONS.map((name) => [name, [...MESSAGES, LINKS]])),
      // Who signs in is asked for where there are pages only; there links are opened, and made where people are told.
      api: [
        ...routes('report', 'report-page'),
        'console/identity/sign-in-routes.ts',
        'console/page/error-page.ts',
        'infra/identity/oidc.ts',
        'infra/links/compose-reader.ts',
        'infra/report/compose-reporting.ts',
        'infra/report/compose-verify.ts',
      ].sort(),
      decide: [
        ...routes('apply', 'decision-form', 'exemption', 'sweep'),
        'console/page/error-page.ts',
        'domain/engine/compliance-reported.ts',
        'domain/exemption/exempt-finding.ts',
        ...MESSAGES,
        'infra/identity/oidc.ts',
        LINKS,
      ].sort(),
      operations: [
        ...routes('backtest', 'compliance', 'dead-letter', 'doctor', 'explain', 'plan'),
        'console/page/error-page.ts',
        'infra/config/compliance-source.ts',
        'infra/config/lane-recorded.ts',
        'infra/config/recorder-health.ts',
        'infra/doctor/create-doctor.ts',
        'infra/dynamodb/case-rows.ts',
      ].sort(),
      report: [
        'domain/message/variants.ts',
        'infra/compose-weekly.ts',
        'infra/report/render-html.ts',
        'infra/report/report-message.ts',
      ],
    });
    for (const { name, files, atStart, onDemand } of built) {
      expect(atStart.files, name).toContain('index.mjs');
      const parts = [atStart, ...Object.values(onDemand)];
      expect([...new Set(parts.flatMap((part) => part.files))].sort(), name).toEqual(
        Object.keys(files)
          .filter((file) => file.endsWith('.mjs'))
          .sort(),
      );
      // What is read at the start is read then and not counted as loaded on demand.
      for (const [module, part] of Object.entries(onDemand)) {
        expect(
          part.files.filter((file) => atStart.files.includes(file)),
          module,
        ).toEqual([]);
        expect(atStart.bytesByInput[module] ?? 0, module).toBe(0);
      }
      expect(
        parts.reduce((sum, part) => sum + part.bytes, 0),
        name,
      ).toBeGreaterThanOrEqual(built.find((one) => one.name === name)?.bytes ?? 0);
    }
  });

  it('hold no YAML, no code of ours that is not for them, and no package that is there for development only', () => {
    for (const { name, bytesByInput } of built) {
      const inputs = Object.keys(bytesByInput);
      expect(inputs, name).toContain('infra/compose-ports.ts');
      expect(
        inputs.filter((path) => /^(sandbox|cli|test|bench|infra\/build)\/|node_modules\/yaml\//.test(path)),
        name,
      ).toEqual([]);
      const packages = [...new Set(inputs.flatMap((path) => packageOf(path) ?? []))];
      expect(packages, name).toContain('node_modules/@aws-sdk/client-ssm');
      expect(packages.filter((one) => locked[one] === undefined || locked[one].dev === true).sort()).toEqual(
        [],
      );
    }
  });

  it('import Node and nothing else', () => {
    for (const { name, imports, files } of built) {
      expect(
        imports.filter((path) => !builtinModules.includes(path.replace(/^node:/, ''))),
        name,
      ).toEqual([]);
      // What esbuild puts in for a `require` that an ES module cannot serve.
      for (const [file, content] of Object.entries(files))
        expect(Buffer.from(content).toString(), `${name}/${file}`).not.toContain('Dynamic require of');
    }
  });

  it('name the lines of the sources, and do not carry their text', () => {
    for (const { name, files } of built) {
      const sources = Object.entries(files).flatMap(([file, content]) => {
        const text = Buffer.from(content).toString();
        if (!file.endsWith('.map')) {
          expect(text.trimEnd().endsWith(`\n//# sourceMappingURL=${file}.map`), `${name}/${file}`).toBe(true);
          return [];
        }
        const map = JSON.parse(text) as { readonly sources: readonly string[] };
        expect(map).not.toHaveProperty('sourcesContent');
        return map.sources;
      });
      expect(sources, name).toContain('../infra/compose-ports.ts');
    }
  });

  it('hold no maker of JSON Schema', () => {
    for (const { name, bytesByInput } of built) {
      const makers = Object.entries(bytesByInput).filter(([path]) =>
        path.includes('zod/v4/core/json-schema'),
      );
      expect(Math.max(0, ...makers.map(([, bytes]) => bytes)), name).toBeLessThan(500);
    }
  });

  it('are the same bytes when the source is the same, with nothing left of a build before', async () => {
    expect(readdirSync(join(dir, 'functions')).sort()).toEqual(
      FUNCTIONS.flatMap((name) => [name, `${name}.zip`]).sort(),
    );
    // Packaged once more, by another process or another day.
    const { zipOf } = await synthesized();
    expect(built.map(({ name }) => hashOf(zipOf(name)))).toEqual(built.map(({ zip }) => hashOf(zip)));
  });
});

/** The SDK, too, has ways in that are not the ones of a function. */
const isOurs = (path: string): boolean => !path.includes('node_modules/');

const DEAD_LETTERS = 'console/routes/dead-letter-routes.ts';

const GET = (path: string) => ({
  version: '2.0',
  rawPath: path.split('?')[0],
  rawQueryString: path.split('?')[1] ?? '',
  headers: {},
  requestContext: { http: { method: 'GET' }, domainName: 'selfheal.example' },
});

const hashOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** @example packageOf('node_modules/zod/v4/core/schemas.js') // 'node_modules/zod' */
const packageOf = (path: string): string | undefined => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];

/** Every installed package by its folder; what only development needs is marked. */
const { packages: locked } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean } | undefined>>;
};

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
      SELFHEAL_REPORTS_TOPIC: world.deployment.reports.topicArn,
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
    ['api', GET('/api/stop'), { statusCode: 200, body: '{"stops":[]}' }],
    ['decide', GET('/api/stop'), { statusCode: 404 }],
    ['operations', GET('/api/dead-letters?max=1'), { statusCode: 200 }],
    ['operations', GET('/api/plan/nowhere'), { statusCode: 404 }],
    ['execution-status', { Records: [] }, { batchItemFailures: [] }],
    ['tick', {}, { woken: expect.any(Number) }],
    ['report', { kind: 'measure' }, { kind: 'measure', failed: [] }],
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

  it('examines also what keeps every other function from working', async () => {
    const lost = { ...environment(), SELFHEAL_TABLE: 'no-such-table' };
    const run = await invokeBuilt(moduleOf('operations'), GET('/api/doctor'), lost);
    expect(run.exitCode, run.stderr).toBe(0);
    const { statusCode, body } = run.answer as { readonly statusCode: number; readonly body: string };
    expect(statusCode, body).toBe(200);
    expect(JSON.parse(body).troubles).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ severity: 'broken', where: 'table no-such-table', what: 'is not there' }),
        expect.objectContaining({ severity: 'unknown', where: 'policy' }),
      ]),
    );
  });

  it('says so, and goes on, when what it loads on demand is not there', async () => {
    const folder = join(dir, 'incomplete');
    cpSync(join(dir, 'functions/operations'), folder, { recursive: true });
    const { files = [] } = built.find(({ name }) => name === 'operations')?.onDemand[DEAD_LETTERS] ?? {};
    for (const file of files) rmSync(join(folder, file));
    const run = await invokeBuilt(join(folder, 'index.mjs'), GET('/api/dead-letters'), environment());
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.answer).toMatchObject({ statusCode: 500, body: expect.stringContaining('"code":"internal"') });
    expect(run.log).toMatch(/Cannot find module .*"message":"request failed"/);
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
