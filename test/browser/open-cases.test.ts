/** The page of open cases in a real browser: what a person sees, on a phone and on a desk, by light and by dark. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningService, startService } from '../../cli/service/start-service.ts';

const CHROMIUM = process.env.SELFHEAL_CHROMIUM ?? '/usr/bin/chromium';

let service: RunningService;
let browser: Browser;

beforeAll(async () => {
  if (!existsSync(CHROMIUM))
    throw new Error(
      `these tests need Chromium at ${CHROMIUM}: install Debian's package, or set SELFHEAL_CHROMIUM`,
    );
  service = await startService({ port: 0, policyFile: 'policy.yml', speed: 100 });
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const waiting = new Promise<void>((resolve) => {
    service.onChange(({ to }) => {
      if (to === 'awaiting-approval') resolve();
    });
  });
  await fetch(`${service.url}/api/sandbox/break`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${service.token}` },
    body: JSON.stringify({
      what: 'shop-prod-payroll-us-east-1',
      rule: 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED',
    }),
  });
  await waiting;
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});

describe.each([
  ['phone', { width: 390, height: 844 }],
  ['desktop', { width: 1280, height: 800 }],
])('on a %s', (_, viewport) => {
  it.each(['light', 'dark'] as const)(
    'shows what is open, and one case whole, by %s',
    async (colorScheme) => {
      const page = await browser.newPage({ viewport, colorScheme });
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      await page.goto(service.url);
      expect(await page.textContent('h1')).toContain('Open cases');
      const link = page.getByRole('link', { name: 'shop-prod-payroll-us-east-1' });
      expect(await link.isVisible()).toBe(true);
      const wider = await page.evaluate('document.documentElement.scrollWidth > window.innerWidth');
      expect(wider).toBe(false);
      await save(page, `open-cases-${viewport.width}-${colorScheme}`);
      await link.click();
      await page.waitForURL(/\/cases\//);
      expect(await page.textContent('body')).toContain(
        'AWSConfigRemediation-ConfigureS3BucketPublicAccessBlock',
      );
      await save(page, `case-${viewport.width}-${colorScheme}`);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );
});

/** For a person to look at; written only when asked for. */
const save = async (
  page: { screenshot(o: { path: string; fullPage: boolean }): Promise<unknown> },
  name: string,
) => {
  const dir = process.env.SELFHEAL_SCREENSHOTS;
  if (dir !== undefined) await page.screenshot({ path: `${dir}/${name}.png`, fullPage: true });
};
