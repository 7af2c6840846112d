/** A compliance report as notices, sentences and tables: what it says, once, for the terminal and for HTML. */
import type { ComplianceReport, UnreadPart } from '../../../domain/compliance/report.ts';
import { judgedOf } from '../../../domain/compliance/standing.ts';
import { laneId } from '../../../domain/finding.ts';
import type { RecorderHealth } from '../../../domain/health/recorder-health.ts';
import type { Extent, Section } from '../section.ts';
import { count, counted, moment, percent, told } from '../words.ts';
import { complianceSections } from './sections.ts';

/** Stands above all figures. */
export interface Notice {
  readonly title: string;
  readonly says: readonly string[];
  readonly lines: readonly string[];
  /** How many more there are than lines. */
  readonly more: number;
}

export interface ComplianceParts {
  readonly title: string;
  readonly about: readonly string[];
  /** What takes the trust out of the figures; the gravest first. */
  readonly notices: readonly Notice[];
  readonly rate: {
    readonly text: string;
    readonly share: number | null;
    readonly compliant: number;
    readonly judged: number;
    readonly definition: string;
  };
  readonly tiles: readonly { readonly title: string; readonly text: string; readonly note: string }[];
  readonly sections: readonly Section[];
}

export const complianceParts = (report: ComplianceReport, extent: Extent): ComplianceParts => ({
  title: 'Compliance report',
  about: aboutOf(report, extent),
  notices: noticesOf(report, extent),
  rate: {
    text: percent(report.share ?? null),
    share: report.share ?? null,
    compliant: report.overall.compliant,
    judged: judgedOf(report.overall),
    definition: report.definition,
  },
  tiles: tilesOf(report),
  sections: complianceSections(report, extent),
});

const aboutOf = ({ madeAt, scope, lanes }: ComplianceReport, { charsMax }: Extent): readonly string[] => [
  `As AWS Config said at ${moment(madeAt)} in ${counted(lanes.read, 'account and Region', 'accounts and Regions')}.`,
  ...(
    [
      ['accounts', scope.accounts],
      ['Regions', scope.regions],
      ['rules', scope.rules],
      ['frameworks', scope.frameworks],
    ] as const
  ).flatMap(([what, only]) =>
    only.length === 0 ? [] : [`Only the ${what} ${told(only.join(', '), charsMax)}.`],
  ),
];

const noticesOf = (report: ComplianceReport, extent: Extent): readonly Notice[] => {
  const { recorders, unread, lanes } = report;
  return [
    ...(unread.length === 0
      ? []
      : [
          noticeOf(
            `This report is not the whole: ${counted(unread.length, 'thing', 'things')} could not be read`,
            ['What was not read counts as not compliant. Make it again, or see: selfheal doctor'],
            unread.map((part) => unreadLine(part, extent)),
            extent,
          ),
        ]),
    ...(recorders.length === 0
      ? []
      : [
          noticeOf(
            `AWS Config does not record as it should in ${counted(recorders.length, 'account and Region', 'accounts and Regions')}`,
            ['Where nothing is recorded, results are of long ago: they count as not compliant.'],
            recorders.map((recorder) => recorderLine(recorder, extent)),
            extent,
          ),
        ]),
    ...(lanes.viaAggregator.length === 0
      ? []
      : [
          noticeOf(
            `${counted(lanes.viaAggregator.length, 'account and Region was', 'accounts and Regions were')} read through an aggregator`,
            [
              'It tells neither which rules err nor what does not apply, and what it has may be old. Let selfheal enter: selfheal doctor',
            ],
            lanes.viaAggregator,
            extent,
          ),
        ]),
  ];
};

const noticeOf = (
  title: string,
  says: readonly string[],
  lines: readonly string[],
  { rowsMax }: Extent,
): Notice => ({
  title,
  says,
  lines: lines.slice(0, rowsMax),
  more: Math.max(0, lines.length - rowsMax),
});

const unreadLine = ({ lane, rule, why }: UnreadPart, { charsMax }: Extent): string =>
  [lane, rule === undefined ? undefined : told(rule, charsMax), told(why, charsMax)]
    .filter((part) => part !== undefined)
    .join(': ');

const recorderLine = ({ lane, state, since, why }: RecorderHealth, { charsMax }: Extent): string =>
  [
    `${laneId(lane)}: ${state}`,
    ...(since === undefined ? [] : [` since ${moment(since)}`]),
    ...(why === undefined ? [] : [` (${told(why, charsMax)})`]),
  ].join('');

const tilesOf = ({ overall, rules, lanes, accounts, silent }: ComplianceReport): ComplianceParts['tiles'] => [
  { title: 'Compliant', text: count(overall.compliant), note: 'results to be relied on' },
  { title: 'Non-compliant', text: count(overall.nonCompliant), note: 'results of rules' },
  { title: 'Insufficient', text: count(overall.insufficient), note: 'not known, so not compliant' },
  { title: 'Not applicable', text: count(overall.notApplicable), note: 'counted nowhere' },
  {
    title: 'Rules',
    text: count(rules.length),
    note: `${count(silent.length)} without any result somewhere`,
  },
  {
    title: 'Accounts',
    text: count(accounts.length),
    note: counted(lanes.read + lanes.unread, 'account and Region', 'accounts and Regions'),
  },
];
