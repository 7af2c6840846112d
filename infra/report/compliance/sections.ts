/** The sections of a compliance report: its tables, and the sentences around them. */
import type { ControlStanding, FrameworkStanding } from '../../../domain/compliance/by-framework.ts';
import type { CostHint, CostHints } from '../../../domain/compliance/cost-hints.ts';
import type { AccountLine, ComplianceReport, RuleLine } from '../../../domain/compliance/report.ts';
import { judgedOf, type Standing, shareOf } from '../../../domain/compliance/standing.ts';
import type { Cell, Column, Extent, Section } from '../section.ts';
import { count, counted, moment, money, NONE, percent, told } from '../words.ts';

export const complianceSections = (report: ComplianceReport, extent: Extent): readonly Section[] => [
  rulesSection(report, extent),
  accountsSection(report, extent),
  ...(report.frameworks.length === 0 ? [] : [frameworksSection(report)]),
  ...report.frameworks
    .filter(({ inUse }) => inUse > 0)
    .map((framework) => controlsSection(framework, report, extent)),
  remediationSection(report, extent),
  ...(report.doubtful.length + report.silent.length === 0 ? [] : [doubtfulSection(report, extent)]),
  ...(report.costs === undefined ? [] : [costsSection(report.costs, extent)]),
];

const STANDING: readonly Column[] = [
  { title: 'Non-compliant', isNumber: true },
  { title: 'Insufficient', isNumber: true },
  { title: 'Compliant', isNumber: true },
];

const standingCells = ({ nonCompliant, insufficient, compliant }: Standing): readonly Cell[] => [
  { text: count(nonCompliant) },
  { text: count(insufficient) },
  { text: count(compliant) },
];

const shareCell = (standing: Standing): Cell => {
  const share = shareOf(standing);
  return share === undefined ? { text: NONE } : { text: percent(share), share };
};

const moreNote = (all: number, { rowsMax }: Extent, what: string): readonly string[] =>
  all > rowsMax
    ? [`… and ${count(all - rowsMax)} more ${what}: all of them are in the JSON and the CSV.`]
    : [];

const rulesSection = ({ rules, unread }: ComplianceReport, extent: Extent): Section => {
  const offended = rules.filter(({ nonCompliant, insufficient }) => nonCompliant + insufficient > 0);
  return {
    id: 'rules',
    title: 'Rules with most non-compliant resources',
    says: offended.length === 0 ? [nothingWrong(rules.length, unread.length)] : [],
    ...(offended.length === 0
      ? {}
      : {
          table: {
            caption:
              'A rule that several packs deploy, or that is in several accounts and Regions, is one line.',
            columns: [
              { title: 'Rule' },
              ...STANDING,
              { title: 'Accounts', isWide: true },
              { title: 'Healed in 30 days', isWide: true },
            ],
            rows: offended.slice(0, extent.rowsMax).map((rule) => ruleRow(rule, extent)),
          },
        }),
    notes: moreNote(offended.length, extent, 'rules'),
  };
};

const nothingWrong = (rules: number, unread: number): string => {
  if (unread > 0) return 'Nothing of what could be read is non-compliant; the rest is not known.';
  return rules === 0
    ? 'No rule is in use: nothing was judged.'
    : 'Every result of every rule is compliant, or does not apply.';
};

const ruleRow = (rule: RuleLine, { charsMax }: Extent): readonly Cell[] => {
  const { plainName, resources, nonCompliant, accounts, remediation } = rule;
  const named = resources.slice(0, RESOURCES_NAMED).map(({ id }) => told(id, NAME_CHARS_MAX));
  const more = nonCompliant - named.length;
  return [
    {
      text: told(plainName, charsMax),
      ...(named.length > 0 && {
        note: `${named.join(', ')}${more > 0 ? ` and ${count(more)} more` : ''}`,
      }),
    },
    ...standingCells(rule),
    { text: accounts.slice(0, ACCOUNTS_NAMED).map(accountText).join(', ') || NONE },
    {
      text:
        remediation === undefined
          ? NONE
          : `${count(remediation.healed)} of ${count(remediation.tried)}, ${counted(remediation.failedAttempts, 'failed attempt')}`,
    },
  ];
};

const RESOURCES_NAMED = 3;
const ACCOUNTS_NAMED = 3;
const NAME_CHARS_MAX = 80;

