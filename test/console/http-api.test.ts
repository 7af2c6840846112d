import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RunningService, startService } from '../../cli/service/start-service.ts';
import type { CaseJson } from '../../console/case-json.ts';
import { createHttpApp } from '../../console/create-http-app.ts';
import { CONSOLE_CSS } from '../../console/page/console-css.ts';
import type { CaseChanged } from '../../domain/case-changed.ts';
import { changeBreaker } from '../../domain/engine/breakers.ts';
import { epochMs } from '../../domain/time.ts';
import { readExposition } from '../support/exposition.ts';
import { alsoAs, asBearer } from '../support/signed-in.ts';
import { openapi, problemsOfAnswer } from './openapi.ts';

let service: RunningService;
const changes: CaseChanged[] = [];
const waiting: {
  readonly wanted: (change: CaseChanged) => boolean;
  readonly found: (c: CaseChanged) => void;
}[] = [];

beforeAll(async () => {
  service = await startService({ port: 0, policyFile: 'policy.yml', speed: 60, user: 'Ada' });
  service.onChange((change) => {
    changes.push(change);
    for (const { wanted, found } of waiting) if (wanted(change)) found(change);
  });
});
afterAll(() => service.close());

const change = (wanted: (change: CaseChanged) => boolean): Promise<CaseChanged> => {
  const past = changes.find(wanted);
  return past ? Promise.resolve(past) : new Promise((found) => waiting.push({ wanted, found }));
};

const routeOf = (path: string): string =>
  Object.keys(openapi.paths).find((template) =>
    new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path.split('?', 1)[0] ?? ''),
  ) ?? path;

/** Sends no header of that name. */
const NOBODY = { authorization: '' };

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for, and the document is held against it.
  readonly body: any;
  readonly headers: Headers;
}

