/**
 * A week of selfheal, reported and verified: the demo heals, one case is denied, nobody decides on the others, and
 * cases go on when the week is over. Then somebody edits the table.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ServerType, serve } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../cli/program.ts';
import { createHttpApp } from '../../console/create-http-app.ts';
import type { CasesAnswer, ReportAnswer } from '../../console/report-json.ts';
import type { AwaitingApproval, Case } from '../../domain/case/case.ts';
import { digestOf } from '../../domain/digest.ts';
import { FIGURE_NAMES } from '../../domain/report/figures.ts';
import type { Verification } from '../../domain/report/verify-report.ts';
import { type Week, weekNamed } from '../../domain/report/week.ts';
import type { WeeklyReport } from '../../domain/report/weekly-report.ts';
import { epochMs, hourMs, minuteMs, secondMs } from '../../domain/time.ts';
import { caseKey } from '../../infra/dynamodb/case-item.ts';
import { createDocuments, type Documents, type Values } from '../../infra/dynamodb/documents.ts';
import { createOperations } from '../../infra/operations.ts';
import { reportingDeps } from '../../infra/report/compose-reporting.ts';
import { reportToStore } from '../../infra/report/make-report.ts';
import { clientSettings, HUB_REGION } from '../../sandbox/deployment.ts';
import { breakResource } from '../../sandbox/world/admin.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';
import { problemsOfAnswer } from '../console/openapi.ts';
import { type DrivenWorld, drivenWorld } from '../support/driven-world.ts';
import { person } from '../support/identities.ts';
import { identityOf } from '../support/signed-in.ts';
import { memoryIo } from './memory-io.ts';

let world: DrivenWorld;
let server: ServerType;
let url: string;
let dynamodb: DynamoDBClient;
let documents: Documents;
let denied: Case;
const WEEK = weekNamed('2026-W47', 'UTC') as Week;

beforeAll(async () => {
  world = await drivenWorld({ scenario: 'demo', stepMs: 2 * secondMs });
  const { sandbox, deployment, app } = world;
  const connection = {
    ...clientSettings(sandbox.url, HUB_ACCOUNT, HUB_REGION),
    dynamodbEndpoint: sandbox.dynamodbEndpoint,
  };
  dynamodb = new DynamoDBClient({ ...connection, endpoint: sandbox.dynamodbEndpoint });
  documents = createDocuments(dynamodb);
  const http = createHttpApp({
    app,
    operations: createOperations(deployment.settings, app, { connection }),
    sandboxUrl: sandbox.url,
    identity: identityOf(sandbox.identity),
    nowMs: () => epochMs(world.now()),
  });
  ({ server, url } = await listening(http.fetch));

  await world.until(() => world.told('resolved') === 11 && world.told('awaiting-approval') === 4, hourMs);
  const waiting = await world.cases({ status: 'awaiting-approval' });
  // They wait in any order, and one of them is moved into the other account below.
  denied = waiting.find(({ finding }) => finding.account === '222222222222') as Case;
  const { planHash } = denied.state as AwaitingApproval;
  const denial = { planHash, answer: 'deny', who: person('ada'), reason: 'Month end.' } as const;
  await world.track(app.selfheal.decide(denied.id, denial));
}, 60_000);
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  dynamodb.destroy();
  await world.close();
});

const listening = (fetch: Parameters<typeof serve>[0]['fetch']) =>
  new Promise<{ readonly server: ServerType; readonly url: string }>((resolve) => {
    const made = serve({ fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({ server: made, url: `http://127.0.0.1:${port}` }),
    );
  });

/** One command line: `report`, and what follows. */
const report = async (line: readonly string[] = [], files: Readonly<Record<string, string>> = {}) => {
  const io = memoryIo(files);
  const code = await runCommand(['report', ...line, '--url', url], io);
  return { code, out: io.written(), err: io.complained(), saved: io.saved };
};