const accountText = ({ account, nonCompliant }: RuleLine['accounts'][number]): string =>
  `${account} (${count(nonCompliant)})`;

const accountsSection = ({ accounts }: ComplianceReport, extent: Extent): Section => ({
  id: 'accounts',
  title: 'Accounts, the least compliant first',
  says: accounts.length === 0 ? ['No account could be read.'] : [],
  ...(accounts.length === 0
    ? {}
    : {
        table: {
          caption: 'Of all their Regions together.',
          columns: [
            { title: 'Account' },
            { title: 'Compliance', isNumber: true },
            ...STANDING,
            { title: 'Regions', isNumber: true, isWide: true },
          ],
          rows: accounts.slice(0, extent.rowsMax).map(accountRow),
        },
      }),
  notes: moreNote(accounts.length, extent, 'accounts'),
});

const accountRow = (account: AccountLine): readonly Cell[] => [
  {
    text: account.account,
    ...(account.troubledLanes > 0 && {
      note: `${count(account.troubledLanes)} of its Regions not to be relied on`,
    }),
  },
  shareCell(account),
  ...standingCells(account),
  { text: count(account.lanes) },
];

const frameworksSection = ({ frameworks }: ComplianceReport): Section => ({
  id: 'frameworks',
  title: 'Frameworks',
  says: [
    'Compliance of the rules that serve a framework, as far as they are in use. A rule sees a part of a control, and no framework consists of such controls alone.',
  ],
  table: {
    caption: 'A control is fulfilled when every result of every rule that serves it is compliant.',
    columns: [
      { title: 'Framework' },
      { title: 'Compliance', isNumber: true },
      { title: 'Rules in use', isNumber: true },
      { title: 'Controls fulfilled', isNumber: true },
      { title: 'Not looked after', isNumber: true },
    ],
    rows: frameworks.map((framework) => [
      { text: framework.title, note: framework.version },
      shareCell(framework),
      { text: `${count(framework.inUse)} of ${count(framework.rules)}` },
      {
        text: `${count(framework.controls.filter((control) => !isUnfulfilled(control)).length)} of ${count(framework.controls.length)}`,
      },
      { text: count(framework.notLookedAfter.length) },
    ]),
  },
});

const FULFILLED = 'Every control that a rule in use serves is fulfilled.';
const FULFILLED_AS_READ =
  'Every control that a rule in use serves is fulfilled in what could be read; the rest is not known.';

const isUnfulfilled = (control: ControlStanding): boolean => judgedOf(control) !== control.compliant;

const controlsSection = (
  framework: FrameworkStanding,
  { unread }: Pick<ComplianceReport, 'unread'>,
  extent: Extent,
): Section => {
  const open = framework.controls.filter(isUnfulfilled);
  const { notLookedAfter } = framework;
  return {
    id: `controls-${framework.framework}`,
    title: `${framework.title}: controls that are not fulfilled`,
    says: open.length > 0 ? [] : [unread.length > 0 ? FULFILLED_AS_READ : FULFILLED],
    ...(open.length === 0
      ? {}
      : {
          table: {
            caption: 'By the rules that serve them.',
            columns: [
              { title: 'Control' },
              { title: 'Rules' },
              { title: 'Non-compliant', isNumber: true },
              { title: 'Insufficient', isNumber: true },
            ],
            rows: open
              .slice(0, extent.rowsMax)
              .map(({ control, rules, nonCompliant, insufficient }) => [
                { text: control },
                { text: told(rules.join(', '), extent.charsMax) },
                { text: count(nonCompliant) },
                { text: count(insufficient) },
              ]),
          },
        }),
    notes: [
      ...moreNote(open.length, extent, 'controls'),
      ...(notLookedAfter.length === 0
        ? []
        : [
            `No rule in use looks after ${counted(notLookedAfter.length, 'control')}: ${told(notLookedAfter.join(', '), extent.charsMax)}`,
          ]),
    ],
  };
};

