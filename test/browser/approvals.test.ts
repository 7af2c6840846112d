/**
 * An on-call engineer with a real browser and the local service: from the message to the healed resource, and by all
 * the other ways that a link, a form and a page can go. What waits is never decided by looking.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Asked, type BrowsedService, signIn, startBrowsedService } from '../support/browsed-service.ts';
import { complaintsOf, PHONE, startChromium, tooWide, violations } from '../support/chromium.ts';

/** A window that is closed while this runs, whenever that is. */
const POLICY = `version: 1
topics: { oncall: selfheal-oncall }
groups: { oncall: { people: [ada], claims: [sre-oncall] } }
windows: { quiet: { cron: '0 ${(new Date().getUTCHours() + 12) % 24} * * *', duration: 1h } }
defaults:
  notify: [oncall]
  approval: { quorum: 1, expires: 24h, from: [oncall] }
  verify: { settle: 1m, timeout: 30m }
entries:
  - { name: public, match: { rule: S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED }, severity: high, mode: approve }
  - { name: versioning, match: { rule: S3_BUCKET_VERSIONING_ENABLED }, mode: approve, windows: [quiet] }
`;
const PUBLIC = 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED';

let service: BrowsedService;
let browser: Browser;
let context: BrowserContext;
beforeAll(async () => {
  [service, browser] = await Promise.all([startBrowsedService(POLICY, 'ada'), startChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});
beforeEach(async () => {
  context = await browser.newContext({ viewport: PHONE, javaScriptEnabled: false });
});
afterEach(() => context.close());

/** Goes on by Tab until it is there, as somebody does who has no mouse. */
const tabTo = async (page: Page, target: Locator): Promise<void> => {
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
  }
  throw new Error('no way leads there by Tab');
};

/** The page of a case, by its link, for somebody who signs in on the way. */
const openAs = async ({ link }: Asked, token: string): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole('link', { name: 'Sign in to decide' }).click();
  await signIn(page, token);
  return page;
};

const undecided = async ({ id }: Asked): Promise<void> =>
  expect((await service.read(id)).state).toMatchObject({ name: 'awaiting-approval', decisions: [] });