/** Every answer is held against the document. */
const get = async (path: string) => {
  const response = await fetch(`${url}/api/reports/weekly${path}`);
  const body = await response.json();
  const route = `/api/reports/weekly${path.replace(/\?.*/, '')}`;
  const type = response.headers.get('content-type') ?? '';
  expect(problemsOfAnswer('GET', route, response.status, type, body)).toBe('');
  return { status: response.status, body };
};

/** Nothing is at work: what is due by then is done at once. */
const jumpTo = async (at: string) => {
  world.sandbox.advanceBy(epochMs(at) - epochMs(world.now()));
  await world.advance(2 * minuteMs);
};

const textOf = async (line: readonly string[]) => {
  const { code, out, err } = await report(line);
  expect([code, err]).toEqual([0, '']);
  return out;
};

describe('a week', () => {
  it('is told while it runs as of now, by what there is: healed, denied, expired', async () => {
    await jumpTo('2026-11-21T08:00:00.000Z');
    await jumpTo('2026-11-22T09:00:00.000Z');
    const text = await textOf(['--week', 'current']);
    expect(text).toMatch(/^Weekly report 2026-W47\nMonday 16 to Sunday 22 November 2026, UTC\n/);
    expect(text).toContain('The week is not over: told as of 2026-11-22 09:02 UTC');
    expect(text).toContain('100.0 % success rate: 11 of 11 cases tried and ended were healed.');
    for (const [figure, count] of [
      ['Cases opened', 16],
      ['Healed without asking', 11],
      ['Denied', 1],
      ['Expired', 3],
      ['Handed to a person', 4],
      ['Retried', 1],
      ['Open at the end', 4],
    ] as const)
      expect(text).toMatch(new RegExp(`^  ${figure} +${count} `, 'm'));
  });

  it('has no stored report while it runs, so verifying it looks at the cases', async () => {
    expect(await textOf(['--week', 'current', '--verify'])).toMatch(
      /^Verified the cases of 2026-W47, as of .*: everything holds\n {2}16 cases read whole\n {2}No report of this week is stored/,
    );
  });

  it('is stored when it is over, and holds when cases go on', async () => {
    await jumpTo('2026-11-23T00:20:00.000Z');
    const deps = reportingDeps({
      settings: world.deployment.settings,
      client: documents,
      app: world.app,
    });
    const kept = await get('?week=2026-W47');
    expect(kept).toMatchObject({ status: 200, body: { isStored: false, consoleUrl: null } });
    expect(await deps.reports.put(await reportToStore(deps, WEEK))).toBe(true);
    const needy = await world.cases({ status: 'needs-human' });
    for (const { id } of needy)
      await world.track(world.app.selfheal.close(id, person('ada'), 'Done by hand.'));
    breakResource(world.sandbox.world, 'shop-dev-invoices-eu-west-1', {
      account: '333333333333',
      region: 'eu-west-1',
      rule: 'S3_BUCKET_VERSIONING_ENABLED',
      nowMs: world.sandbox.clock.nowMs(),
    });
    world.sandbox.wake();
    await world.until(() => world.told('resolved') === 12, hourMs);
    expect(needy.length).toBeGreaterThan(2);
    expect(await textOf(['--verify'])).toMatch(
      /^Verified the report stored at 2026-11-23T00:2.*Z of 2026-W47, as of 2026-11-23T00:00:00.000Z: everything holds\n {2}17 cases read whole, \d{3,} numbers compared with what they give\n$/,
    );
    const { body } = await get('');
    const { report: stored, isStored } = body as ReportAnswer;
    expect([isStored, stored.week.id, stored.total.figures['closed-by-human']]).toEqual([
      true,
      '2026-W47',
      0,
    ]);
  });

  it('lists behind each figure as many cases as it counts, of the whole and of a group', async () => {
    const { report: told } = (await get('')).body as ReportAnswer;
    for (const figure of FIGURE_NAMES) {
      const { body } = await get(`/cases?figure=${figure}`);
      expect([figure, (body as CasesAnswer).total]).toEqual([figure, told.total.figures[figure]]);
    }
    for (const { key, figures } of told.by.account) {
      const { body } = await get(`/cases?figure=opened&by=account&key=${key}&limit=1`);
      expect(body).toMatchObject({ total: figures.opened, cases: [{ account: key }] });
    }
    const out = await textOf(['--cases', 'denied']);
    expect(out).toMatch(
      /^Denied in 2026-W47: 1\. Cases on which somebody said no in the week\.\nCASE +ENDED AS/,
    );
    expect(out).toContain(denied.id);
    expect(await textOf(['--cases', 'expired', '--by', 'account', '--key', '999999999999'])).toMatch(
      /^Expired in 2026-W47, account 999999999999: 0\./,
    );
  });

  it('is written in every format, and one in a file can be verified', async () => {
    for (const [format, begins] of [
      ['md', /^# Weekly report 2026-W47\n/],
      ['html', /^<!doctype html>/i],
      ['print', /^<!doctype html>/i],
      ['csv', /2026-W47/],
      ['text', /^Weekly report 2026-W47\n/],
    ] as const)
      expect(await textOf(['--format', format])).toMatch(begins);
    const { saved, out } = await report(['--format', 'json', '--output', 'week.json']);
    expect(out).toBe('Written to week.json.\n');
    const text = saved['week.json'] ?? '';
    const kept = JSON.parse(text) as WeeklyReport;
    const held = await report(['--verify', 'week.json'], { 'week.json': text });
    expect(held).toMatchObject({ code: 0, err: '' });
    expect(held.out).toMatch(/^Verified the report in week\.json of 2026-W47, .*: everything holds\n/);
    const better = { ...kept, total: { ...kept.total, figures: { ...kept.total.figures, expired: 0 } } };
    const found = await report(['--verify', 'week.json'], { 'week.json': JSON.stringify(better) });
    expect(found.code).toBe(1);
    expect(found.out).toContain('total.figures.expired: says 0, the cases give 3');
    expect(found.err).toContain('do not fit together');
  });

  it('is verified in parts, too', async () => {
    const figures = await get('/verify?part=figures');
    expect(figures.body).toMatchObject({
      cases: 17,
      found: 0,
      recomputed: { total: { figures: { denied: 1 } } },
    });
    const parts = await Promise.all([1, 2].map((part) => get(`/verify?part=${part}&parts=2`)));
    const read = parts.map(({ body }) => body as Verification);
    expect(read.map(({ found, recomputed }) => [found, recomputed])).toEqual([
      [0, null],
      [0, null],
    ]);
    expect(read.reduce((sum, { cases }) => sum + cases, 0)).toBe(17);
  });

  it('verifies a file that was made while the week ran, by what was known then', async () => {
    const running = await report(['--week', 'current', '--format', 'json']);
    await world.advance(minuteMs);
    const { code, out } = await report(['--verify', 'now.json'], { 'now.json': running.out });
    expect([code, out]).toEqual([0, expect.stringContaining('The file is no copy of the stored report')]);
  });
});

describe('what is asked wrongly', () => {
  it.each([
    ['?week=2026-W54', /week: no year has a week 54; expected one such as 2026-W47, "current"/],
    ['?week=2027-W53', /week: 2027 has 52 weeks, and no W53/],
    ['?week=last', /week: "last" is no ISO week/],
    [
      '?week=2026-W50',
      /week: week 2026-W50 has not begun: it begins on 2026-12-07. The running one is "current" \(2026-W48\), the last that is over 2026-W47/,
    ],
    ['?week=1999-W01', /week: nobody had selfheal in 1999-W01/],
    ['?weak=2026-W47', /weak: there is no parameter "weak": did you mean "week"\?/],
    ['/cases', /figure: say which figure's cases: one of opened, /],
    [
      '/cases?figure=healed-unaskd',
      /figure: there is no figure "healed-unaskd": did you mean "healed-unasked"\?/,
    ],
    ['/cases?figure=opened&by=acount&key=1', /by: there is no dimension "acount": did you mean "account"\?/],
    ['/cases?figure=opened&by=owner', /key: say which owner: its key in the report/],
    ['/cases?figure=opened&key=x', /by: "key" names a group: say by what, one of account, /],
    ['/cases?figure=opened&limit=5000', /limit: expected a whole number up to 1,000/],
    ['/verify?part=4&parts=3', /part: expected "figures", or one of 1 to 3 with "parts" 3/],
    ['/verify?part=some', /part: expected a whole number/],
    ['/verify?week=2026-W47&until=2026-11-30T00:00:00.000Z', /until: expected a time within week 2026-W47/],
  ])('%s is told so', async (path, told) => {
    const { status, body } = await get(path);
    const { error } = body as { readonly error: { readonly path: string; readonly message: string } };
    expect(status).toBe(400);
    expect(`${error.path}: ${error.message}`).toMatch(told);
  });

  it.each([
    [
      ['--week', 'last'],
      /--week: expected a week such as 2026-W47, or current, found "last"\. Without --week it is the last one that is over/,
    ],
    [['--cases', 'expird'], /--cases: there is no figure "expird", did you mean "expired"\?/],
    [['--cases', 'expired', '--by', 'owner'], /--by owner needs the group/],
    [['--cases', 'expired', '--key', 'x'], /--key names a group/],
    [['--by', 'owner', '--key', 'x'], /--by and --key belong to --cases/],
    [['--verify', '--cases', 'expired'], /two questions/],
    [['--verify', '--format', 'html'], /--verify is told as text or json, not as html/],
    [['--format', 'pdf'], /Allowed choices are text, md, html, json, csv, print/],
  ])('%j is wrong use', async (line, told) => {
    const { code, out, err } = await report(line);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(told);
  });

  it.each([
    [['--verify', 'nothing.json'], /There is no file nothing\.json/],
    [['--verify', 'other.json'], /other\.json is no weekly report/],
    [['--week', '2026-W50'], /has not begun/],
  ])('%j fails', async (line, told) => {
    const { code, err } = await report(line, { 'other.json': '{"version": 2}' });
    expect(code).toBe(1);
    expect(err).toMatch(told);
  });
});

describe('somebody who edits the table', () => {
  type Edit = (item: Values) => Values;
  const tableName = () => world.deployment.settings.tableName;
  const keyOf = ({ findingId, number }: Case) => ({ ...caseKey(findingId, number) });

  /** What is verified while an item is another; then it is as it was. */
  const whileEdited = async (about: Case, edit: Edit) => {
    const { Item } = await documents.get({ TableName: tableName(), Key: keyOf(about) });
    await documents.put({ TableName: tableName(), Item: edit(Item as Values) });
    const told = await report(['--verify']);
    await documents.put({ TableName: tableName(), Item: Item as Values });
    return told;
  };
  /** With a digest that fits again: only what it tells gives it away. */
  const resealed =
    (edit: (about: Case) => object): Edit =>
    (item) => {
      const edited = { ...(item.case as Case), ...edit(item.case as Case) };
      return { ...item, case: edited, digest: digestOf(edited) };
    };
  const healed = async () =>
    (await world.cases({ status: 'resolved' })).find(({ openedAt }) => openedAt < WEEK.to) as Case;

  it.each<[string, Edit, readonly RegExp[]]>([
    [
      'who writes that a denied case was healed',
      (item) => ({ ...item, case: { ...(item.case as Case), state: { name: 'resolved' } } }),
      [/its digest is not that of what it says/, /its state is resolved, but its timeline ends as denied/],
    ],
    [
      'who takes the row in the index for what counts',
      (item) => ({ ...item, row: String(item.row).replace('"denied"', '"self-resolved"') }),
      [/its row in the index says .* is .*"self-resolved"/],
    ],
    [
      'who moves it into another account',
      resealed(({ finding }) => ({ finding: { ...finding, account: '333333333333' } })),
      [
        /its id belongs to another finding/,
        /by\.account\[333333333333\]\.figures\.opened: says \d+, the cases give/,
      ],
    ],
    [
      'who hides it from the index',
      ({ closedMonth: _, ...item }) => item,
      [
        /the report counted it, and it is in no list.*closedMonth is absent/,
        /total\.figures\.denied: says 1, the cases give 0/,
      ],
    ],
    [
      'who has it denied in another week',
      resealed(({ state, timeline }) => ({
        state: { ...state, closedAt: '2026-11-23T00:00:30.000Z' },
        timeline: timeline.map((entry) =>
          entry.what === 'denied' ? { ...entry, at: '2026-11-23T00:00:30.000Z' } : entry,
        ),
      })),
      [
        /Cases that were changed after the report was made:/,
        /total\.figures\.denied: says 1, the cases give 0/,
      ],
    ],
  ])('is found: %s', async (_, edit, told) => {
    const { code, out, err } = await whileEdited(denied, edit);
    expect(code).toBe(1);
    expect(out).toContain(denied.id);
    for (const words of told) expect(out).toMatch(words);
    expect(err).toContain('do not fit together');
  });

  it('is found: who deletes a case', async () => {
    const { Item } = await documents.get({ TableName: tableName(), Key: keyOf(denied) });
    await documents.delete({ TableName: tableName(), Key: keyOf(denied) });
    const { code, out } = await report(['--verify']);
    await documents.put({ TableName: tableName(), Item: Item as Values });
    expect(code).toBe(1);
    expect(out).toContain(`${denied.id}: the report counted it, and it is not there any more`);
  });

  it('is found: who adds one', async () => {
    const about = await healed();
    const { Item } = await documents.get({ TableName: tableName(), Key: keyOf(about) });
    const copy = { ...about, number: 2, id: `${about.findingId}-2` };
    const added = { ...Item, ...caseKey(about.findingId, 2), case: copy, digest: digestOf(copy) };
    await documents.put({ TableName: tableName(), Item: added });
    const { code, out } = await report(['--verify']);
    await documents.delete({ TableName: tableName(), Key: { ...caseKey(about.findingId, 2) } });
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`${copy.id}: the report was made without it`));
    expect(out).toMatch(/total\.figures\.resolved: says 11, the cases give 12/);
  });

  it('is found: who changes the stored report', async () => {
    const { Items } = await documents.query({
      TableName: tableName(),
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'report' },
    });
    const head = Items[0]?.report as { readonly digest: string } | undefined;
    const Key = { pk: `report-part#2026-W47#report#${head?.digest}`, sk: '0001' };
    const { Item } = await documents.get({ TableName: tableName(), Key });
    const text = String(Item?.text).replace('"expired":3', '"expired":2');
    await documents.put({ TableName: tableName(), Item: { ...Key, text } });
    const { code, out } = await report(['--verify']);
    const shown = await report();
    await documents.put({ TableName: tableName(), Item: Item as Values });
    expect([code, shown.code]).toEqual([1, 0]);
    expect(out).toContain('its text was changed after it was stored');
    expect(out).toContain('total.figures.expired: says 2, the cases give 3');
    // Who only looks is told, and shown what the cases say.
    expect(shown.out).toContain('The stored report of this week cannot be trusted');
    expect(shown.out).toMatch(/^ {2}Expired +3 /m);
  });

  it('and who has put all back as it was finds that everything holds', async () => {
    expect(await textOf(['--verify'])).toContain(': everything holds\n');
    expect(await world.cases()).toHaveLength(17);
  });
});
