/** The pages: the open cases, one case with the plan that people are asked about, and what a link in a message opens. */
import { Hono } from 'hono/tiny';
import type { Case } from '../../domain/case/case.ts';
import { heldBack } from '../../domain/held-back.ts';
import { PortError } from '../../domain/ports.ts';
import { caseSummary } from '../case-json.ts';
import type { ReadingDeps } from '../http-deps.ts';
import { casesPage } from '../page/cases-page.ts';
import { CONSOLE_CSS } from '../page/console-css.ts';
import { decisionPage } from '../page/decision-page.ts';
import { noSuchCasePage, signInPath } from '../page/layout.ts';
import { deadLinkPage, linksUnreadablePage } from '../page/not-opened-page.ts';
import { showCase } from '../show-case.ts';
import { visitOf } from '../visit-of.ts';

/** More than that nobody reads on one page; the command line lists them all. */
const CASES_SHOWN_MAX = 500;

export const pageRoutes = (deps: ReadingDeps): Hono => {
  const { app, nowMs, sessionOf } = deps;
  return (
    new Hono()
      .get('/', async (context) => {
        const visit = await visitOf(deps, context);
        if (visit === 'sign-in-first') return context.redirect(signInPath('/'), 303);
        const found: Case[] = [];
        for await (const about of app.ports.cases.list({ status: 'open' })) found.push(about);
        const sorted = found.sort(bySeverityThenAge).map((about) => caseSummary(about, app.policy().policy));
        const held = heldBack(await app.ports.controls.read());
        return context.html(
          casesPage(sorted.slice(0, CASES_SHOWN_MAX), sorted.length, nowMs(), held, {
            session: visit.session,
            signInTo: '/',
          }),
        );
      })
      .get('/cases/:id', async (context) => {
        const id = context.req.param('id');
        const visit = await visitOf(deps, context);
        if (visit === 'sign-in-first')
          return context.redirect(signInPath(`/cases/${encodeURIComponent(id)}`), 303);
        const shown = await showCase(deps, id, visit.session);
        return shown === undefined
          ? context.html(noSuchCasePage(), 404)
          : context.html(decisionPage({ shown }));
      })
      // Where a browser stands after a form was refused: who looks again, or comes back from signing in, sees the case.
      .get('/cases/:id/decision', (context) =>
        context.redirect(`/cases/${encodeURIComponent(context.req.param('id'))}`, 303),
      )
      .get('/decide/:token', async (context) => {
        try {
          const link = await app.linkReader.open(context.req.param('token'));
          const shown = link && (await showCase(deps, link.caseId, await sessionOf(context)));
          // That a case is gone is nobody's business either.
          return link && shown
            ? context.html(decisionPage({ shown, linkedPlan: link.planHash }))
            : context.html(deadLinkPage(), 404);
        } catch (error) {
          if (!(error instanceof PortError)) throw error;
          app.ports.log.error('link not opened', { operation: error.operation, reason: error.message });
          return context.html(linksUnreadablePage(), 503);
        }
      })
      .get('/console.css', (context) =>
        context.body(CONSOLE_CSS, 200, { 'content-type': 'text/css; charset=utf-8' }),
      )
  );
};

const RANK: Readonly<Record<Case['severity'], number>> = { critical: 0, high: 1, medium: 2, low: 3 };

const bySeverityThenAge = (left: Case, right: Case): number =>
  RANK[left.severity] - RANK[right.severity] || left.openedAt.localeCompare(right.openedAt);