/** Every answer in this file is held against the document. */
const ask = async (
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> => {
  const response = await fetch(`${service.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    headers: {
      ...asBearer(service.token),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
  });
  const type = response.headers.get('content-type') ?? '';
  const text = await response.text();
  const told = type.startsWith('application/json') ? JSON.parse(text) : text;
  expect(problemsOfAnswer(method, routeOf(path), response.status, type, told)).toBe('');
  return { status: response.status, body: told, headers: response.headers };
};

const payroll = {
  what: 'shop-prod-payroll-us-east-1',
  rule: 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED',
};
const awaiting = async (): Promise<CaseJson> => {
  await ask('POST', '/api/sandbox/break', payroll);
  const { caseId } = await change(({ to }) => to === 'awaiting-approval');
  return (await ask('GET', `/api/cases/${caseId}`)).body;
};

const event = (complianceType = 'NON_COMPLIANT', resourceId = 'a-bucket', type = 'AWS::S3::Bucket') => {
  const recorded = '2026-11-01T00:00:00.000Z';
  const names = { configRuleName: 's3-bucket-versioning-enabled', resourceType: type, resourceId };
  return {
    version: '0',
    id: '81d83bb1-13dc-cb1e-b370-5c8151b020f7',
    'detail-type': 'Config Rules Compliance Change',
    source: 'aws.config',
    account: '222222222222',
    time: recorded,
    region: 'us-east-1',
    resources: [],
    detail: {
      ...names,
      awsRegion: 'us-east-1',
      awsAccountId: '222222222222',
      recordVersion: '1.0',
      configRuleARN: 'arn:aws:config:us-east-1:222222222222:config-rule/config-rule-dx9jfb',
      messageType: 'ComplianceChangeNotification',
      newEvaluationResult: {
        evaluationResultIdentifier: { evaluationResultQualifier: names, orderingTimestamp: recorded },
        complianceType,
        resultRecordedTime: recorded,
        configRuleInvokedTime: recorded,
      },
      notificationCreationTime: recorded,
    },
  };
};

describe('the document', () => {
  it('describes every route, and no other', () => {
    const { app, operations, identity, sandboxUrl } = service;
    const served = createHttpApp({ app, operations, identity, sandboxUrl, nowMs: () => 0 })
      .routes.filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const described = Object.entries(openapi.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual([...new Set(served)].sort());
  });
});

describe('decisions', () => {
  it('are taken once, for the plan that was looked at, from somebody with a name and a reason', async () => {
    const about = await awaiting();
    const path = `/api/cases/${about.id}/decision`;
    const good = { planHash: about.planHash, answer: 'approve', reason: 'looked at it' };

    expect(await ask('POST', path, { ...good, planHash: 'a'.repeat(64) })).toMatchObject({
      status: 409,
      body: { error: { code: 'plan-hash-mismatch' } },
    });
    expect(await ask('POST', path, { ...good, planHash: 'abc' })).toMatchObject({
      status: 400,
      body: { error: { path: 'planHash' } },
    });
    expect(await ask('POST', path, { ...good, answer: 'deny', reason: '  ' })).toMatchObject({
      status: 409,
      body: { error: { code: 'reason-required' } },
    });
    const until = '2099-01-01T00:00:00Z';
    for (const [odd, where] of [
      [{ exemptUntil: until }, 'exemptUntil'],
      [{ answer: 'deny', start: { kind: 'next-window' } }, 'start'],
      [{ start: { kind: 'not-before', at: 'tonight' } }, 'start.at'],
      [{ start: { kind: 'whenever' } }, 'start.kind'],
    ] as const)
      expect(await ask('POST', path, { ...good, ...odd })).toMatchObject({
        status: 400,
        body: { error: { path: where } },
      });
    expect(await ask('POST', path, good, NOBODY)).toMatchObject({ status: 401 });
    expect(await ask('POST', path, good, await alsoAs(service, 'selfheal'))).toMatchObject({ status: 401 });
    expect(await ask('POST', path, { ...good, who: 'grace' })).toMatchObject({
      status: 400,
      body: { error: { path: 'who', message: expect.stringContaining('not taken from the request') } },
    });
    expect(await ask('POST', path, { ...good, extra: 1 })).toMatchObject({ status: 400 });
    expect(await ask('POST', '/api/cases/nope-1/decision', good)).toMatchObject({
      status: 404,
      body: { error: { code: 'no-such-case' } },
    });
    expect((await ask('GET', `/api/cases/${about.id}`)).body.state).toBe('awaiting-approval');

    expect(await ask('POST', path, good)).toMatchObject({ status: 200, body: { caseId: about.id } });
    expect(await ask('POST', path, good)).toMatchObject({ status: 409 });
    await change(({ caseId, to }) => caseId === about.id && to === 'resolved');
    const { body } = await ask('GET', `/api/cases/${about.id}`);
    expect(body.timeline).toContainEqual(
      expect.objectContaining({ who: 'ada', what: 'approved', why: 'looked at it' }),
    );
  });
});

describe('writes', () => {
  const close = { reason: 'x' };

  it.each([
    ['a page of another origin', { origin: 'https://evil.example' }, 403, 'foreign-origin'],
    ['a page without an origin to speak of', { origin: 'null' }, 403, 'foreign-origin'],
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }, 403, 'foreign-origin'],
    ['a form', { 'content-type': 'text/plain' }, 415, 'not-json'],
    ['no content type', { 'content-type': '' }, 415, 'not-json'],
  ])('are refused to %s', async (_, headers, status, code) => {
    expect(await ask('POST', '/api/cases/a-1/close', close, headers)).toMatchObject({
      status,
      body: { error: { code } },
    });
  });

  it('are refused when they are too large or no JSON', async () => {
    expect(await ask('POST', '/api/policy/check', { text: 'x'.repeat(1_100_000) })).toMatchObject({
      status: 413,
    });
    expect(await ask('POST', '/api/policy/check', '{"text":')).toMatchObject({ status: 400 });
  });

  it('are open to the page itself', async () => {
    expect(
      await ask('POST', '/api/policy/check', { text: 'entries: 7' }, { origin: service.url }),
    ).toMatchObject({
      status: 200,
      body: { ok: false },
    });
  });
});

describe('another host name', () => {
  it('reads nothing: it may be a foreign page that points its name here', async () => {
    const { operations, identity, sandboxUrl } = service;
    const app = createHttpApp({ app: service.app, operations, identity, sandboxUrl, nowMs: () => 0 });
    for (const host of ['evil.example:4510', '127.0.0.1.evil.example', 'localhost.evil.example'])
      expect((await app.request('/api/cases', { headers: { host } })).status).toBe(403);
    for (const host of ['127.0.0.1:4510', 'localhost', '[::1]:80'])
      expect((await app.request('/healthz', { headers: { host } })).status).toBe(200);
  });
});

describe('events', () => {
  it('are answered for one by one, and the good ones open cases', async () => {
    const lines = [JSON.stringify(event()), '', 'not json', JSON.stringify({ 'detail-type': 'Other' })].join(
      '\n',
    );
    const { body } = await ask('POST', '/api/events?withResource=true', lines, {
      'content-type': 'application/x-ndjson',
    });
    expect(body).toMatchObject({ accepted: 1, ignored: 1, refused: 1 });
    expect(
      body.events.map(({ index, line, answer }: Record<string, unknown>) => [index, line, answer]),
    ).toEqual([
      [0, 1, 'accepted'],
      [1, 3, 'refused'],
      [2, 4, 'ignored'],
    ]);
    const opened = await change(({ finding }) => finding.resourceId === 'a-bucket');
    await change(({ caseId, to }) => caseId === opened.caseId && to === 'resolved');
  });

  it('says why no resource could be made, and when there is no sandbox', async () => {
    const grumpy = createServer((request, response) => {
      const refuses = request.url?.endsWith('from-event');
      response.writeHead(refuses ? 400 : 200).end(refuses ? '{"error":"no such type"}' : '{}');
    });
    await new Promise<void>((done) => grumpy.listen(0, '127.0.0.1', done));
    const sandboxUrl = `http://127.0.0.1:${(grumpy.address() as AddressInfo).port}`;
    const { operations, identity } = service;
    const app = createHttpApp({
      app: service.app,
      operations,
      identity,
      sandboxUrl,
      nowMs: () => epochMs(service.now()),
    });
    const send = () =>
      app.request('http://localhost/api/events?withResource=true', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...asBearer(service.token) },
        body: JSON.stringify(event()),
      });
    expect(await (await send()).json()).toMatchObject({
      events: [{ answer: 'accepted', note: 'no resource was made: no such type' }],
    });
    grumpy.closeAllConnections();
    await new Promise((done) => grumpy.close(done));
    const away = await send();
    expect(away.status).toBe(502);
    expect(await away.json()).toMatchObject({ error: { code: 'no-sandbox' } });
  });

  it('refuses what is no list of events, or too large a one', async () => {
    expect(await ask('POST', '/api/events', ' ')).toMatchObject({ status: 400 });
    expect(await ask('POST', '/api/events', Array(1_001).fill(0))).toMatchObject({ status: 413 });
    expect(await ask('POST', '/api/events?withResource=maybe', event())).toMatchObject({ status: 400 });
    const heavy = { ...event(), padding: 'x'.repeat(300_000) };
    expect((await ask('POST', '/api/events', heavy)).body.events[0].reason).toContain('EventBridge');
  });
});

