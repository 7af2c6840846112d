/** The form by which people decide: what it changes, and all that changes nothing. */
import { beforeEach, describe, expect, it } from 'vitest';
import { FORM_BYTES_MAX } from '../../../console/guard.ts';
import { PortError } from '../../../domain/ports.ts';
import { hourMs } from '../../../domain/time.ts';
import { exemptingOnDemand } from '../../../infra/exempting-on-demand.ts';
import { hash, NOW, terms } from '../../support/cases.ts';
import { csrfFor, ORIGIN, type PageService, pageService } from '../../support/page-service.ts';
import { askedCase } from './asked-case.ts';

const about = askedCase();
const APPROVE = { planHash: hash, answer: 'approve', reason: 'looks right' };
const DENY = { planHash: hash, answer: 'deny', reason: 'not now' };

const ONCALL = `version: 1
topics: {default: selfheal-default}
groups: {oncall: {people: [bob]}}
defaults: {notify: [default], approval: {from: [oncall]}}
entries:
  - {name: versioning, match: {rule: S3_BUCKET_VERSIONING_ENABLED}, mode: approve}
`;

let service: PageService;
beforeEach(async () => {
  service = await pageService({
    cases: [about],
    decorate: (ports) => ({ ...ports, exempting: exemptingOnDemand(ports) }),
  });
});

const stateOf = async () => (await service.ports.cases.get(about.id))?.state;

describe('the form', () => {
  it('approves: the case goes on, and its page tells what came of it', async () => {
    const stop = { scope: { kind: 'everything' }, who: 'eve', reason: 'wait', since: NOW } as const;
    await service.ports.controls.addStopSwitch(stop);
    const sent = await service.send(about, APPROVE);
    expect([sent.status, sent.headers.get('location')]).toEqual([303, `/cases/${about.id}`]);
    expect(await stateOf()).toMatchObject({ name: 'held', reason: 'stop-switch' });
    expect((await service.ports.cases.get(about.id))?.approval?.decisions).toMatchObject([
      { who: 'ada', answer: 'approve', reason: 'looks right', planHash: hash },
    ]);
    const { html } = await service.get(sent.headers.get('location') ?? '', 'ada');
    expect(html).toContain('<strong>You approved this plan</strong>');
  });

  it('denies, with a reason', async () => {
    expect((await service.send(about, DENY)).status).toBe(303);
    expect(await stateOf()).toMatchObject({ name: 'denied', decision: { who: 'ada', reason: 'not now' } });
  });

  it('denies and leaves it alone until the end of a day', async () => {
    expect((await service.send(about, { ...DENY, exemptUntil: '2026-12-31' })).status).toBe(303);
    expect((await stateOf())?.name).toBe('denied');
    expect(await service.ports.exemptions.all()).toMatchObject([
      { exemption: { owner: 'ada', reason: 'not now', expiresAt: '2027-01-01T00:00:00.000Z' } },
    ]);
    const page = async () => (await service.get(`/cases/${about.id}`, 'ada')).html;
    expect(await page()).toContain('It is left alone until 2027-01-01 00:00 UTC, by exemption "');
    const [found] = await service.ports.exemptions.all();
    const name = found?.kind === 'read' ? found.exemption.name : '';
    await service.ports.exempting?.withdraw(name);
    expect(await page()).toContain(`Exemption "${name}", made with it, is not there any more.`);
  });

  it('approves for the next window', async () => {
    const nights = { name: 'nights', cron: '0 22 * * *', durationMs: 4 * hourMs, timezone: 'UTC' };
    const windowed = askedCase({}, {}, { windows: [nights] });
    service = await pageService({ cases: [windowed] });
    expect((await service.send(windowed, { ...APPROVE, start: 'next-window' })).status).toBe(303);
    expect((await service.ports.cases.get(about.id))?.approval?.notBefore).toBe('2026-11-21T22:00:00.000Z');
  });

  it('sent twice decides once', async () => {
    const quorum = { ...terms.approval, quorum: 2 };
    const two = askedCase({}, {}, { approval: quorum });
    service = await pageService({ cases: [two] });
    expect((await service.send(two, APPROVE)).status).toBe(303);
    const before = await stateOf();
    await service.send(two, APPROVE);
    expect(before).toMatchObject({ name: 'awaiting-approval', decisions: [{ who: 'ada' }] });
    expect(await stateOf()).toEqual(before);
    const turned = await service.send(two, DENY);
    expect([turned.status, turned.html]).toEqual([409, expect.stringContaining('Nothing was decided')]);
    expect(await stateOf()).toEqual(before);
  });
});

