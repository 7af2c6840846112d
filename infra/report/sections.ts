/** All of a report in the order in which it is read: first what limits the trust in it, then how well it went. */
import { FIGURES, type FigureName, SUCCESS_DEFINITION } from '../../domain/report/figures.ts';
import { DIMENSIONS, type WeeklyReport } from '../../domain/report/weekly-report.ts';
import { SUCCESS_WANTED } from './chart-trend.ts';
import { type RecorderNotice, recorderNotice } from './recorder-notice.ts';
import type { FigureRef } from './report-links.ts';
import type { Extent, Section } from './section.ts';
import {
  controlsSection,
  costSection,
  flappingSection,
  lapsingSection,
  runbooksSection,
  savedSection,
} from './sections-events.ts';
import {
  definitionsSection,
  figuresSection,
  groupSection,
  timesSection,
  trendSection,
} from './sections-figures.ts';
import { change, count, days, duration, hours, moment, money, percent, points, told } from './words.ts';

export interface ReportParts {
  readonly title: string;
  /** Which days, and when it was made by what. */
  readonly about: readonly string[];
  readonly recorders: RecorderNotice;
  readonly doubts: readonly string[];
  readonly success: Success;
  readonly tiles: readonly Tile[];
  readonly sections: readonly Section[];
}

export interface Success {
  readonly rate: string;
  /** 0 to 1; null when nothing was tried. */
  readonly value: number | null;
  readonly numerator: number;
  readonly denominator: number;
  readonly definition: string;
  /** Against the week before, and against what is wanted. */
  readonly says: readonly string[];
}

/** One of the few figures that are read first. */
export interface Tile {
  readonly title: string;
  readonly text: string;
  readonly note: string;
  readonly of?: FigureRef;
}

export const reportParts = (report: WeeklyReport, extent: Extent): ReportParts => {
  const { week, policyVersion, madeAt, isOver, until, doubts } = report;
  const { rowsMax, charsMax } = extent;
  return {
    title: `Weekly report ${told(week.id, 20)}`,
    about: [
      days(week),
      ...(isOver ? [] : [`The week is not over: told as of ${moment(until)}`]),
      `Made ${moment(madeAt)} under policy ${told(policyVersion, 80)}`,
    ],
    recorders: recorderNotice(report, extent),
    doubts: [
      ...doubts.slice(0, rowsMax).map((doubt) => told(doubt, charsMax * 2)),
      ...(doubts.length > rowsMax ? [`… and ${count(doubts.length - rowsMax)} more`] : []),
    ],
    success: successOf(report),
    tiles: tilesOf(report),
    sections: [
      trendSection(report),
      timesSection(report),
      figuresSection(report),
      ...DIMENSIONS.map((by) => groupSection(by, report.by[by], extent)),
      runbooksSection(report, extent),
      flappingSection(report, extent),
      lapsingSection(report, extent),
      controlsSection(report, extent),
      savedSection(report, extent),
      costSection(report),
      definitionsSection(),
    ],
  };
};

const successOf = ({ total, before }: WeeklyReport): Success => {
  const { numerator, denominator, value } = total.success;
  const step = points(value, before.success.value);
  return {
    // As it stands before the words "success rate".
    rate: value === null ? 'no' : percent(value),
    value: value !== null && Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : null,
    numerator,
    denominator,
    definition: SUCCESS_DEFINITION,
    says: [
      ...(value === null
        ? ['In this week no case with an attempt came to its end.']
        : [
            `${value < SUCCESS_WANTED ? 'Below' : 'At or above'} the line of ${count(SUCCESS_WANTED * 100)} %.`,
          ]),
      step === undefined
        ? 'There is nothing to compare it with: the week before has no success rate.'
        : `Against the week before: ${step} (${percent(before.success.value)}, ${count(before.success.numerator)} of ${count(before.success.denominator)}).`,
    ].slice(0, value === null ? 1 : 2),
  };
};

const tilesOf = ({ total, before, times, timesBefore, hoursSaved, cost }: WeeklyReport): readonly Tile[] => {
  const figure = (name: FigureName): Tile => ({
    title: FIGURES[name].title,
    text: count(total.figures[name]),
    note: `${change(total.figures[name], before.figures[name])} against the week before`.replace(
      /^same.*/,
      'same as the week before',
    ),
    of: { figure: name },
  });
  return [
    figure('opened'),
    figure('resolved'),
    figure('healed-unasked'),
    figure('escalated'),
    figure('open-at-end'),
    {
      title: 'Median to heal',
      text: duration(times['to-remediate']?.p50),
      note: `week before: ${duration(timesBefore['to-remediate']?.p50)}`,
    },
    { title: 'Hours saved', text: hours(hoursSaved.hours), note: 'of manual work, as assumed below' },
    { title: 'Cost', text: money(cost.dollars), note: 'asked for by AWS, as assumed below' },
  ];
};
