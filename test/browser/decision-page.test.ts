/**
 * The pages in a real browser: audited by axe on a phone and on a desk, by light and by dark; decided on without a
 * mouse; too late for what has changed meanwhile; and with whatever others have written in every field.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AwaitingApproval, Case } from '../../domain/case/case.ts';
import { caseId, findingId } from '../../domain/finding.ts';
import { inert } from '../../domain/message.ts';
import { planHash } from '../../domain/plan.ts';
import { hourMs, plusMs } from '../../domain/time.ts';
import { askedCase, decisionOf } from '../console/page/asked-case.ts';
import { HOSTILE, hostileCase } from '../console/page/hostile-case.ts';
import { NIGHT, NIGHT_POLICY, nightCases } from '../docs/night-case.ts';
import { aCase, finding, hash, NOW, plan, terms } from '../support/cases.ts';
import { complaintsOf, DESKTOP, PHONE, startChromium, tooWide, violations } from '../support/chromium.ts';
import type { PageServiceOptions } from '../support/page-service.ts';
import { type ServedPages, servePages } from '../support/served-pages.ts';

let browser: Browser;
let pages: ServedPages;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());
afterEach(async () => {
  pages.close();
  for (const context of browser.contexts()) await context.close();
});

/** A page of somebody who has signed in. */
const visit = async (service: PageServiceOptions, options: BrowserContextOptions = {}): Promise<Page> => {
  pages = await servePages(service);
  const context = await browser.newContext({ viewport: PHONE, ...options });
  await context.addCookies([{ name: 'visit', value: 'ada', url: pages.url }]);
  return context.newPage();
};

const nights = { name: 'nights', cron: '0 22 * * *', durationMs: 4 * hourMs, timezone: 'Europe/Berlin' };
const about = askedCase({}, { severity: 'critical' }, { windows: [nights] });
/** The same of another resource. */
const other = <C extends Case>(found: C, resourceId: string): C => {
  const of = { ...finding, resourceId };
  return { ...found, id: caseId(of, 1), findingId: findingId(of) };
};
const storedIn = async ({ id }: Case) => (await pages.ports.cases.get(id))?.state;

const stopEverything = () =>
  pages.ports.controls.addStopSwitch({
    scope: { kind: 'everything' },
    who: 'eve',
    reason: 'a bad release',
    since: plusMs(NOW, -hourMs),
  });

const COLOURS = ['color-contrast', 'link-in-text-block'];

describe('the audit', () => {
  const closed = [aCase('denied'), aCase('needs-human'), aCase('resolved'), aCase('queued')].map((found, n) =>
    other(found, `closed${n}`),
  );
  const again = other(
    askedCase(
      { changes: ['VersioningState: Enabled, was Suspended'], decisions: [decisionOf('bob')] },
      {},
      { approval: { ...terms.approval, quorum: 2 } },
    ),
    'again',
  );

  it('finds nothing, by light and by dark, on a phone and on a desk; nobody has to scroll sideways', async () => {
    // The pages allow no script; what audits them from outside is let through.
    const page = await visit({ cases: [about, again, ...closed] }, { bypassCSP: true });
    await stopEverything();
    const audit = async (what: string): Promise<void> => {
      for (const viewport of [PHONE, DESKTOP]) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme: 'light' });
        expect(await violations(page), `${what}, ${viewport.width}, by light`).toEqual([]);
        // The same page but for its colours.
        await page.emulateMedia({ colorScheme: 'dark' });
        expect(await violations(page, COLOURS), `${what}, ${viewport.width}, by dark`).toEqual([]);
        expect(await tooWide(page), what).toBe(0);
      }
    };
    for (const path of [
      '/',
      ...[about, again, ...closed].map(({ id }) => `/cases/${id}`),
      '/cases/nowhere-1',
      '/decide/nothing',
      await pages.linkTo(about, 'f'.repeat(64)),
    ]) {
      const answer = await page.goto(`${pages.url}${path}`);
      expect(answer?.status(), path).toBe(/no(where|thing)/.test(path) ? 404 : 200);
      await audit(path);
    }
    await page.goto(`${pages.url}/cases/${about.id}`);
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByRole('alert').waitFor();
    await audit('a refusal');
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByText('You are not signed in').waitFor();
    await audit('a visit that is over');
    await page.goto(`${pages.url}/cases/${about.id}`);
    await audit('the case for who is not signed in');
  });
});

