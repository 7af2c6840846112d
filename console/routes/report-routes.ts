/** Weekly reports over HTTP: one of them, the cases behind a figure, and whether all of it can be trusted. */
import { Hono } from 'hono/tiny';
import { FIGURES } from '../../domain/report/figures.ts';
import type { Verification } from '../../domain/report/verify-report.ts';
import { instant } from '../../domain/time.ts';
import type { ReadingDeps } from '../http-deps.ts';
import { type CasesAnswer, caseLine, type ReportAnswer } from '../report-json.ts';
import { askedCases, onlyAsked, partOf, untilOf, weekOf } from '../report-query.ts';

export const reportRoutes = ({ app, nowMs }: ReadingDeps): Hono => {
  const asked = (query: Readonly<Record<string, string>>) => {
    const now = instant(nowMs());
    return { now, week: weekOf(query, now, app.policy().policy.timezone) };
  };
  return new Hono()
    .get('/', async (context) => {
      const { report, isStored } = await app.reporting.shown(
        asked(onlyAsked(context.req.query(), ['week'])).week,
      );
      return context.json({
        report,
        isStored,
        consoleUrl: app.consoleUrl ?? null,
      } satisfies ReportAnswer);
    })
    .get('/cases', async (context) => {
      const query = onlyAsked(context.req.query(), ['week', 'figure', 'by', 'key', 'offset', 'limit']);
      const { week } = asked(query);
      const { figure, group, offset, limit } = askedCases(query);
      const behind = await app.reporting.casesBehind(week, figure, group);
      const { title, definition } = FIGURES[figure];
      return context.json({
        week: week.id,
        figure,
        title,
        definition,
        by: group?.by ?? null,
        key: group?.key ?? null,
        total: behind.length,
        offset,
        cases: behind.slice(offset, offset + limit).map((each) => caseLine(each, app.consoleUrl ?? '')),
      } satisfies CasesAnswer);
    })
    .get('/verify', async (context) => {
      const query = onlyAsked(context.req.query(), ['week', 'until', 'part', 'parts']);
      const { now, week } = asked(query);
      const answer: Verification = await app.reporting.verify(week, untilOf(query, week, now), partOf(query));
      return context.json(answer);
    });
};
