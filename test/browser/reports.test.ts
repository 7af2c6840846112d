/**
 * Weekly reports in a real browser: the pages, the mail and the print, audited by axe on a phone and on a desk, by
 * light and by dark; walked through without a mouse and without script; with whatever others have written.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Case } from '../../domain/case/case.ts';
import { caseId, findingId } from '../../domain/finding.ts';
import type { WeeklyReport } from '../../domain/report/weekly-report.ts';
import { renderHtml } from '../../infra/report/render-html.ts';
import { reportLinks } from '../../infra/report/report-links.ts';
import { HOSTILE } from '../console/page/hostile-case.ts';
import { aCase, finding } from '../support/cases.ts';
import { complaintsOf, DESKTOP, startChromium, tooWide, violations } from '../support/chromium.ts';
import { type ServedPages, servePages } from '../support/served-pages.ts';
import { EMPTY_REPORT, hostileReport, WEEKLY_REPORT } from '../support/weekly-report.ts';

const NARROW = { width: 360, height: 740 };
const MONDAY = '2026-11-23T09:00:00.000Z';
const COLOURS = ['color-contrast', 'link-in-text-block'];

let browser: Browser;
let pages: ServedPages | undefined;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());
afterEach(async () => {
  pages?.close();
  pages = undefined;
  for (const context of browser.contexts()) await context.close();
});

const openCases: readonly Case[] = ['payroll', 'exports'].map((resourceId) => {
  const of = { ...finding, resourceId };
  return {
    ...aCase('queued'),
    id: caseId(of, 1),
    findingId: findingId(of),
    finding: of,
    openedAt: '2026-11-17T08:00:00.000Z',
  };
});

const visit = async (
  report: WeeklyReport,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly url: string }> => {
  pages = await servePages({ reports: [report], cases: openCases, now: MONDAY });
  const context = await browser.newContext({ viewport: NARROW, ...options });
  return { page: await context.newPage(), url: pages.url };
};

const fileOf = (report: WeeklyReport, variant: 'mail' | 'print'): string =>
  renderHtml(report, { links: reportLinks(report.week.id, 'https://selfheal.example'), variant });

const audit = async (page: Page, what: string, viewports = [NARROW, DESKTOP]): Promise<void> => {
  for (const viewport of viewports) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await violations(page), `${what}, ${viewport.width}, by light`).toEqual([]);
    // The same page but for its colours.
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violations(page, COLOURS), `${what}, ${viewport.width}, by dark`).toEqual([]);
    expect(await tooWide(page), `${what}, ${viewport.width}`).toBe(0);
  }
};

describe('the audit', () => {
  it('finds nothing on the pages, and nobody has to scroll sideways', async () => {
    const { page, url } = await visit(WEEKLY_REPORT, { bypassCSP: true });
    for (const path of [
      '/reports',
      '/reports/2026-W47',
      '/reports/current',
      '/reports/2026-W47/cases?figure=opened',
    ]) {
      expect((await page.goto(`${url}${path}`))?.status(), path).toBe(200);
      await audit(page, path, path.endsWith('W47') ? undefined : [NARROW]);
    }
  });

  it('finds nothing in the mail and in the print, which ask for nothing at all', async () => {
    const page = await (await browser.newContext()).newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    for (const variant of ['mail', 'print'] as const) {
      const file = fileOf(WEEKLY_REPORT, variant);
      expect(file).not.toMatch(/<(?:script|link|img|iframe|object|embed)\b|\bsrc=|url\(|@import/i);
      await page.setContent(file);
      await audit(page, variant);
      await page.setContent(fileOf(EMPTY_REPORT, variant));
      expect(await violations(page), `${variant}, nothing happened`).toEqual([]);
    }
    expect(asked).toEqual([]);
  });
});

describe('a mail whose reader takes style sheets and drawings out', () => {
  it('reads on white and on black, tells every figure, and is no wider than a phone', async () => {
    const page = await (await browser.newContext({ viewport: NARROW })).newPage();
    const file = fileOf(WEEKLY_REPORT, 'mail');
    const stripped = file.replace(/<style>[\s\S]*?<\/style>/g, '').replace(/<svg[\s\S]*?<\/svg>/g, '');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setContent(stripped);
      expect(await violations(page, COLOURS), colorScheme).toEqual([]);
      expect(await tooWide(page), colorScheme).toBe(0);
    }
    const text = ((await page.locator('body').textContent()) ?? '').replaceAll('\u00a0', ' ');
    for (const figure of ['93.0 %', '175 of 188', '82.1 %', '301', '50.7 % of all the time', '1 of 60 lanes'])
      expect(text).toContain(figure);
  });
});

describe('charts', () => {
  it('are named and described, and can be told from the page when colours are forced', async () => {
    const { page, url } = await visit(WEEKLY_REPORT);
    await page.goto(`${url}/reports/2026-W47`);
    for (const name of [/Success rate, cases opened/, /Where the time of healed cases goes/])
      expect(await page.getByRole('img', { name }).count()).toBe(1);
    await page.emulateMedia({ forcedColors: 'active' });
    const unseen = await page.evaluate(`(() => {
      const behind = getComputedStyle(document.body).backgroundColor;
      return [...document.querySelectorAll('.chart rect, .chart path, .chart circle')].filter((one) => {
        const { fill, stroke } = getComputedStyle(one);
        return [fill, stroke].every((colour) => colour === 'none' || colour === behind);
      }).map((one) => one.outerHTML);
    })()`);
    expect(unseen).toEqual([]);
  });
});

describe('on paper', () => {
  it('is a document of A4 pages with a number each, and no row of a table on two of them', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.setContent(fileOf(WEEKLY_REPORT, 'print'));
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    const sheets = pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(sheets).toBeGreaterThanOrEqual(3);
    expect(sheets).toBeLessThanOrEqual(9);
    expect(new Set(pdf.match(/\/MediaBox\s*\[[^\]]*\]/g))).toEqual(
      new Set([expect.stringMatching(/^\/MediaBox\s*\[\s*0 0 59[45]\S* 84[12]\S*\s*\]$/)]),
    );
    const breaks = await page.evaluate(
      `[...new Set([...document.querySelectorAll('tr, figure')].map((one) => getComputedStyle(one).breakInside))]`,
    );
    expect(breaks).toEqual(['avoid']);
  });
});

describe('without a mouse and without script', () => {
  it('one comes from the open cases to the report, from a figure to its cases, and to a case', async () => {
    const { page, url } = await visit(WEEKLY_REPORT, { javaScriptEnabled: false });
    const complaints = complaintsOf(page);
    const openByKey = async (name: string): Promise<void> => {
      const link = page.getByRole('link', { name, exact: true }).first();
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab');
        if (await link.evaluate((one) => one === one.ownerDocument.activeElement)) break;
      }
      await page.keyboard.press('Enter');
    };
    await page.goto(url);
    await openByKey('Reports');
    await page.waitForURL('**/reports');
    await openByKey('2026-W47');
    await page.waitForURL('**/reports/2026-W47');
    await openByKey('214');
    await page.waitForURL('**/cases?figure=opened');
    await openByKey('payroll');
    await page.waitForURL('**/cases/*');
    expect(complaints).toEqual([]);
  });
});