const remediationSection = ({ remediation }: ComplianceReport, extent: Extent): Section => {
  const about = { id: 'remediation', title: 'What selfheal did in the last 30 days' };
  if ('unread' in remediation)
    return { ...about, says: [`Not known: ${told(remediation.unread, extent.charsMax)}`] };
  const { tried, healed, failedAttempts, byRule, dropped, from, to } = remediation;
  const rate = tried === 0 ? null : healed / tried;
  return {
    ...about,
    says: [
      tried + failedAttempts === 0
        ? `Nothing was tried from ${moment(from)} to ${moment(to)}.`
        : `${percent(rate)} success: ${count(healed)} of ${counted(tried, 'case')} that were tried and ended were healed and verified, from ${moment(from)} to ${moment(to)}; ${counted(failedAttempts, 'attempt')} failed. A case counts once, when its work first ended: it was closed, or handed to a person.`,
    ],
    ...(byRule.length === 0
      ? {}
      : {
          table: {
            caption: 'By rule, those with most failed attempts first.',
            columns: [
              { title: 'Rule' },
              { title: 'Failed attempts', isNumber: true },
              { title: 'Healed', isNumber: true },
              { title: 'Tried', isNumber: true },
              { title: 'Success', isNumber: true },
            ],
            rows: byRule
              .slice(0, extent.rowsMax)
              .map((each) => [
                { text: told(each.rule, extent.charsMax) },
                { text: count(each.failedAttempts) },
                { text: count(each.healed) },
                { text: count(each.tried) },
                each.tried === 0
                  ? { text: NONE }
                  : { text: percent(each.healed / each.tried), share: each.healed / each.tried },
              ]),
          },
        }),
    notes: [
      ...moreNote(byRule.length, extent, 'rules'),
      ...(dropped === 0
        ? []
        : [`${counted(dropped, 'entry', 'entries')} of long stories are dropped: attempts may be too few.`]),
    ],
  };
};

const doubtfulSection = ({ doubtful, silent }: ComplianceReport, extent: Extent): Section => ({
  id: 'doubtful',
  title: 'Rules that are not to be relied on',
  says:
    silent.length === 0
      ? []
      : [
          `${counted(silent.length, 'rule has', 'rules have')} told of no resource somewhere: none is in its scope, or it has found none yet. It counts nowhere: ${told(silent.map(({ rule, lanes }) => `${rule} (${count(lanes)})`).join(', '), extent.charsMax)}`,
        ],
  ...(doubtful.length === 0
    ? {}
    : {
        table: {
          caption: 'What Config says of them itself.',
          columns: [{ title: 'Where' }, { title: 'Rule' }, { title: 'Why' }],
          rows: doubtful
            .slice(0, extent.rowsMax)
            .map(({ lane, rule, why }) => [
              { text: lane },
              { text: told(rule, extent.charsMax) },
              { text: told(why, extent.charsMax) },
            ]),
        },
      }),
  notes: moreNote(doubtful.length, extent, 'of them'),
});

const costsSection = ({ hints, usdAMonth, assumptions, unread }: CostHints, extent: Extent): Section => ({
  id: 'costs',
  title: 'What AWS Config costs for nobody',
  says: [
    hints.length === 0
      ? 'Every type that is recorded and every rule that is evaluated may serve a policy entry.'
      : `About ${money(usdAMonth)} a month go into what no policy entry can speak of.`,
  ],
  ...(hints.length === 0
    ? {}
    : {
        table: {
          caption: 'The dearest first.',
          columns: [
            { title: 'What' },
            { title: 'USD a month', isNumber: true },
            { title: 'Of', isNumber: true },
            { title: 'What to do', isWide: true },
          ],
          rows: hints.slice(0, extent.rowsMax).map((hint) => costRow(hint, extent)),
        },
      }),
  notes: [
    ...moreNote(hints.length, extent, 'of them'),
    ...assumptions,
    ...(unread.length === 0
      ? []
      : [
          `Not known of ${counted(unread.length, 'account and Region', 'accounts and Regions')}: ${told(
            unread.map(({ lane, why }) => `${lane} (${why})`).join(', '),
            extent.charsMax,
          )}`,
        ]),
  ],
});

const costRow = ({ kind, name, lanes, count: of, usdAMonth, todo }: CostHint, { charsMax }: Extent) => [
  {
    text: told(name, charsMax),
    note: `in ${counted(lanes.length, 'account and Region', 'accounts and Regions')}`,
  },
  { text: usdAMonth.toFixed(2) },
  { text: kind === 'type' ? counted(of, 'resource') : counted(of, 'result') },
  { text: todo },
];
