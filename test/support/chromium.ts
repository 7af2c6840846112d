/** A real browser for tests: Debian's Chromium, driven over its own protocol, and what is asked of every page in it. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1_280, height: 800 };

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Where Chromium is: the file that SELFHEAL_CHROMIUM names, and no other, or else the first that is there.
 *
 * @throws Error that says what to install: a test that needs a browser is not left out where there is none
 */
export const chromiumFile = (named = process.env.SELFHEAL_CHROMIUM, isThere = existsSync): string => {
  const places = named === undefined ? PLACES : [named];
  const found = places.find((place) => isThere(place));
  if (found !== undefined) return found;
  throw new Error(
    `there is no Chromium at ${places.join(', ')}: install it (Debian: sudo apt-get install chromium), or let SELFHEAL_CHROMIUM name its file`,
  );
};

/** As few processes as it can do with, and nothing that calls home. */
export const startChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumFile(),
    args: [
      // Containers allow it no sandbox of its own; it looks at nothing but our pages.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // The same letters on every machine that has the same fonts, for what is compared by eye.
      '--font-render-hinting=none',
    ],
  });

const require = createRequire(import.meta.url);
const axe = (): string => {
  axeSource ??= readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
  return axeSource;
};
let axeSource: string | undefined;

/**
 * What axe finds on the page as it is now; the page's context must have been made with `bypassCSP`.
 *
 * @param rules which of its rules; by default all
 */
export const violations = async (page: Page, rules?: readonly string[]): Promise<readonly string[]> => {
  // What is folded away is read by somebody too.
  await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);
  if (!(await page.evaluate(`'axe' in window`))) await page.addScriptTag({ content: axe() });
  return page.evaluate(
    `axe.run(${JSON.stringify({ resultTypes: ['violations'], ...(rules && { runOnly: rules }) })}).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
  );
};

/** How many pixels the page is wider than the screen: then people have to scroll sideways. */
export const tooWide = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** Whatever the browser complains of from now on: breaches of the policy of content, errors, dialogs. */
export const complaintsOf = (page: Page, expected = /$^/): readonly string[] => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !expected.test(message.text()))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return complaints;
};