describe('whoever is asked', () => {
  it('opens the link in the message, signs in, reads, approves, all by the keyboard, and it is healed', async () => {
    const asked = await service.asked('shop-prod-payroll-us-east-1', PUBLIC);
    expect(asked.subject).toMatch(/^\[HIGH\] Approve\? S3 bucket "shop-prod-payroll-us-east-1"/);
    const page = await context.newPage();
    const complaints = complaintsOf(page);

    await page.goto(asked.link);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(
      'Approve? S3 bucket "shop-prod-payroll-us-east-1" does not block public access',
    );
    expect(await page.getByRole('button', { name: /Approve|Deny/ }).count()).toBe(0);
    await undecided(asked);

    await tabTo(page, page.getByRole('link', { name: 'Sign in to decide' }));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await tabTo(page, page.getByLabel('Token'));
    await page.keyboard.insertText(service.token);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${service.url}/cases/${asked.id}`);
    await undecided(asked);

    await tabTo(page, page.getByLabel('Reason'));
    await page.keyboard.type('nobody needs it from outside');
    await tabTo(page, page.getByRole('button', { name: 'Approve' }));
    await page.keyboard.press('Enter');
    expect(await page.getByRole('status').textContent()).toContain('You approved this plan');
    expect((await service.read(asked.id)).approval).toMatchObject({
      decisions: [
        { who: 'ada', answer: 'approve', reason: 'nobody needs it from outside', groups: ['oncall'] },
      ],
    });

    await service.until(asked.id, 'resolved');
    await page.reload();
    expect(await page.locator('.kicker').textContent()).toContain('Healed');
    expect(complaints).toEqual([]);
  });

  it('denies until a day, by one click or two; reload and back decide nothing more', async () => {
    const asked = await service.asked('shop-dev-invoices-eu-west-1', PUBLIC);
    const page = await openAs(asked, service.token);
    await page.getByRole('link', { name: 'selfheal' }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Open cases');
    await page.getByRole('link', { name: 'shop-dev-invoices-eu-west-1' }).click();
    await page.getByLabel('Reason').fill('a public price list');
    await page.getByText('leave it alone for longer', { exact: false }).click();
    await page.getByLabel(/leave it alone until/).fill('2099-12-31');
    await page.getByRole('button', { name: 'Deny' }).dblclick();
    expect(await page.getByRole('status').textContent()).toContain('You denied this plan');
    const decided = await service.read(asked.id);
    expect(decided.state).toMatchObject({
      name: 'denied',
      decision: { who: 'ada', answer: 'deny', reason: 'a public price list' },
    });
    expect(decided.timeline.filter(({ what }) => /den(y|ied)/.test(what))).toHaveLength(1);

    await page.reload();
    await page.goBack();
    // A browser may show what it remembers: sending that again decides nothing either.
    const again = page.getByRole('button', { name: 'Approve' });
    if ((await again.count()) > 0) {
      await page.getByLabel('Reason').fill('changed my mind');
      await again.click();
      expect(await page.getByRole('alert').textContent()).toContain('Nothing was decided');
    }
    expect((await service.read(asked.id)).state).toEqual(decided.state);
    const exemptions = await fetch(`${service.url}/api/exemptions`);
    expect(JSON.stringify(await exemptions.json())).toContain('a public price list');
  });

  it('approves for the next window, and nothing starts before', async () => {
    const asked = await service.asked('shop-prod-exports-us-east-1', 'S3_BUCKET_VERSIONING_ENABLED');
    const page = await openAs(asked, service.token);
    await page.getByText('Start later').click();
    await page.getByRole('radio', { name: /not before window .quiet. opens/ }).check();
    await page.getByRole('button', { name: 'Approve' }).click();
    expect(await page.getByRole('status').textContent()).toMatch(
      /You approved this plan.*It starts not before/,
    );
    const { approval } = await service.read(asked.id);
    const [decision] = approval?.decisions ?? [];
    expect(decision).toMatchObject({ who: 'ada', answer: 'approve' });
    expect(decision?.notBefore).toMatch(/:00:00\.000Z$/);
    await service.until(asked.id, 'held');
    expect((await service.read(asked.id)).attempts).toBe(0);
  });
});

describe('nothing is decided', () => {
  let asked: Asked;
  beforeAll(async () => {
    asked = await service.asked('shop-dev-assets-eu-west-1', PUBLIC);
  });
  afterEach(() => undecided(asked));

  it('by who is in no group that decides; whoever has the claim may', async () => {
    const page = await openAs(asked, await service.tokenOf('eve'));
    expect(await page.getByRole('note').textContent()).toContain(
      'You may look, but not decide: eve is in none of the groups',
    );
    expect(await page.getByRole('button', { name: /Approve|Deny/ }).count()).toBe(0);
    await context.clearCookies();
    const other = await openAs(asked, await service.tokenOf('grace', { groups: ['sre-oncall'] }));
    expect(await other.getByRole('button', { name: 'Approve' }).count()).toBe(1);
  });

  it('by a token that does not hold, which the provider says', async () => {
    const page = await context.newPage();
    await page.goto(asked.link);
    await page.getByRole('link', { name: 'Sign in to decide' }).click();
    await page.getByLabel('Token').fill(`${service.token}x`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('This token does not hold');
  });

  it('by HEAD, by a scanner that follows each link, or by a browser that fetches ahead', async () => {
    const page = await openAs(asked, service.token);
    const before = JSON.stringify(await service.read(asked.id));
    const seen = await foreign(
      `<link rel="prefetch" href="${asked.link}"><link rel="prefetch" href="${service.url}/cases/${asked.id}">
       <script type="speculationrules">{"prerender": [{"urls": ["${asked.link}"]}]}</script>
       <img src="${service.url}/cases/${asked.id}/decision" alt="">`,
      page,
      async () => {
        for (const path of [
          asked.link,
          `${service.url}/cases/${asked.id}`,
          `${service.url}/cases/${asked.id}/decision`,
        ])
          for (const method of ['HEAD', 'GET', 'OPTIONS']) await context.request.fetch(path, { method });
      },
    );
    expect(seen.length).toBeGreaterThan(0);
    expect(JSON.stringify(await service.read(asked.id))).toBe(before);
  });

  it.each(['127.0.0.1', 'localhost'])(
    'by a form on a foreign page of %s, or by one in a frame',
    async (host) => {
      const page = await openAs(asked, service.token);
      const hidden = (name: string) => page.locator(`.decision input[name=${name}]`).getAttribute('value');
      const fields = { csrf: await hidden('csrf'), planHash: await hidden('planHash') };
      expect(fields.planHash).toMatch(/^[0-9a-f]{64}$/);
      const before = JSON.stringify(await service.read(asked.id));
      const form = `<form method="post" action="${service.url}/cases/${asked.id}/decision">
      <input name="csrf" value="${fields.csrf}"><input name="planHash" value="${fields.planHash}">
      <input name="reason" value="a prize"><button name="answer" value="approve">You have won</button></form>
      <iframe title="theirs" src="${service.url}/cases/${asked.id}"></iframe>`;
      const act = async (): Promise<void> => {
        const [, framed] = page.frames();
        // A frame that shows nothing of ours has nothing to be pressed in it.
        const shown = await framed
          ?.getByText('Approve')
          .count()
          .catch(() => 0);
        expect(shown).toBe(0);
        const [posted] = await Promise.all([
          page.waitForResponse((answer) => answer.request().method() === 'POST'),
          page.getByRole('button', { name: 'You have won' }).click(),
        ]);
        expect(posted.status()).toBe(403);
      };
      await foreign(form, page, act, host);
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Not allowed');
      expect(JSON.stringify(await service.read(asked.id))).toBe(before);
    },
  );

  it('at the provider, whose page passes the audit and fits the screen', async () => {
    const audited = await browser.newContext({ viewport: PHONE, bypassCSP: true });
    const page = await audited.newPage();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(`${service.url}/sign-in?to=/cases/${asked.id}`);
      expect(await violations(page)).toEqual([]);
      expect(await tooWide(page)).toBe(0);
      // What somebody sees whose sign-in came to nothing.
      await page.goto(`${service.url}/sign-in/callback`);
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Not signed in');
      expect(await violations(page)).toEqual([]);
    }
    await audited.close();
  });
});

/** Somebody else's page, by another port, in the same browser; answers what the browser asked of our service there. */
const foreign = async (
  html: string,
  page: Page,
  act: () => Promise<void>,
  host = '127.0.0.1',
): Promise<readonly string[]> => {
  const server: Server = createServer((_, response) => {
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(`<!doctype html><title>Foreign</title>${html}`);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const seen: string[] = [];
  page.on('request', (request) => {
    if (request.url().startsWith(service.url)) seen.push(request.url());
  });
  try {
    await page.goto(`http://${host}:${(server.address() as AddressInfo).port}/`, { waitUntil: 'load' });
    await act();
    await page.waitForLoadState();
    return seen;
  } finally {
    server.closeAllConnections();
    server.close();
  }
};
