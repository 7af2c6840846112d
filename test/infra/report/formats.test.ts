/** A week in each format, word for word: whoever changes what a report says sees it here. */
import { describe, expect, it } from 'vitest';
import { renderCsv } from '../../../infra/report/render-csv.ts';
import { renderHtml } from '../../../infra/report/render-html.ts';
import { renderMarkdown } from '../../../infra/report/render-markdown.ts';
import { reportLinks } from '../../../infra/report/report-links.ts';
import { EMPTY_REPORT, hostileReport, WEEKLY_REPORT } from '../../support/weekly-report.ts';
import { aliveIn } from './alive.ts';

const links = reportLinks('2026-W47', 'https://selfheal.example');
const html = (report: typeof WEEKLY_REPORT, variant: 'page' | 'mail' | 'print') =>
  renderHtml(report, { links, variant });

describe('a weekly report', () => {
  it.each([
    ['weekly.md', renderMarkdown(WEEKLY_REPORT, { links })],
    ['weekly.csv', renderCsv(WEEKLY_REPORT)],
    ['page.html', html(WEEKLY_REPORT, 'page')],
    ['mail.html', html(WEEKLY_REPORT, 'mail')],
    ['print.html', html(WEEKLY_REPORT, 'print')],
    ['empty.md', renderMarkdown(EMPTY_REPORT, { links })],
  ])('reads as in %s', async (file, text) => {
    await expect(text).toMatchFileSnapshot(`snapshots/${file}`);
  });

  it('tells trouble with recorders and doubts before any figure, in each format', () => {
    const texts = [
      renderMarkdown(WEEKLY_REPORT, { links }),
      ...(['page', 'mail', 'print'] as const).map((variant) => html(WEEKLY_REPORT, variant)),
    ];
    for (const text of texts) {
      const body = text.slice(text.lastIndexOf('</style>') + 1).replaceAll('\u00a0', ' ');
      const order = ['does not record as it should in 1 of 60 lanes', 'What limits the trust', '93.0 %'];
      const places = order.map((each) => body.indexOf(each));
      expect(places.every((place) => place > 0)).toBe(true);
      expect(places).toEqual(places.toSorted((left, right) => left - right));
    }
    expect(renderCsv(WEEKLY_REPORT).indexOf('555555555555/ap-southeast-2')).toBeLessThan(
      renderCsv(WEEKLY_REPORT).indexOf('resolved'),
    );
  });

  it('has as many tags, and the same, whatever others have written', () => {
    const tags = (text: string) =>
      [...text.matchAll(/<[a-z!/][^>]*>/gi)].map(([tag]) => tag.replace(/="[^"]*"/g, ''));
    for (const variant of ['page', 'mail', 'print'] as const) {
      const harmless = tags(html(hostileReport('harmless'), variant));
      for (const text of [
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        '</style></title><svg/onload=x>',
      ]) {
        const hostile = html(hostileReport(text), variant);
        expect(tags(hostile)).toEqual(harmless);
        expect(aliveIn(hostile)).toEqual([]);
      }
    }
  });

  it('turns nothing around and breaks no line, whatever direction others write in', () => {
    const text = renderMarkdown(hostileReport('\u202egpj.exe\u2066\r\n# heading\u0000'), { links });
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e\u2066]/u);
    expect(text).not.toMatch(/^# heading/m);
  });
});

describe('Markdown', () => {
  it('takes what others wrote for text: no link, no picture, no tag, no further cell, no list', () => {
    const text = renderMarkdown(
      hostileReport('[click](javascript:alert(1)) ![x](http://evil) <b> | `code` *b* http://evil.example'),
      { links },
    );
    const written = text
      .replaceAll('\\\\', '')
      .split('\n')
      .filter((line) => line.includes('click'));
    expect(written.length).toBeGreaterThan(10);
    for (const line of written) {
      // Our own links are all that is left unescaped.
      const rest = line.replaceAll(/\[[^\]\\]*\]\(https:\/\/selfheal\.example[^)\s]*\)/g, '');
      expect(rest).not.toMatch(/(?<!\\)[[\]<`*](?!\*)(?<!\*\*.)|(?<!\\)http:/);
    }
    const rows = text.split('\n').filter((line) => /^\| .*click/.test(line));
    for (const row of rows) expect([3, 4, 5, 6, 7, 8]).toContain(row.split(/(?<!\\)\|/).length - 1);
    expect(renderMarkdown(hostileReport('1. - item'), { links })).toContain('- 1\\. - item');
  });
});

describe('CSV', () => {
  it('has one figure a row, six cells each, and lines that end as RFC 4180 says', () => {
    const lines = renderCsv(WEEKLY_REPORT).split('\r\n');
    expect(lines[0]).toBe('week,dimension,key,figure,value,unit');
    expect(lines.at(-1)).toBe('');
    expect(lines).toContain('2026-W47,total,,resolved,178,cases');
    expect(lines).toContain('2026-W46,total,,opened,183,cases');
    expect(lines).toContain('2026-W47,owner,,opened,43,cases');
    expect(lines).toContain('2026-W47,time,running,p90,341000,ms');
  });

  it.each(['=HYPERLINK("http://evil","x")', '+1+1', '-2+3', '@SUM(A1)', '\t=1+1', ' =1+1'])(
    'keeps a spreadsheet from running %j',
    (formula) => {
      const cells = renderCsv(hostileReport(formula)).split(/,|\r\n/);
      expect(cells.filter((cell) => /^\s*"?\s*[=+\-@]/.test(cell))).toEqual([]);
      expect(cells.filter((cell) => /^"'/.test(cell)).length).toBeGreaterThan(5);
    },
  );

  it('has all groups, however many there are', () => {
    const [group] = WEEKLY_REPORT.by.rule;
    if (group === undefined) throw new Error('the report has no rule');
    const rule = Array.from({ length: 500 }, (_, index) => ({ ...group, key: `RULE_${index}` }));
    expect(renderCsv({ ...WEEKLY_REPORT, by: { ...WEEKLY_REPORT.by, rule } })).toContain('RULE_499');
  });
});

describe('the recorders', () => {
  const { recorders } = WEEKLY_REPORT;
  if (recorders === undefined) throw new Error('the report has no recorders');
  const told = (seen: Partial<typeof recorders>) =>
    renderMarkdown({ ...WEEKLY_REPORT, recorders: { ...recorders, ...seen } }, { links });
  const top = (text: string) => text.slice(0, text.indexOf('success rate'));

  it('are trouble when nobody looked, when they were not all known, and when nobody has looked since', () => {
    expect(top(renderMarkdown(EMPTY_REPORT, { links }))).toContain('Nobody knows whether AWS Config records');
    const none = { troubledCount: 0, troubled: [] };
    expect(top(told({ ...none, doubt: 'AccessDenied' }))).toContain(
      'The lanes are not all known: AccessDenied',
    );
    expect(top(told({ ...none, at: '2026-11-20T00:00:00.000Z' }))).toContain('Since then nobody has looked');
  });

  it('stand at the end when all is well', () => {
    const text = told({ troubledCount: 0, troubled: [] });
    expect(top(text)).not.toContain('lanes');
    expect(text).toContain('AWS Config records in all of 60 lanes');
  });

  it('are counted where the list has not all of them', () => {
    expect(top(told({ troubledCount: 40 }))).toContain('and 39 more');
  });
});
