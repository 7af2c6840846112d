/** A compliance report as CSV (RFC 4180), one figure a row: all of it, with numbers as they are and not as they are shown. */
import type { ComplianceReport } from '../../../domain/compliance/report.ts';
import { judgedOf, type Standing } from '../../../domain/compliance/standing.ts';
import { laneId } from '../../../domain/finding.ts';
import { cellOf } from '../render-csv.ts';

type Row = readonly [dimension: string, key: string, figure: string, value: number | string];

/** Lines end with CR LF. A cell that a spreadsheet would run begins with an apostrophe, and is text. */
export const renderComplianceCsv = (report: ComplianceReport): string =>
  [['dimension', 'key', 'figure', 'value'], ...rowsOf(report)]
    .map((row) => `${row.map(cellOf).join(',')}\r\n`)
    .join('');

const rowsOf = (report: ComplianceReport): readonly Row[] => {
  const {
    madeAt,
    overall,
    unread,
    recorders,
    doubtful,
    silent,
    rules,
    accounts,
    frameworks,
    remediation,
    costs,
  } = report;
  return [
    ['report', '', 'made_at', madeAt],
    ['report', '', 'definition', report.definition],
    ...standingRows('total', '', overall),
    ...unread.map(
      ({ lane = '', rule = '', why }): Row => ['unread', [lane, rule].join(' ').trim(), 'why', why],
    ),
    ...recorders.map(({ lane, state }): Row => ['recorder', laneId(lane), 'state', state]),
    ...doubtful.map(({ lane, rule, code }): Row => ['doubtful', `${lane} ${rule}`, 'code', code]),
    ...silent.map(({ rule, lanes }): Row => ['silent', rule, 'lanes', lanes]),
    ...rules.flatMap((rule) => [
      ...standingRows('rule', rule.plainName, rule),
      ...rule.serves.map(
        ({ framework, controls }): Row => [
          'rule',
          rule.plainName,
          `controls_${framework}`,
          controls.join(' '),
        ],
      ),
      ...rule.resources.map(
        ({ lane, type, id }): Row => ['non_compliant', rule.plainName, `${lane} ${type}`, id],
      ),
    ]),
    ...accounts.flatMap((account) => standingRows('account', account.account, account)),
    ...frameworks.flatMap((framework) => [
      ...standingRows('framework', framework.framework, framework),
      ...framework.controls.flatMap((control) =>
        standingRows('control', `${framework.framework} ${control.control}`, control),
      ),
      ...framework.notLookedAfter.map(
        (control): Row => ['control', `${framework.framework} ${control}`, 'rules_in_use', 0],
      ),
    ]),
    ...('unread' in remediation
      ? []
      : [
          ...remediatedRows('', remediation),
          ...remediation.byRule.flatMap((each) => remediatedRows(each.rule, each)),
        ]),
    ...(costs?.hints ?? []).map(
      ({ kind, name, usdAMonth }): Row => [`cost_${kind}`, name, 'usd_a_month', Number(usdAMonth.toFixed(4))],
    ),
  ];
};

const standingRows = (dimension: string, key: string, standing: Standing): readonly Row[] => [
  [dimension, key, 'compliant', standing.compliant],
  [dimension, key, 'non_compliant', standing.nonCompliant],
  [dimension, key, 'insufficient', standing.insufficient],
  [dimension, key, 'not_applicable', standing.notApplicable],
  [dimension, key, 'judged', judgedOf(standing)],
];

const remediatedRows = (
  key: string,
  { tried, healed, failedAttempts }: { tried: number; healed: number; failedAttempts: number },
): readonly Row[] => [
  ['remediation', key, 'tried', tried],
  ['remediation', key, 'healed', healed],
  ['remediation', key, 'failed_attempts', failedAttempts],
];
