/** The plain page: the open cases, and one case with its story. No script; it works on a phone and without colour. */
import { Hono } from 'hono/tiny';
import type { Case } from '../../domain/case/case.ts';
import { heldBack } from '../../domain/held-back.ts';
import { caseJson, caseSummary } from '../case-json.ts';
import type { HttpDeps } from '../http-deps.ts';
import { casePage } from '../page/case-page.ts';
import { casesPage } from '../page/cases-page.ts';
import { CONSOLE_CSS } from '../page/console-css.ts';
import { noSuchCasePage } from '../page/layout.ts';

/** More than that nobody reads on one page; the command line lists them all. */
const CASES_SHOWN_MAX = 500;

export const pageRoutes = ({ app, nowMs }: HttpDeps): Hono =>
  new Hono()
    .get('/', async (context) => {
      const found: Case[] = [];
      for await (const about of app.ports.cases.list({ status: 'open' })) found.push(about);
      const sorted = found.sort(bySeverityThenAge).map(caseSummary);
      const held = heldBack(await app.ports.controls.read());
      return context.html(casesPage(sorted.slice(0, CASES_SHOWN_MAX), sorted.length, nowMs(), held));
    })
    .get('/cases/:id', async (context) => {
      const about = await app.ports.cases.get(context.req.param('id'));
      return about === undefined
        ? context.html(noSuchCasePage(), 404)
        : context.html(casePage(caseJson(about, await app.ports.controls.read(), app.catalog), nowMs()));
    })
    .get('/console.css', (context) =>
      context.body(CONSOLE_CSS, 200, { 'content-type': 'text/css; charset=utf-8' }),
    );

const RANK: Readonly<Record<Case['severity'], number>> = { critical: 0, high: 1, medium: 2, low: 3 };

const bySeverityThenAge = (left: Case, right: Case): number =>
  RANK[left.severity] - RANK[right.severity] || left.openedAt.localeCompare(right.openedAt);