describe('what is refused on the form', () => {
  it.each([
    ['denying without a reason', { ...DENY, reason: ' \n' }, 422, '#reason'],
    ['a reason that is too long', { ...DENY, reason: 'x'.repeat(1_001) }, 422, '#reason'],
    ['a date that is none', { ...DENY, exemptUntil: '2026-02-31' }, 422, '#exempt-until'],
    ['a date written otherwise', { ...DENY, exemptUntil: '31.12.2026' }, 422, '#exempt-until'],
    ['a date that is over', { ...DENY, exemptUntil: '2026-11-01' }, 422, '#exempt-until'],
    ['approving and leaving it alone', { ...APPROVE, exemptUntil: '2026-12-31' }, 422, '#exempt-until'],
    ['Enter in a field', { ...APPROVE, answer: 'none' }, 422, undefined],
    ['a window that there is not', { ...APPROVE, start: 'next-window' }, 422, undefined],
  ])('%s is told where it can be mended, and nothing is decided', async (_, fields, status, field) => {
    const sent = await service.send(about, fields);
    expect(sent.status).toBe(status);
    expect(sent.html).toContain('<title>Not decided: ');
    expect(sent.html).toContain('role="alert" tabindex="-1" autofocus');
    if (field !== undefined) {
      expect(sent.html).toContain(`<a href="${field}">`);
      expect(sent.html).toMatch(new RegExp(`id="${field.slice(1)}"[^>]*aria-invalid="true"`));
      expect(sent.html).toContain(`id="${field.slice(1)}-problem"`);
    }
    expect(await stateOf()).toMatchObject({ name: 'awaiting-approval', decisions: [] });
    expect(await service.ports.exemptions.all()).toEqual([]);
  });

  it('what was written is still there', async () => {
    const { html } = await service.send(about, { ...DENY, reason: 'not "now"', exemptUntil: '2026-02-31' });
    expect(html).toContain('\nnot &quot;now&quot;</textarea>');
    expect(html).toContain('value="2026-02-31"');
  });

  it('is mended on the very plan that was looked at, by the word of the same visit', async () => {
    const { html } = await service.send(about, { ...DENY, reason: '' });
    const fields = [...html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)];
    // Of the way out, and of the form.
    expect(fields.map(([, name, value]) => [name, value])).toEqual([
      ['csrf', csrfFor('ada')],
      ['csrf', csrfFor('ada')],
      ['planHash', hash],
    ]);
    expect(html).toContain(`<a href="/cases/${about.id}">Look at the whole case again</a>`);
    const sent = await service.send(about, DENY);
    expect(sent.status).toBe(303);
  });

  it('another plan than the one that waits: nobody decides on it but who has looked at it', async () => {
    // What is refused before the plan is looked at, too.
    for (const [wanted, more] of [
      [409, {}],
      [409, { reason: '', answer: 'deny' }],
      [422, { answer: 'none' }],
      [422, { exemptUntil: '2026-12-31' }],
    ] as const) {
      const { status, html } = await service.send(about, {
        ...APPROVE,
        planHash: 'f'.repeat(64),
        ...more,
      });
      expect(status).toBe(wanted);
      expect(html).toContain(`<a href="/cases/${about.id}">Look at the case as it is now</a>`);
      expect(html).not.toContain('name="planHash"');
      expect(html).not.toContain('value="approve"');
    }
    expect(await stateOf()).toMatchObject({ name: 'awaiting-approval', decisions: [] });
  });

  it('somebody who may not, and it stands in the story', async () => {
    const guarded = askedCase({}, {}, { approval: { ...terms.approval, from: ['oncall'] } });
    service = await pageService({ cases: [guarded], policy: ONCALL });
    const { status, html } = await service.send(guarded, APPROVE, { who: 'eve' });
    expect(status).toBe(403);
    expect(html).toContain('eve is in none of the groups that decide on this: oncall');
    const after = await service.ports.cases.get(about.id);
    expect(after?.state).toMatchObject({ name: 'awaiting-approval', decisions: [] });
    expect(after?.timeline).toMatchObject([{ who: 'eve', what: 'decision-refused' }]);
  });

  it('a case that waits no more, by expiry or by another', async () => {
    service = await pageService({ cases: [askedCase({ expiresAt: NOW })] });
    const late = await service.send(about, APPROVE);
    expect([late.status, late.html]).toEqual([409, expect.stringContaining('nobody decided before')]);
    expect(late.html).toContain('You wrote: looks right');
    expect(late.html).not.toContain('name="planHash"');
    const missing = await service.send({ id: 'nowhere-1' }, APPROVE);
    expect([missing.status, missing.html]).toEqual([404, expect.stringContaining('No such case')]);
  });

  it('who cannot be looked after just now: nothing is decided', async () => {
    service = await pageService({
      cases: [about],
      decorate: (ports) => ({
        ...ports,
        cases: {
          ...ports.cases,
          replace: async () => {
            throw new PortError('transient', 'ThrottlingException', 'dynamodb:PutItem', 'slow down');
          },
        },
      }),
    });
    const { status, html } = await service.send(about, APPROVE);
    expect(status).toBe(503);
    expect(html).toContain('Not possible just now');
    expect(await stateOf()).toMatchObject({ name: 'awaiting-approval', decisions: [] });
  });
});

