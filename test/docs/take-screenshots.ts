/** Takes the pictures of the page of a decision anew, after it has changed: npx tsx test/docs/take-screenshots.ts */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DESKTOP, PHONE, startChromium } from '../support/chromium.ts';
import { servePages } from '../support/served-pages.ts';
import { root } from './markdown.ts';
import { NIGHT, NIGHT_POLICY, nightCases } from './night-case.ts';

const folder = process.argv[2] ?? join(root, 'docs/images');
mkdirSync(folder, { recursive: true });
const pages = await servePages({ cases: nightCases, policy: NIGHT_POLICY });
const browser = await startChromium();
for (const [name, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP }))
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ viewport, colorScheme });
    await context.addCookies([{ name: 'visit', value: 'ada', url: pages.url }]);
    const page = await context.newPage();
    await page.goto(`${pages.url}/cases/${NIGHT.id}`);
    // What is on the screen, and no more: that is what somebody sees who does not scroll.
    await page.screenshot({ path: join(folder, `decision-${name}-${colorScheme}.png`) });
    await context.close();
  }
await browser.close();
pages.close();