describe('policy explain', () => {
  it('tells entry, plan and every check, and opens no case', async () => {
    const bucket = 'shop-prod-backups-us-east-1';
    const { body } = await ask('POST', '/api/policy/explain', { event: event('NON_COMPLIANT', bucket) });
    expect(body).toMatchObject({ mode: 'auto', openCase: null, wouldStart: false });
    expect(body.planHash).toMatch(/^[0-9a-f]{64}$/);
    expect(body.checks.map(({ check }: { check: string }) => check)).toEqual([
      'stop-switch',
      'exemption',
      'policy',
      'approval',
      'attempts',
      'compliance',
      'grace',
      'window',
      'breaker',
      'backlog',
      'permit',
    ]);
    expect(changes.some(({ finding }) => finding.resourceId === bucket)).toBe(false);
  });

  it('says what could not be read of a resource that Config does not know', async () => {
    const { body } = await ask('POST', '/api/policy/explain', { event: event('NON_COMPLIANT', 'unseen') });
    expect(body).toMatchObject({ entry: 'recovery', mode: 'auto', wouldStart: false });
    expect(body.doubts.join()).toMatch(
      /ResourceNotIndexed.* AWS::S3::Bucket unseen.*as though it had no tags/,
    );
    expect(body.checks.find(({ check }: { check: string }) => check === 'policy')).toMatchObject({
      answer: 'failed',
    });
  });

  it('says who must approve, who may not, and who is told when', async () => {
    const explained = async (mode: string): Promise<readonly string[]> => {
      const text = `version: 1
topics: { oncall: a, second: b }
groups: { oncall: { claims: [sre] }, leads: { people: [bob@example.com] } }
changed-by: team
defaults: { notify: [oncall], approval: { quorum: 2, expires: 4h, from: [oncall, leads], not: [requester, author, changer], escalate: [{ after: 15m, notify: [second] }] } }
entries: [{ name: all, match: {}, mode: ${mode}, authors: [Bob@example.com] }]
`;
      const bucket = 'shop-prod-backups-us-east-1';
      const asked = { event: event('NON_COMPLIANT', bucket), policy: { text, file: 'draft.yml' } };
      return (await ask('POST', '/api/policy/explain', asked)).body.approvalText;
    };
    expect(await explained('approve')).toEqual([
      '2 people of oncall or leads must approve, within 4h',
      'Not who asked for it',
      'Not who wrote the entry: bob@example.com',
      expect.stringMatching(/^Not who changed the resource last: [a-z]+$/),
      'Told at once: oncall',
      'Told after 15m: second',
    ]);
    expect(await explained('auto')).toEqual([]);
  });

  it('explains by a policy that is not in force', async () => {
    const policy = { text: 'version: 1\nentries: []\n', file: 'draft.yml' };
    const { body } = await ask('POST', '/api/policy/explain', { event: event(), policy });
    expect(body).toMatchObject({ entry: 'unmatched', plan: null, checks: [] });
    expect(await ask('POST', '/api/policy/explain', { event: event(), policy: { text: 'x' } })).toMatchObject(
      {
        status: 422,
        body: { error: { code: 'policy-invalid' } },
      },
    );
  });

  it('says of an event that would never come to the policy what would become of it', async () => {
    const codeOf = async (sent: unknown) =>
      (await ask('POST', '/api/policy/explain', { event: sent })).body.error.code;
    expect(await codeOf({ ...event(), source: 'my.app' })).toBe('event-refused');
    expect(await codeOf({ 'detail-type': 'Other' })).toBe('event-ignored');
  });
});

