/** Takes the pictures of the pages anew, after they have changed: npx tsx test/docs/take-screenshots.ts */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DESKTOP, PHONE, startChromium } from '../support/chromium.ts';
import { servePages } from '../support/served-pages.ts';
import { WEEKLY_REPORT } from '../support/weekly-report.ts';
import { root } from './markdown.ts';
import { NIGHT, NIGHT_POLICY, nightCases } from './night-case.ts';

const folder = process.argv[2] ?? join(root, 'docs/images');
mkdirSync(folder, { recursive: true });
const pages = await servePages({ cases: nightCases, policy: NIGHT_POLICY });
const reports = await servePages({ reports: [WEEKLY_REPORT], now: '2026-11-23T09:00:00.000Z' });
const browser = await startChromium();
for (const [name, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP }))
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ viewport, colorScheme });
    await context.addCookies([{ name: 'visit', value: 'ada', url: pages.url }]);
    const page = await context.newPage();
    await page.goto(`${pages.url}/cases/${NIGHT.id}`);
    // What is on the screen, and no more: that is what somebody sees who does not scroll.
    await page.screenshot({ path: join(folder, `decision-${name}-${colorScheme}.png`) });
    await page.goto(`${reports.url}/reports/${WEEKLY_REPORT.week.id}`);
    // All that is read first: down to where the long tables begin.
    const times = await page.locator('section[aria-labelledby="times"]').boundingBox();
    await page.screenshot({
      path: join(folder, `report-${name}-${colorScheme}.png`),
      fullPage: true,
      clip: { x: 0, y: 0, width: viewport.width, height: (times?.y ?? 0) + (times?.height ?? 0) + 24 },
    });
    await context.close();
  }
await browser.close();
pages.close();
reports.close();