describe('what others have written', () => {
  const ALIVE = `[
    ...document.querySelectorAll('script, img, iframe, object, embed, style, base, image, foreignObject, use'),
    ...[...document.querySelectorAll('*')].filter((one) => [...one.attributes].some(({ name }) => /^on|^style$/.test(name))),
    ...[...document.links].filter(({ origin }) => origin !== location.origin),
  ].map((one) => one.outerHTML.slice(0, 200))`;

  it('runs nowhere, asks for nothing, and stays in its box', async () => {
    const hostile = HOSTILE.map((text) => text.slice(0, 60)).join(' ');
    const { page, url } = await visit(hostileReport(hostile));
    const complaints = complaintsOf(page);
    const asked = new Set<string>();
    page.on('request', (request) => asked.add(new URL(request.url()).origin));
    await page.goto(`${url}/reports/2026-W47`);
    expect(await page.locator('h1').textContent()).toBe('Weekly report 2026-W47');
    expect(await page.evaluate(ALIVE)).toEqual([]);
    for (const viewport of [DESKTOP, NARROW]) {
      await page.setViewportSize(viewport);
      expect(await tooWide(page), `${viewport.width}`).toBe(0);
    }
    expect(complaints).toEqual([]);
    expect([...asked]).toEqual([url]);

    for (const variant of ['mail', 'print'] as const) {
      const file = await browser.newPage({ viewport: NARROW });
      const heard = complaintsOf(file);
      const wanted: string[] = [];
      file.on('request', (request) => wanted.push(request.url()));
      await file.setContent(fileOf(hostileReport(hostile), variant));
      expect(await tooWide(file), variant).toBe(0);
      expect([heard, wanted]).toEqual([[], []]);
      await file.close();
    }
  });
});