describe('the stop switch', () => {
  it('is put on with who and why, and taken off', async () => {
    const scope = { kind: 'account', name: '333333333333' };
    await ask('POST', '/api/stop', { scope, reason: 'a drill' });
    expect((await ask('GET', '/api/stop')).body.stops).toMatchObject([
      { scope, who: 'ada', reason: 'a drill' },
    ]);
    const resumed = { stops: [], woken: 0 };
    expect((await ask('POST', '/api/stop/resume', { scope })).body).toEqual(resumed);
    const drill = { scope, reason: 'a drill', cancelRunning: true };
    expect((await ask('POST', '/api/stop', drill)).body).toMatchObject({ cancelRunning: true, asked: 0 });
    expect((await ask('POST', '/api/stop/resume', { scope })).body).toEqual(resumed);
    expect(await ask('POST', '/api/stop', { scope: { kind: 'moon' }, reason: 'x' })).toMatchObject({
      status: 400,
    });
  });

  const stop = (kind: string, name: string, more = {}, as = {}) =>
    ask('POST', '/api/stop', { scope: { kind, name }, reason: 'a drill', ...more }, as);
  const resume = (kind: string, name: string) => ask('POST', '/api/stop/resume', { scope: { kind, name } });

  it('takes no account that is none', async () => {
    for (const name of ['33333333333', 'prod', '3333 3333 3333'])
      expect(await stop('account', name)).toMatchObject({
        status: 400,
        body: { error: { message: expect.stringContaining('12 digits'), path: 'scope.name' } },
      });
    expect((await ask('GET', '/api/stop')).body.stops).toEqual([]);
  });

  it('knows rules and runbooks in whatever case, and a rule by each of its names, to stop and to resume', async () => {
    const scope = { kind: 'rule', name: payroll.rule };
    const plain = 's3-bucket-level-public-access-prohibited';
    for (const name of [plain.toUpperCase(), payroll.rule.toLowerCase()]) {
      const { body } = await stop('rule', name);
      expect(body).toMatchObject({ scope, aliases: [plain], known: true, countedAll: true });
      expect(await resume('rule', plain)).toMatchObject({ status: 200, body: { stops: [] } });
    }
    const runbook = await stop('runbook', 'aws-configures3bucketversioning');
    expect(runbook.body).toMatchObject({ scope: { name: 'AWS-ConfigureS3BucketVersioning' }, known: true });
    expect((await resume('runbook', 'AWS-CONFIGURES3BUCKETVERSIONING')).status).toBe(200);
  });

  it('sets what nobody knows, and says so with the nearest name', async () => {
    const { body } = await stop('rule', 's3-bucket-versionning-enabled');
    expect(body).toMatchObject({ known: false, meant: 's3-bucket-versioning-enabled', covered: 0 });
    const runbook = await stop('runbook', 'AWS-ConfigureS3BucketVersionin');
    expect(runbook.body).toMatchObject({ known: false, meant: 'AWS-ConfigureS3BucketVersioning' });
    const stranger = await stop('rule', 'our-own-rule-of-the-payroll-team');
    expect(stranger.body.known).toBe(false);
    expect(stranger.body).not.toHaveProperty('meant');
    expect((await ask('GET', '/api/stop')).body.stops).toHaveLength(3);
    expect((await resume('rule', 'S3-bucket-versionning-enabled')).status).toBe(200);
    expect((await resume('rule', 'OUR-own-rule-of-the-payroll-team')).status).toBe(200);
    const refused = await resume('rule', 'another');
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'not-stopped' } } });
    expect(refused.body.error.message).toContain('runbook AWS-ConfigureS3BucketVersionin is stopped since');
    expect((await resume('runbook', 'AWS-ConfigureS3BucketVersionin')).status).toBe(200);
    expect((await resume('rule', 'another')).body.error.message).toContain('nothing is stopped');
  });

  it('stopped twice, keeps since when and who, and tells both reasons', async () => {
    const first = (await stop('rule', 'Our-Rule')).body;
    const again = { reason: 'it runs', cancelRunning: true };
    const grace = await alsoAs(service, 'grace');
    expect((await stop('rule', 'our-rule', again, grace)).body).toMatchObject({
      scope: first.scope,
      who: 'ada',
      since: first.since,
      cancelRunning: true,
      reason: expect.stringMatching(/^a drill; grace at .*: it runs$/),
    });
    expect((await stop('rule', 'our-rule', { reason: 'z'.repeat(1_000) })).body).toMatchObject({
      cancelRunning: true,
      reason: expect.stringMatching(/^a drill; .*it runs; ada at .*: z{1000}$/),
    });
    for (const letter of 'abcdef') await stop('rule', 'our-rule', { reason: letter.repeat(1_000) });
    const [{ reason }] = (await ask('GET', '/api/stop')).body.stops;
    expect(reason).toMatch(/^a drill; .* … ada at .*: f{1000}$/);
    expect(reason.length).toBeLessThanOrEqual(4_000);
    expect((await resume('rule', 'OUR-RULE')).body.stops).toEqual([]);
  });
});

