/** A compliance report in each format: it says the same, and what others have named does no harm in any. */
import { describe, expect, it } from 'vitest';
import { complianceText } from '../../../cli/render/compliance.ts';
import { type ComplianceReportInput, makeComplianceReport } from '../../../domain/compliance/report.ts';
import { renderComplianceCsv } from '../../../infra/report/compliance/render-csv.ts';
import { renderComplianceHtml } from '../../../infra/report/compliance/render-html.ts';
import { memoryIo } from '../../cli/memory-io.ts';
import { aComplianceReport } from '../../support/compliance-report.ts';
import { aLane, anInput, aRule, counts } from '../../support/lane-compliance.ts';

const report = aComplianceReport();
const text = complianceText(report, memoryIo({}, { columns: 110 }));
const page = renderComplianceHtml(report);
const csv = renderComplianceCsv(report);

describe('a compliance report', () => {
  it('reads as it did before, in each format (write it again with vitest -u)', async () => {
    await expect(text).toMatchFileSnapshot('./snapshots/compliance.txt');
    // The style sheet is the weekly report's.
    await expect(page.slice(page.indexOf('<body>'))).toMatchFileSnapshot('./snapshots/compliance.html');
    await expect(csv).toMatchFileSnapshot('./snapshots/compliance.csv');
    await expect(`${JSON.stringify(report, null, 2)}\n`).toMatchFileSnapshot(
      './snapshots/compliance-json.txt',
    );
  });

  it('says first what could not be read and who does not record, before any figure', () => {
    for (const shown of [text, page.slice(page.indexOf('<h1>'))]) {
      const figure = shown.indexOf('3.4');
      expect(shown.indexOf('4 things could not be read')).toBeLessThan(figure);
      expect(shown.indexOf('333333333333/eu-west-1: stopped')).toBeLessThan(figure);
      expect(shown.indexOf('444444444444/eu-west-1')).toBeLessThan(figure);
    }
  });

  it('says that all is well of the whole alone, and of nothing that nobody judges', () => {
    const shown = (input: Partial<ComplianceReportInput>) =>
      complianceText(makeComplianceReport(anInput(input)), memoryIo({}, { columns: 200 }));
    const lanes = [
      aLane(
        { account: '111111111111', region: 'eu-west-1' },
        { rules: [aRule('one', { identifier: 'ONE', counts: counts(9) })] },
      ),
    ];
    const frameworks = [{ framework: 'cis', title: 'CIS', version: '1', rules: { ONE: ['1'] } }] as const;
    const well = [
      'Every result of every rule is compliant, or does not apply.',
      'Every control that a rule in use serves is fulfilled.',
    ];
    for (const says of well) expect(shown({ lanes, frameworks })).toContain(says);
    const unreadLanes = [{ lane: '333333333333/us-east-1', why: 'denied' }];
    for (const says of well) {
      expect(shown({ lanes, frameworks, unreadLanes })).not.toContain(says);
      expect(shown({ frameworks })).not.toContain(says);
    }
  });

  it('is one file that loads nothing, and runs nothing that somebody named so', () => {
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toMatch(/<script|<link|<img|<a |src=|url\(|@import/);
    expect(page).toContain("default-src 'none'");
  });

  it('is CSV as RFC 4180 has it, in which no cell is a formula', () => {
    const rows = rowsIn(csv);
    expect(rows.every((row) => row.length === 4)).toBe(true);
    expect(rows.flat().filter((cell) => /^[=+@|%-]/.test(cell))).toEqual([]);
    expect(rows).toContainEqual([
      'non_compliant',
      's3-bucket-versioning-enabled',
      '111111111111/eu-west-1 AWS::S3::Bucket',
      `'=HYPERLINK("https://evil.example","<script>alert(1)</script>")`,
    ]);
    const total = (figure: string) => rows.find(([of, , name]) => of === 'total' && name === figure)?.[3];
    expect(total('judged')).toBe(
      String(report.overall.compliant + report.overall.nonCompliant + report.overall.insufficient),
    );
  });
});

/** A reader of its own, that knows nothing of who wrote it. */
const rowsIn = (all: string): readonly (readonly string[])[] => {
  const rows: string[][] = [[]];
  for (const [, quoted, bare = '', end] of all.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
};