describe('nobody decides', () => {
  const form = new URLSearchParams({ csrf: csrfFor('ada'), ...APPROVE }).toString();

  it.each([
    ['without a visit', { headers: { cookie: '' } }, 401],
    ['without the word of the visit', { body: new URLSearchParams(APPROVE).toString() }, 403],
    ['with the word of another visit', { body: form.replace(csrfFor('ada'), csrfFor('eve')) }, 403],
    ['with the word cut off', { body: form.replace(csrfFor('ada'), csrfFor('ada').slice(0, -1)) }, 403],
    ['from another origin', { headers: { origin: 'https://evil.example' } }, 403],
    ['from another port', { headers: { origin: `${ORIGIN}:8080` } }, 403],
    ['by another scheme', { headers: { origin: ORIGIN.replace('http:', 'https:') } }, 403],
    [
      'from another site that hides its origin',
      { headers: { origin: 'null', 'sec-fetch-site': 'cross-site' } },
      403,
    ],
    ['from a neighbour', { headers: { 'sec-fetch-site': 'same-site' } }, 403],
    ['from our origin, as another header denies', { headers: { 'sec-fetch-site': 'cross-site' } }, 403],
    ['by an address typed in', { headers: { origin: 'null', 'sec-fetch-site': 'none' } }, 403],
    [
      'with a body of JSON',
      { headers: { 'content-type': 'application/json' }, body: JSON.stringify(APPROVE) },
      415,
    ],
    ['with a body in parts', { headers: { 'content-type': 'multipart/form-data; boundary=x' } }, 415],
    ['with a body of text', { headers: { 'content-type': 'text/plain' } }, 415],
    ['with more than a form holds', { body: `${form}&reason=${'x'.repeat(FORM_BYTES_MAX)}` }, 413],
    ['with a field twice', { body: `${form}&answer=deny` }, 400],
    ['with a field that is none of ours', { body: `${form}&who=eve` }, 400],
    ['with another answer', { body: form.replace('approve', 'maybe') }, 400],
    ['with a piece of a hash', { body: form.replace(hash, hash.slice(0, 12)) }, 400],
    ['with nothing', { body: '' }, 400],
  ])('%s', async (_, more, status) => {
    const before = service.state();
    const sent = await service.send(about, APPROVE, more);
    expect(sent.status).toBe(status);
    // A person reads it.
    expect(sent.headers.get('content-type')).toMatch(/^text\/html/);
    expect(sent.html).toMatch(/<h1>|<h2 id="not-decided">/);
    expect(service.state()).toBe(before);
  });

  it('and what they wrote is told them, to be copied, also when the visit has ended', async () => {
    const reason = 'not <b>now</b>,\r\nsays\u202egrace';
    const over = await service.send(about, { ...DENY, reason }, { headers: { cookie: '' } });
    const foreign = await service.send(about, { ...DENY, reason, csrf: csrfFor('eve') });
    for (const [{ status, html }, wanted] of [
      [over, 401],
      [foreign, 403],
    ] as const) {
      expect(status).toBe(wanted);
      expect(html).toContain('You wrote: not &lt;b&gt;now&lt;/b&gt;, says grace</p>');
    }
    const silent = await service.send(about, { ...DENY, reason: ' ' }, { headers: { cookie: '' } });
    expect([silent.status, silent.html]).toEqual([401, expect.not.stringContaining('You wrote')]);
    expect(over.html).not.toContain('name="planHash"');
  });

  it('from a client that does not say where the form came from', async () => {
    const before = service.state();
    for (const headers of [{}, { origin: 'null' }] as Record<string, string>[]) {
      const answer = await service.http.request(`${ORIGIN}/cases/${about.id}/decision`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          cookie: 'visit=ada',
          ...headers,
        },
        body: form,
      });
      expect(answer.status).toBe(403);
    }
    expect(service.state()).toBe(before);
  });

  it('but browsers do, which hide the origin of our pages', async () => {
    const sent = await service.send(about, APPROVE, { headers: { origin: 'null' } });
    expect(sent.status).toBe(303);
  });

  it('by looking again where a refused form leaves the browser: that leads to the case', async () => {
    const before = service.state();
    for (const who of [undefined, 'ada']) {
      const { status, headers } = await service.get(`/cases/${about.id}/decision`, who);
      expect([status, headers.get('location')]).toEqual([303, `/cases/${about.id}`]);
    }
    const odd = await service.get('/cases/%2F%2Fevil.example/decision', 'ada');
    expect(odd.headers.get('location')).toBe('/cases/%2F%2Fevil.example');
    expect(service.state()).toBe(before);
  });

  it('by looking, however it is done', async () => {
    const link = await service.linkTo(about, hash);
    const before = service.state();
    const paths = [
      '/',
      `/cases/${about.id}`,
      link,
      `/cases/${about.id}/decision?${form}`,
      '/console.css',
      '/nowhere',
    ];
    for (const path of paths)
      for (const method of ['GET', 'HEAD', 'OPTIONS'])
        for (const who of [undefined, 'ada']) {
          const { status, html } = await service.get(path, who, method);
          expect(status, `${method} ${path}`).toBeLessThan(500);
          if (method === 'HEAD') expect(html).toBe('');
        }
    const head = await service.get(link, undefined, 'HEAD');
    expect([head.status, head.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
    expect(service.state()).toBe(before);
  });
});