describe('compliance', () => {
  const LANE = '/api/compliance/lanes/222222222222/us-east-1';

  it('is told lane by lane, of all rules or of those that are named', async () => {
    const { body: listed } = await ask('GET', '/api/compliance/lanes');
    expect(listed.lanes).toContainEqual({ account: '222222222222', region: 'us-east-1' });
    const { body: whole } = await ask('GET', LANE);
    expect(whole).toMatchObject({
      via: 'account',
      unread: [],
      troubles: [],
      recorder: { state: 'recording' },
    });
    expect(whole.rules.length).toBeGreaterThan(3);
    const { body: some } = await ask(
      'GET',
      `${LANE}?rule=s3-bucket-versioning-enabled&rule=IAM_PASSWORD_POLICY`,
    );
    expect(some.rules.map(({ plainName }: { plainName: string }) => plainName).sort()).toEqual([
      'iam-password-policy',
      's3-bucket-versioning-enabled',
    ]);
  });

  it('comes with what is recorded for whom, and with what was healed', async () => {
    const { body: recorded } = await ask('GET', `${LANE}/recorded`);
    const buckets = recorded.types.find(({ type }: { type: string }) => type === 'AWS::S3::Bucket');
    expect(buckets).toMatchObject({ resources: expect.any(Number), frequency: 'continuous' });
    expect(buckets.entries.length).toBeGreaterThan(0);
    const { body: healed } = await ask('GET', '/api/compliance/remediation');
    expect(healed).toMatchObject({ tried: expect.any(Number), byRule: expect.any(Array), dropped: 0 });
  });

  it('refuses what is no lane, and more rules than an address holds', async () => {
    expect((await ask('GET', '/api/compliance/lanes/1/us-east-1')).status).toBe(400);
    expect((await ask('GET', `${LANE}?rules=a`)).status).toBe(400);
    const many = Array.from({ length: 51 }, (_, n) => `rule=r${n}`).join('&');
    expect((await ask('GET', `${LANE}?${many}`)).body.error.message).toContain('50 rules at most');
  });
});

