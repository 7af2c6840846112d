/** The page of a decision in a real browser: audited by axe, decided on without a mouse, on a phone and on a desk. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type ServerType, serve } from '@hono/node-server';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Case } from '../../domain/case/case.ts';
import { hourMs, plusMs } from '../../domain/time.ts';
import { askedCase } from '../console/page/asked-case.ts';
import { aCase, hash, NOW } from '../support/cases.ts';
import { type PageService, pageService } from '../support/page-service.ts';

const CHROMIUM = process.env.SELFHEAL_CHROMIUM ?? '/usr/bin/chromium';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const nights = { name: 'nights', cron: '0 22 * * *', durationMs: 4 * hourMs, timezone: 'Europe/Berlin' };
const about = askedCase({}, { severity: 'critical' }, { windows: [nights] });
const denied: Case = { ...aCase('denied'), id: 'another-1', findingId: 'another' };

let browser: Browser;
let service: PageService;
let server: ServerType;
let url = '';
beforeAll(async () => {
  if (!existsSync(CHROMIUM))
    throw new Error(
      `these tests need Chromium at ${CHROMIUM}: install Debian's package, or set SELFHEAL_CHROMIUM`,
    );
  service = await pageService({ cases: [about, denied] });
  await service.ports.controls.addStopSwitch({
    scope: { kind: 'everything' },
    who: 'eve',
    reason: 'a bad release',
    since: plusMs(NOW, -hourMs),
  });
  url = await new Promise((resolve) => {
    server = serve({ fetch: service.http.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve(`http://127.0.0.1:${port}`),
    );
  });
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
  });
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1_280, height: 800 };

/** A page of somebody who has signed in. */
const visit = async (options: Parameters<Browser['newContext']>[0]): Promise<Page> => {
  // The pages allow no script; what audits them from outside is let through.
  const context = await browser.newContext({ ...options, bypassCSP: true });
  await context.addCookies([{ name: 'visit', value: 'ada', url }]);
  return context.newPage();
};

const violations = async (page: Page): Promise<readonly string[]> => {
  await page.addScriptTag({ content: AXE });
  return page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
  );
};

const CASE = `/cases/${about.id}`;
const OTHERS = ['/', `/cases/${denied.id}`, '/cases/nowhere-1', '/decide/nothing'];

describe('the audit', () => {
  it.each([
    ['a phone', 'light', PHONE, [CASE, ...OTHERS]],
    ['a phone', 'dark', PHONE, [CASE]],
    ['a desktop', 'light', DESKTOP, [CASE]],
  ] as const)(
    'finds nothing on %s by %s, and no page is wider than the screen',
    async (_, colorScheme, viewport, paths) => {
      const page = await visit({ viewport, colorScheme });
      for (const path of paths) {
        await page.goto(`${url}${path}`);
        await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);
        expect(await violations(page), path).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), path).toBe(0);
      }
      await page.goto(`${url}${CASE}`);
      await page.getByRole('button', { name: 'Deny' }).click();
      await page.getByRole('alert').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.context().close();
    },
  );
});

describe('without a mouse and without script', () => {
  it('nobody approves by Enter; one is led to what is missing, and decides', async () => {
    const context = await browser.newContext({ viewport: PHONE, javaScriptEnabled: false });
    await context.addCookies([{ name: 'visit', value: 'ada', url }]);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('422')) complaints.push(message.text());
    });
    await page.goto(`${url}/cases/${about.id}`);
    for (const field of [
      page.getByRole('radio', { name: /not before window/ }),
      page.getByLabel(/leave it alone until/),
    ]) {
      await page.getByLabel('Reason').fill('a reason');
      await field.press('Enter');
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').textContent()).toContain('press Approve or Deny');
      expect((await service.ports.cases.get(about.id))?.state).toMatchObject({
        name: 'awaiting-approval',
        decisions: [],
      });
      await page.goto(`${url}/cases/${about.id}`);
    }
    await page.getByRole('button', { name: 'Approve' }).press('Enter');
    await page.getByRole('alert').waitFor();
    await page.getByRole('alert').getByRole('link').press('Enter');
    await page.getByLabel('Reason').fill('nobody needs it public');
    await page.getByRole('button', { name: 'Approve' }).press('Enter');
    await page.getByRole('status').waitFor();
    expect(await page.getByRole('status').textContent()).toContain('You approved this plan');
    expect(page.url()).toBe(`${url}/cases/${about.id}`);
    expect(complaints).toEqual([]);
    const decided = await service.ports.cases.get(about.id);
    expect(decided?.approval).toMatchObject({
      planHash: hash,
      decisions: [{ who: 'ada', answer: 'approve', reason: 'nobody needs it public' }],
    });
    await context.close();
  });
});