describe('every answer', () => {
  it('is kept nowhere, framed by nobody, tells no address and runs no script', async () => {
    const link = await service.linkTo(about, hash);
    const answers = [
      await service.get('/', 'ada'),
      await service.get(`/cases/${about.id}`, 'ada'),
      await service.get(link),
      await service.get('/decide/nothing'),
      await service.get('/nowhere'),
      await service.send(about, { ...DENY, reason: '' }),
      await service.send(about, APPROVE, { headers: { origin: 'https://evil.example' } }),
      await service.send(about, APPROVE, { body: 'x'.repeat(FORM_BYTES_MAX + 1) }),
    ];
    for (const { headers } of answers)
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy':
          "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
      });
  });
});

describe('a link', () => {
  it('opens the page to be read, for whoever has it, also where one signs in to look', async () => {
    service = await pageService({ cases: [about], openToRead: false });
    const link = await service.linkTo(about, hash);
    const { status, html } = await service.get(link);
    expect(status).toBe(200);
    expect(html).toContain('What would be done');
    expect(html).toContain('Sign in to decide');
    expect(html).not.toContain('<form');
    expect((await service.get(link, 'ada')).html).toContain(`name="planHash" value="${hash}"`);
  });

  it('lets nobody see anything else: for that one signs in', async () => {
    service = await pageService({ cases: [about], openToRead: false });
    for (const path of ['/', `/cases/${about.id}`, '/cases/nowhere-1']) {
      const { status, headers, html } = await service.get(path);
      expect([status, headers.get('location'), html]).toEqual([
        303,
        `/sign-in?to=${encodeURIComponent(path)}`,
        '',
      ]);
      expect((await service.get(path, 'ada')).status).not.toBe(303);
    }
  });

  it('for a plan that is another one now says so, and shows the case as it is, without a form', async () => {
    const { status, html } = await service.get(await service.linkTo(about, 'f'.repeat(64)), 'ada');
    expect(status).toBe(200);
    expect(html).toContain('This is not what you were asked about any more.');
    expect(html).toContain(`<code>${hash.slice(0, 12)}</code> now`);
    expect(html).toContain(`<a href="/cases/${about.id}">Go on with the case as it is now</a>`);
    expect(html).not.toContain('/decision"');
  });

  it('to what was decided, or expired, says so', async () => {
    const link = await service.linkTo(about, hash);
    await service.send(about, DENY);
    const { html } = await service.get(link, 'bob');
    expect(html).toContain('<span class="state">Denied</span>');
    expect(html).toContain('which no longer waits');
    await service.ports.clock.sleep(5 * hourMs);
    expect((await service.get(link)).status).toBe(200);
  });

  it('that opens nothing is told in the same words, whatever is wrong with it', async () => {
    const good = await service.linkTo(about, hash);
    const elsewhere = await pageService({ cases: [about] });
    const bad = [
      '/decide/nothing',
      '/decide/a.b.c',
      good.slice(0, -1),
      `${good}A`,
      good.replace('/decide/e', '/decide/f'),
      await elsewhere.linkTo(about, hash),
      await service.linkTo({ id: 'nowhere-1' }, hash),
    ];
    const answers = await Promise.all(bad.map((path) => service.get(path)));
    await service.ports.clock.sleep(9 * 24 * hourMs);
    answers.push(await service.get(good));
    expect(answers[0]?.html).toContain('This link does not open anything');
    expect(new Set(answers.map(({ status, html }) => `${status} ${html}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(404);
  });

  it('opens nothing while the keys cannot be read', async () => {
    const link = await service.linkTo(about, hash);
    await service.ports.clock.sleep(hourMs);
    service.keys.fails = new PortError('transient', 'ThrottlingException', 'dynamodb:GetItem', 'slow down');
    const { status, html } = await service.get(link);
    expect(status).toBe(503);
    expect(html).toContain('Links cannot be opened just now');
    expect(html).not.toContain(about.finding.resourceId);
    service.keys.fails = undefined;
    expect((await service.get(link)).status).toBe(200);
  });

  it('has a path that decides nothing: nothing can be sent there', async () => {
    const link = await service.linkTo(about, hash);
    const answer = await service.http.request(`${ORIGIN}${link}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: 'visit=ada', origin: ORIGIN },
      body: JSON.stringify(APPROVE),
    });
    expect(answer.status).toBe(404);
    expect(await stateOf()).toMatchObject({ decisions: [] });
  });
});