describe('the breakers', () => {
  it('are shown, and reset by a person with a reason; what holds a case back is told with it', async () => {
    const scope = { kind: 'rule', name: 'ENCRYPTED_VOLUMES' } as const;
    expect((await ask('GET', '/api/breakers')).body).toEqual({ breakers: [] });
    const reset = { scope, reason: 'key is back' };
    expect(await ask('POST', '/api/breakers/reset', reset)).toMatchObject({
      status: 409,
      body: { error: { code: 'not-open' } },
    });
    const { policy } = service.app;
    const { breaker } = policy().unmatched;
    await changeBreaker(service.app.ports, scope, {
      kind: 'tripped',
      policy: breaker,
      notify: [],
      failures: 5,
      attempts: 10,
      percent: 50,
      reason: '5 of 10 attempts failed',
    });
    expect((await ask('GET', '/api/breakers')).body.breakers).toMatchObject([{ scope, state: 'open' }]);
    expect(await ask('POST', '/api/breakers/reset', { ...reset, reason: ' ' })).toMatchObject({
      status: 400,
    });
    expect(
      await ask('POST', '/api/breakers/reset', { ...reset, scope: { kind: 'account', name: 'x' } }),
    ).toMatchObject({ status: 400 });
    expect((await ask('POST', '/api/breakers/reset', reset)).body.breakers).toMatchObject([
      { scope, state: 'closed', who: 'ada', reason: 'key is back' },
    ]);
  });
});

describe('exemptions', () => {
  const wanted = {
    name: 'cache',
    match: { resourceId: ['shop-dev-cache'], tags: { env: ['dev'] } },
    owner: 'shop',
    reason: 'only a cache',
    expires: '2099-01-31',
  };

  it('are added with owner, reason and end, listed, and removed', async () => {
    const added = await ask('POST', '/api/exemptions', wanted);
    expect(added.body).toMatchObject({
      name: 'cache',
      from: 'command',
      state: 'holds',
      covers: 'resourceId "shop-dev-cache", tags.env "dev"',
      expiresAt: '2099-02-01T00:00:00.000Z',
      who: 'ada',
    });
    const again = await ask('POST', '/api/exemptions', wanted, await alsoAs(service, 'grace'));
    expect(again.body).toEqual(added.body);
    const { body } = await ask('GET', '/api/exemptions');
    expect(body.exemptions).toEqual([added.body]);
    const removal = { name: 'cache', reason: 'gone' };
    expect((await ask('POST', '/api/exemptions/remove', removal)).body).toEqual({ removed: 'cache' });
    expect((await ask('GET', '/api/exemptions')).body.exemptions).toEqual([]);
    expect(await ask('POST', '/api/exemptions/remove', removal)).toMatchObject({
      status: 404,
      body: { error: { code: 'no-such-exemption' } },
    });
  });

  it('are refused where a policy would be refused, in its words, and to nobody in particular', async () => {
    const refused = async (more: object) => {
      const { status, body } = await ask('POST', '/api/exemptions', { ...wanted, ...more });
      return [status, body.error.code, body.error.message];
    };
    expect(await refused({ match: { resuorceId: ['x'] } })).toEqual([
      400,
      'bad-exemption',
      expect.stringMatching(/^match.resuorceId: expected one of the fields .*did you mean "resourceId"\?/),
    ]);
    const { expires: _, ...endless } = wanted;
    expect(await ask('POST', '/api/exemptions', endless)).toMatchObject({ status: 400 });
    expect(await refused({ expires: '2020-01-01' })).toEqual([
      400,
      'bad-exemption',
      expect.stringContaining('which has passed already'),
    ]);
    expect(await refused({ reason: ' ' })).toEqual([400, 'bad-request', expect.stringContaining('say why')]);
    expect(await refused({ who: 'bob' })).toEqual([400, 'bad-request', expect.stringContaining('sign in')]);
    expect((await ask('POST', '/api/exemptions', wanted)).status).toBe(200);
    expect(await refused({ owner: 'another' })).toEqual([
      409,
      'name-taken',
      expect.stringContaining('selfheal exempt show cache'),
    ]);
    await ask('POST', '/api/exemptions/remove', { name: 'cache', reason: 'done' });
  });
});

