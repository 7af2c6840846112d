/** Whatever a week was like, each format shows it: no figure that is none, nothing alive, a mail that is not cut off. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderCsv } from '../../../infra/report/render-csv.ts';
import { renderHtml } from '../../../infra/report/render-html.ts';
import { renderMarkdown } from '../../../infra/report/render-markdown.ts';
import { reportLinks } from '../../../infra/report/report-links.ts';
import { anyReport } from '../../support/arbitrary-report.ts';
import { hostileReport, WEEKLY_REPORT } from '../../support/weekly-report.ts';
import { aliveIn } from './alive.ts';

const links = reportLinks('2026-W47', 'https://selfheal.example');
const NONSENSE = /\bNaN\b|undefined|\[object|Infinity|\bnull\b/;
/** What others wrote may say so; what we make of it may not. */
const saysSo = (report: unknown): boolean => NONSENSE.test(JSON.stringify(report).replaceAll(/:null\b/g, ''));

describe('any report', () => {
  it('is shown in each format without a figure that is none', () => {
    fc.assert(
      fc.property(anyReport, (report) => {
        fc.pre(!saysSo(report));
        for (const variant of ['page', 'mail', 'print'] as const) {
          const text = renderHtml(report, { links, variant });
          expect(NONSENSE.exec(text)?.[0]).toBeUndefined();
          expect(aliveIn(text)).toEqual([]);
          if (variant === 'mail') expect(Buffer.byteLength(text)).toBeLessThan(100_000);
        }
        expect(NONSENSE.exec(renderMarkdown(report, { links }))?.[0]).toBeUndefined();
        const csv = renderCsv(report);
        expect(NONSENSE.exec(csv)?.[0]).toBeUndefined();
        for (const row of rowsOf(csv)) {
          expect(row).toHaveLength(6);
          for (const cell of row) expect(cell).not.toMatch(/^\s*[=+\-@]/);
        }
      }),
      // A smaller one would take minutes to be found, and the seed is told.
      { numRuns: 15, endOnFailure: true },
    );
  });

  it('fits into a mail that is not cut off, with names as long and as wide as can be', () => {
    const [group] = WEEKLY_REPORT.by.owner;
    if (group === undefined) throw new Error('the report has no owner');
    const many = Array.from({ length: 60 }, (_, index) => ({
      ...group,
      key: `${'\u{1f9e8}'.repeat(120)}${index}`,
    }));
    const wide = {
      ...hostileReport('&'.repeat(5_000)),
      by: { account: many, rule: many, severity: many, framework: many, owner: many },
    };
    const mail = renderHtml(wide, { links, variant: 'mail' });
    expect(Buffer.byteLength(mail)).toBeLessThan(100_000);
    expect(mail).toMatch(/… and \d+ more: the report as CSV or JSON has all/);
    expect(mail).toMatch(/<\/html>\n$/);
  });
});

/** As a spreadsheet reads them: a quoted cell may have commas and quotes in it. */
const rowsOf = (csv: string): readonly (readonly string[])[] =>
  csv
    .split('\r\n')
    .slice(0, -1)
    .map((line) =>
      [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, plain]) =>
        (quoted ?? plain ?? '').replaceAll('""', '"'),
      ),
    );
