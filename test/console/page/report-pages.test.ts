/** The pages of weekly reports as text: what they show, of whom, and where each figure leads. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import { caseId, findingId } from '../../../domain/finding.ts';
import { aCase, finding } from '../../support/cases.ts';
import { type PageService, pageService } from '../../support/page-service.ts';
import { WEEKLY_REPORT } from '../../support/weekly-report.ts';
import { HOSTILE } from './hostile-case.ts';

const other = <C extends Case>(found: C, resourceId: string): C => {
  const of = { ...finding, resourceId };
  return { ...found, id: caseId(of, 1), findingId: findingId(of) };
};
const openCase = { ...other(aCase('queued'), 'payroll'), openedAt: '2026-11-17T08:00:00.000Z' };
const MONDAY = '2026-11-23T09:00:00.000Z';

let pages: PageService;
beforeAll(async () => {
  pages = await pageService({ cases: [openCase], reports: [WEEKLY_REPORT], now: MONDAY });
});

describe('the list of weeks', () => {
  it('has the one that runs and those before it, with what is known of them', async () => {
    const { status, html } = await pages.get('/reports');
    expect(status).toBe(200);
    expect(
      [...html.matchAll(/href="\/reports\/(\d{4}-W\d\d)"/g)].map(([, week]) => week).slice(0, 3),
    ).toEqual(['2026-W48', '2026-W47', '2026-W46']);
    expect(html).toContain('is not over');
    expect(html).toContain('175 of 188');
  });
});

describe('the report of a week', () => {
  it('is the stored one, and says so', async () => {
    const { html } = await pages.get('/reports/2026-W47');
    expect(html).toContain('93.0');
    expect(html).toContain('as it was stored');
    expect(html).toContain('<link rel="stylesheet" href="/reports.css">');
  });

  it('is made of the cases where none is stored, and says so', async () => {
    const { status, html } = await pages.get('/reports/current');
    expect(status).toBe(200);
    expect(html).toContain('The week is not over');
    expect(html).toContain('made just now');
    expect(html).toContain('Nobody knows whether AWS Config records');
  });

  it('leads from each figure to its cases, and nowhere out of the console', async () => {
    const { html } = await pages.get('/reports/2026-W47');
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href ?? '');
    expect(links).toContain('/reports/2026-W47/cases?figure=opened');
    expect(links).toContain('/reports/2026-W47/cases?figure=opened&amp;by=owner&amp;key=');
    expect(links.filter((href) => !/^(\/|#main$)/.test(href))).toEqual([]);
  });

  it('is refused of a week that there is not, or not yet', async () => {
    for (const week of ['2026-W54', '2027-W10', '<script>'])
      expect((await pages.get(`/reports/${encodeURIComponent(week)}`)).status, week).toBe(400);
  });
});

describe('the cases behind a figure', () => {
  it('are listed with the pages of the cases', async () => {
    const { html } = await pages.get('/reports/2026-W47/cases?figure=opened');
    expect(html).toContain(`href="/cases/${openCase.id}"`);
    expect(html).toContain('Cases that were opened in the week.');
    expect((await pages.get('/reports/2026-W47/cases?figure=resolved')).html).toContain('There is none.');
  });

  it('are those of one group, where one is named', async () => {
    const { account } = openCase.finding;
    const of = (key: string) => pages.get(`/reports/2026-W47/cases?figure=opened&by=account&key=${key}`);
    expect((await of(account)).html).toContain(openCase.id);
    expect((await of('000000000000')).html).not.toContain(openCase.id);
  });

  it('are not guessed at: an unknown figure, group or word is refused', async () => {
    for (const query of ['', 'figure=heald', 'figure=opened&by=moon&key=1', 'figure=opened&limit=5'])
      expect((await pages.get(`/reports/2026-W47/cases?${query}`)).status, query).toBe(400);
  });

  it('are shown under a name that somebody else chose, as text', async () => {
    const harmless = tagsOf(
      (await pages.get('/reports/2026-W47/cases?figure=opened&by=owner&key=data')).html,
    );
    for (const text of HOSTILE.map((one) => one.slice(0, 900).replaceAll('\ud800', ''))) {
      const key = encodeURIComponent(text);
      const { status, html } = await pages.get(`/reports/2026-W47/cases?figure=opened&by=owner&key=${key}`);
      expect(status).toBe(200);
      expect(tagsOf(html)).toEqual(harmless);
    }
  });

  it('are turned over page by page', async () => {
    const many = Array.from({ length: 201 }, (_, index) => ({
      ...other(aCase('queued'), `bucket-${index}`),
      openedAt: '2026-11-17T08:00:00.000Z',
    }));
    const full = await pageService({ cases: many, now: MONDAY });
    const first = (await full.get('/reports/2026-W47/cases?figure=opened')).html;
    expect(first).toContain('1 to 200 of 201');
    const next = /href="([^"]*offset=200)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect((await full.get(next)).html).toContain('201 to 201 of 201');
  });
});

describe('who has not signed in', () => {
  it('is led to sign in, and back to where they wanted to be', async () => {
    const closed = await pageService({ openToRead: false, now: MONDAY });
    for (const path of ['/reports', '/reports/2026-W47', '/reports/2026-W47/cases?figure=opened']) {
      const { status, headers } = await closed.get(path);
      expect([status, headers.get('location')]).toEqual([303, `/sign-in?to=${encodeURIComponent(path)}`]);
      expect((await closed.get(path, 'ada')).status).toBe(200);
    }
    const named = await closed.get('/reports/2026-W47/cases?figure=opened&by=owner&key=a%2Fb');
    expect(named.headers.get('location')).toBe(`/sign-in?to=${encodeURIComponent('/reports/2026-W47')}`);
  });
});

/** Tags with the names of their attributes: what text may not change. */
const tagsOf = (html: string): readonly string[] =>
  [...html.matchAll(/<[a-z!/][^>]*>/gi)].map(([tag]) => tag.replace(/="[^"]*"/g, '=""'));