describe('looking after selfheal', () => {
  it('is answered as documented: what is wrong, what lies about, and what was sent again', async () => {
    const path = '/api/doctor?lanes=333333333333/eu-west-1';
    expect((await ask('GET', path)).body).toMatchObject({ healthy: true, lanes: 1, troubles: [] });
    await ask('POST', '/api/sandbox/faults', {
      kind: 'region-off',
      account: '333333333333',
      region: 'eu-west-1',
    });
    expect((await ask('GET', path)).body).toMatchObject({
      healthy: false,
      troubles: [{ severity: 'broken', where: '333333333333/eu-west-1' }],
    });
    await ask('DELETE', '/api/sandbox/faults');
    expect((await ask('GET', '/api/doctor?lanes=here')).status).toBe(400);

    await service.app.refusals.setAside('not JSON', 'not JSON: a test', 'selfheal-wakes');
    const { letters } = (await ask('GET', '/api/dead-letters?queue=selfheal-refused&max=10')).body;
    expect(letters).toMatchObject([{ queue: 'selfheal-refused', reason: 'not JSON: a test' }]);
    expect((await ask('GET', '/api/dead-letters?queue=mine')).status).toBe(400);
    expect((await ask('GET', '/api/dead-letters?max=0')).status).toBe(400);

    const redrive = (body: object) => ask('POST', '/api/dead-letters/redrive', body);
    const nobodys = await ask('POST', '/api/dead-letters/redrive', { ids: [letters[0].id] }, NOBODY);
    expect(nobodys.status).toBe(401);
    expect((await redrive({ ids: ['one'] })).status).toBe(400);
    expect((await redrive({ queues: ['selfheal-wakes'] })).status).toBe(400);
    expect((await redrive({ ids: [letters[0].id] })).body).toEqual({
      redriven: [{ queue: 'selfheal-refused', workQueue: 'selfheal-wakes', moved: 1 }],
      notFound: [],
    });
    expect((await redrive({ queues: ['selfheal-executions-dlq'] })).body.redriven).toEqual([
      { queue: 'selfheal-executions-dlq', workQueue: 'selfheal-executions' },
    ]);
  });
});