describe('without a mouse and without script', () => {
  it('nobody approves by Enter; one is led to what is missing, and decides', async () => {
    const page = await visit({ cases: [about] }, { javaScriptEnabled: false });
    // What is approved stays where it is, to be looked at.
    await stopEverything();
    const complaints = complaintsOf(page, /422/);
    const { url } = pages;
    await page.goto(`${url}/cases/${about.id}`);
    for (const field of [
      page.getByRole('radio', { name: /not before window/ }),
      page.getByLabel(/leave it alone until/),
    ]) {
      await page.getByLabel('Reason').fill('a reason');
      await page.getByText('Start later').press('Enter');
      await field.press('Enter');
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').textContent()).toContain('press Approve or Deny');
      expect(await storedIn(about)).toMatchObject({ name: 'awaiting-approval', decisions: [] });
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
    expect((await pages.ports.cases.get(about.id))?.approval).toMatchObject({
      planHash: hash,
      decisions: [{ who: 'ada', answer: 'approve', reason: 'nobody needs it public' }],
    });
  });
});

describe('at three in the morning', () => {
  it('what is wrong, what would be done and both buttons are on the first screen of a phone', async () => {
    const page = await visit({ cases: nightCases, policy: NIGHT_POLICY });
    await page.goto(`${pages.url}/cases/${NIGHT.id}`);
    for (const seen of [
      page.getByRole('heading', { name: 'Approve? S3 bucket "payroll" is public' }),
      page.getByText('S3_BUCKET_PUBLIC_READ_PROHIBITED', { exact: true }),
      page.getByText('allows public read access'),
      page.getByText('Closes one S3 bucket to the public'),
      page.getByText('Disrupts work in progress.'),
      page.getByLabel('Reason'),
      page.getByRole('button', { name: 'Approve' }),
      page.getByRole('button', { name: 'Deny' }),
    ]) {
      const box = await seen.boundingBox();
      expect((box?.y ?? PHONE.height) + (box?.height ?? 0)).toBeLessThanOrEqual(PHONE.height);
    }
  });
});

describe('a page that was opened before', () => {
  const approve = async (page: Page): Promise<string | null> => {
    await page.getByLabel('Reason').fill('nobody needs it public');
    await page.getByRole('button', { name: 'Approve' }).click();
    return page.getByRole('alert').textContent();
  };

  it('decides nothing when the time to decide is over', async () => {
    const page = await visit({ cases: [about] });
    await page.goto(`${pages.url}/cases/${about.id}`);
    await pages.ports.clock.sleep(5 * hourMs);
    expect(await approve(page)).toContain('Nothing was decided');
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Look at the case as it is now' }).click();
    expect(await page.locator('.kicker').textContent()).toContain('Too late to decide');
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    expect(await storedIn(about)).toMatchObject({ name: 'awaiting-approval', decisions: [] });
  });

  it('decides nothing when the plan is another one by then, and leads to that one', async () => {
    const page = await visit({ cases: [about] });
    await page.goto(`${pages.url}${await pages.linkTo(about, hash)}`);
    const changed = { ...plan, documentVersion: '2' };
    const state: AwaitingApproval = { ...about.state, plan: changed, planHash: planHash(changed) };
    await pages.ports.cases.replace({ ...about, version: about.version + 1, state });
    expect(await approve(page)).toContain('Nothing was decided');
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Look at the case as it is now' }).click();
    expect(await page.getByText(`You decide on plan ${planHash(changed).slice(0, 12)}`).count()).toBe(1);
    expect(await storedIn(about)).toMatchObject({ name: 'awaiting-approval', decisions: [] });
    await page.goto(`${pages.url}${await pages.linkTo(about, hash)}`);
    expect(await page.getByRole('note').textContent()).toContain('This is not what you were asked about');
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  });
});

/** What has more in it than fits, and shows it outside of its box. */
const OVERFLOWING = `[...document.querySelectorAll('body *')].filter((one) =>
  (one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1 && getComputedStyle(one).overflowX === 'visible' &&
    getComputedStyle(one).display !== 'inline') ||
  one.getBoundingClientRect().right > document.documentElement.clientWidth + 1
).map((one) => one.outerHTML.slice(0, 200))`;
const ALIVE = `[
  ...[...document.querySelectorAll('script, img, svg, iframe, object, embed, style, base')],
  ...[...document.querySelectorAll('*')].filter((one) => [...one.attributes].some(({ name }) => /^on|^style$/.test(name))),
  ...[...document.links].filter(({ origin }) => origin !== location.origin),
].map((one) => one.outerHTML.slice(0, 200))`;

describe('what others have written', () => {
  const NARROW = { width: 360, height: 740 };

  it('runs nowhere, asks for nothing, and stays in its box, in the list and in each case', async () => {
    const cases = HOSTILE.map((text, n) => other(hostileCase(text), `hostile${n}`));
    const page = await visit({ cases }, { viewport: NARROW });
    const complaints = complaintsOf(page);
    const asked = new Set<string>();
    page.on('request', (request) => asked.add(new URL(request.url()).origin));
    const isInert = async (what: string): Promise<void> => {
      await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);
      expect(await page.evaluate(ALIVE), what).toEqual([]);
      for (const viewport of [DESKTOP, NARROW]) {
        await page.setViewportSize(viewport);
        expect(await page.evaluate(OVERFLOWING), `${what}, ${viewport.width}`).toEqual([]);
        expect(await tooWide(page), `${what}, ${viewport.width}`).toBe(0);
      }
    };
    for (const [n, text] of HOSTILE.entries()) {
      await pages.ports.controls.addStopSwitch({
        scope: { kind: 'rule', name: `rule-${n}` },
        who: text,
        reason: text,
        since: NOW,
      });
    }
    await page.goto(pages.url);
    await isInert('the list');
    for (const [n, text] of HOSTILE.entries()) {
      await page.goto(`${pages.url}/cases/${cases[n]?.id}`);
      const said = inert(text, 400).trim().replace(/\s+/g, ' ');
      expect((await page.locator('h1').textContent())?.replace(/\s+/g, ' ')).toContain(said);
      await isInert(said.slice(0, 40));
      await page.getByLabel('Reason').fill(text.slice(0, 900));
      await page.getByRole('button', { name: 'Deny' }).click();
      await page.getByRole('status').waitFor();
      await isInert(`${said.slice(0, 40)}, denied`);
    }
    expect(complaints).toEqual([]);
    expect([...asked]).toEqual([pages.url]);
  });
});
