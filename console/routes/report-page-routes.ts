/** The pages of weekly reports: which weeks there are, one of them, and the cases behind a figure. */
import { Hono } from 'hono/tiny';
import { type Week, weekAt, weeksFrom } from '../../domain/report/week.ts';
import { instant } from '../../domain/time.ts';
import { DARK_CSS, LIST_CSS, ON_PAPER_CSS, REPORT_CSS } from '../../infra/report/report-css.ts';
import { reportPath } from '../../infra/report/report-links.ts';
import type { ReadingDeps } from '../http-deps.ts';
import { returnPath } from '../identity/return-path.ts';
import { signInPath } from '../page/layout.ts';
import { CASES_SHOWN_MAX, reportCasesPage } from '../page/report-cases-page.ts';
import { reportPage, reportsPage } from '../page/report-page.ts';
import { askedCases, onlyAsked, weekOf } from '../report-query.ts';
import { visitOf } from '../visit-of.ts';

/** With the one that runs: half a year. */
const WEEKS_SHOWN = 27;

export const reportPageRoutes = (deps: ReadingDeps): Hono => {
  const { app, nowMs } = deps;
  const running = (): Week => weekAt(instant(nowMs()), app.policy().policy.timezone);
  const named = (week: string): Week => weekOf({ week }, instant(nowMs()), app.policy().policy.timezone);
  return new Hono()
    .get('/reports', async (context) => {
      const visit = await visitOf(deps, context);
      if (visit === 'sign-in-first') return context.redirect(signInPath('/reports'), 303);
      const weeks = Array.from({ length: WEEKS_SHOWN }, (_, index) => weeksFrom(running(), -index));
      const { report } = await app.reporting.shown(weeksFrom(running(), -1));
      return context.html(reportsPage(weeks, report.trend, { session: visit.session, signInTo: '/reports' }));
    })
    .get('/reports/:week', async (context) => {
      const week = named(context.req.param('week'));
      const path = reportPath(week.id);
      const visit = await visitOf(deps, context);
      if (visit === 'sign-in-first') return context.redirect(signInPath(path), 303);
      const shown = await app.reporting.shown(week);
      const isRunning = week.id === running().id;
      return context.html(
        reportPage(
          shown,
          { before: weeksFrom(week, -1), ...(!isRunning && { after: weeksFrom(week, 1) }) },
          { session: visit.session, signInTo: path },
        ),
      );
    })
    .get('/reports/:week/cases', async (context) => {
      const week = named(context.req.param('week'));
      const query = onlyAsked(context.req.query(), ['figure', 'by', 'key', 'offset']);
      const { figure, group, offset } = askedCases(query);
      const whole = `${reportPath(week.id)}/cases?${new URLSearchParams(query)}`;
      // Signing in leads back to plain addresses only: from a name that is not, to the report.
      const path = returnPath(whole) === whole ? whole : reportPath(week.id);
      const visit = await visitOf(deps, context);
      if (visit === 'sign-in-first') return context.redirect(signInPath(path), 303);
      const behind = await app.reporting.casesBehind(week, figure, group);
      const from = Math.min(offset, behind.length);
      return context.html(
        reportCasesPage(
          {
            week: week.id,
            of: { figure, ...group },
            total: behind.length,
            offset: from,
            cases: behind.slice(from, from + CASES_SHOWN_MAX),
          },
          { session: visit.session, signInTo: path },
        ),
      );
    })
    .get('/reports.css', (context) =>
      context.body(`${REPORT_CSS}${LIST_CSS}${DARK_CSS}${ON_PAPER_CSS}`, 200, {
        'content-type': 'text/css; charset=utf-8',
      }),
    );
};