describe('looking', () => {
  it('answers as documented everywhere', async () => {
    for (const path of [
      '/healthz',
      '/metrics',
      '/api/cases',
      '/api/cases?status=closed&since=7d&account=222222222222&rule=S3_BUCKET_VERSIONING_ENABLED',
      '/api/sandbox/info',
      '/api/sandbox/resources?type=AWS::S3::Bucket',
      '/api/sandbox/messages',
      '/api/sandbox/recorders',
      '/api/sandbox/faults',
      '/api/sandbox/runbook-faults',
      '/',
      '/console.css',
    ])
      expect((await ask('GET', path)).status).toBe(200);
    expect((await ask('GET', '/api/cases?status=lost')).status).toBe(400);
    expect((await ask('GET', '/api/cases/nope')).status).toBe(404);
  });

  it('lists cases without their timelines, and filters them', async () => {
    const { body } = await ask('GET', '/api/cases?account=222222222222');
    expect(body.length).toBeGreaterThan(0);
    for (const about of body) expect(about).not.toHaveProperty('timeline');
    expect((await ask('GET', '/api/cases?account=999999999999')).body).toEqual([]);
  });

  it('never changes anything, whatever path is looked at', async () => {
    const before = (await ask('GET', '/api/cases')).body.length;
    for (const [path, operations] of Object.entries(openapi.paths))
      if (!('get' in operations)) {
        const response = await fetch(`${service.url}${path.replace('{id}', 'a-1')}`);
        expect([path, response.status]).toEqual([path, 404]);
      }
    expect((await ask('GET', '/api/cases')).body.length).toBe(before);
  });

  it('tells Prometheus what was counted, in its format, and counts nothing for being asked', async () => {
    await awaiting();
    const { body, headers } = await ask('GET', '/metrics', undefined, NOBODY);
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const total = (page: string, name: string) =>
      readExposition(page)
        .get(name)
        ?.samples.reduce((sum, { value }) => sum + value, 0);
    const names = ['selfheal_case_opened_total', 'selfheal_case_moved_total'];
    expect(names.map((name) => (total(body, name) ?? 0) > 0)).toEqual([true, true]);
    const again = readExposition((await ask('GET', '/metrics', undefined, NOBODY)).body);
    expect([...again.keys()]).toEqual([...readExposition(body).keys()]);
  });

  it('is kept out of caches and frames, and runs no script', async () => {
    const { headers } = await ask('GET', '/');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).not.toContain('script');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('a sweep', () => {
  it('is ordered by somebody with a name, and reported under its id', async () => {
    expect((await ask('POST', '/api/sweep', {}, NOBODY)).status).toBe(401);
    expect((await ask('POST', '/api/sweep', { accounts: ['here'] })).status).toBe(400);
    const { status, body } = await ask('POST', '/api/sweep', { regions: ['eu-west-1'] });
    expect([status, body.kind]).toEqual([202, 'asked']);
    await vi.waitFor(async () => {
      const { asked } = (await ask('GET', '/api/sweep')).body;
      expect(asked).toMatchObject({ ended: [body.id], last: { id: body.id, complete: true } });
    }, 30_000);
  });
});

describe('a recorder', () => {
  it('is stopped and started, and only in a lane that is there', async () => {
    const order = { account: '333333333333', region: 'eu-west-1', state: 'undelivered', errorCode: 'Gone' };
    const path = '/api/sandbox/recorders';
    expect((await ask('POST', path, order, NOBODY)).status).toBe(401);
    expect((await ask('POST', path, { ...order, state: 'dizzy' })).status).toBe(400);
    expect((await ask('POST', path, { ...order, region: 'nowhere' })).status).toBe(404);
    expect((await ask('POST', path, order)).body).toMatchObject({ state: 'undelivered' });
    expect((await ask('GET', path)).body.recorders).toContainEqual(
      expect.objectContaining({ state: 'undelivered', why: expect.stringMatching(/^Gone: /) }),
    );
    expect((await ask('POST', path, { ...order, state: 'on' })).body.state).toBe('on');
  });
});

describe('a rule of the sandbox', () => {
  it('errs and is well again, and has as many results as somebody gives it', async () => {
    const at = { account: '333333333333', region: 'eu-west-1', rule: 'our-tags' };
    const change = (more: object) => ask('POST', '/api/sandbox/rules', { ...at, ...more });
    expect((await change({ state: 'errs' })).body.error.message).toContain('No rule our-tags is deployed');
    const given = await change({ state: 'errs', errorCode: 'X', compliant: 120, nonCompliant: 3 });
    expect(given.body).toEqual({
      ...at,
      state: 'errs',
      why: 'X: The rule could not be evaluated.',
      results: { COMPLIANT: 120, NON_COMPLIANT: 3 },
    });
    const lane = `/api/compliance/lanes/${at.account}/${at.region}?rule=${at.rule}`;
    const told = async () => (await ask('GET', lane)).body.rules[0];
    expect(await told()).toMatchObject({
      counts: { compliant: 120, nonCompliant: 3 },
      trouble: { code: 'RuleErrs', message: expect.stringContaining('X: The rule could not be evaluated.') },
    });
    await change({ state: 'never-evaluated' });
    expect((await told()).trouble.code).toBe('NeverEvaluated');
    expect((await change({ state: 'well' })).body.state).toBe('well');
    expect(await told()).not.toHaveProperty('trouble');
    const managed = { rule: 's3-bucket-versioning-enabled', region: 'us-east-1', state: 'well' };
    expect((await change({ ...managed, compliant: 1 })).status).toBe(400);
    expect((await change({ state: 'well', region: 'mars-1' })).status).toBe(404);
  });
});

describe('faults', () => {
  it('are set, listed and taken back', async () => {
    const { body } = await ask('POST', '/api/sandbox/faults', {
      kind: 'lose',
      detailType: 'Nothing',
      share: 0.5,
    });
    expect((await ask('GET', '/api/sandbox/faults')).body.faults).toContainEqual(
      expect.objectContaining(body),
    );
    await ask('DELETE', `/api/sandbox/faults/${body.id}`);
    expect((await ask('DELETE', `/api/sandbox/faults/${body.id}`)).status).toBe(404);
    expect((await ask('POST', '/api/sandbox/faults', { kind: 'melt' })).status).toBe(400);
    const order = { fault: { kind: 'hangs' }, document: 'Nothing' };
    const { id } = (await ask('POST', '/api/sandbox/runbook-faults', order)).body;
    expect((await ask('DELETE', `/api/sandbox/runbook-faults/${id}`)).body).toEqual({ withdrawn: true });
  });
});

describe('the style sheet', () => {
  it('is small and loads nothing', () => {
    const css = CONSOLE_CSS;
    expect(css.length).toBeLessThan(5_000);
    expect(css).not.toMatch(/url\(|@import/);
    expect(css).toMatch(/prefers-color-scheme: ?dark/);
  });
});
