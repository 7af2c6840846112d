/**
 * What people are sent of a week: what limits the trust in it first, then how well it went, then where all of it is.
 * It says the same as the report in every other format, in fewer words.
 */
import { chatOf } from '../../domain/message/chat.ts';
import { FACTS_VERSION } from '../../domain/message/facts.ts';
import { more, type Section, textOf } from '../../domain/message/parts.ts';
import { shown } from '../../domain/message/words.ts';
import { ascii, type Message } from '../../domain/message.ts';
import { FIGURE_NAMES, SUCCESS_DEFINITION } from '../../domain/report/figures.ts';
import type { AroundReport } from '../../domain/report/weekly-job.ts';
import type { Rate, WeeklyReport } from '../../domain/report/weekly-report.ts';
import type { RecorderNotice } from './recorder-notice.ts';
import { reportPath } from './report-links.ts';
import { type ReportParts, reportParts } from './sections.ts';

export const WEEKLY_REPORT = 'weekly-report';

/** @param consoleUrl where the pages are, without a slash at its end; absent: there are none */
export const reportMessage = (
  report: WeeklyReport,
  around: AroundReport,
  consoleUrl: string | undefined,
): Message => {
  const { week } = report;
  const parts = reportParts(report, { rowsMax: ROWS_MAX, charsMax: CHARS_MAX });
  const link = consoleUrl === undefined ? undefined : `${consoleUrl}${reportPath(week.id)}`;
  const commands = [`selfheal report --week ${week.id}`, `selfheal report --week ${week.id} --verify`];
  const subject = subjectOf(week.id, parts);
  const sections = [
    ...troubleSections(parts, around),
    ...figureSections(parts),
    whereSection(around, link, commands),
  ];
  return {
    subject,
    text: plain(textOf(sections)),
    attributes: {
      kind: WEEKLY_REPORT,
      week: week.id,
      recorders: parts.recorders.isTrouble ? 'trouble' : 'ok',
    },
    facts: {
      version: FACTS_VERSION,
      kind: WEEKLY_REPORT,
      subject,
      at: around.now,
      report: factsOf(report, parts, around, link),
    },
    chat: chatOf({
      kind: WEEKLY_REPORT,
      subject,
      thread: `${WEEKLY_REPORT}-${week.id}`,
      sections,
      ...(link !== undefined && { link, linkSays: 'All of it, with the cases behind each figure' }),
      next: commands,
      about: { week: week.id },
    }),
  };
};

/** What a phone shows: where nothing is recorded, that comes before how well it went. */
const subjectOf = (week: string, { recorders, success }: ReportParts): string => {
  const { value, rate, numerator, denominator } = success;
  const went = value === null ? 'no case was tried' : `${rate} healed (${numerator} of ${denominator} tried)`;
  const trouble = recorders.isTrouble ? `${recorders.title}; ` : '';
  return ascii(plain(`[REPORT] ${week}: ${trouble}${went}`), 100);
};

const troubleSections = (
  { recorders, doubts }: ReportParts,
  { doubt, late, missing }: AroundReport,
): readonly Section[] => [
  ...(recorders.isTrouble ? [recorderSection(recorders)] : []),
  {
    title: 'What limits the trust in these figures',
    lines: [
      ...(doubt === undefined
        ? []
        : [
            `The stored report of this week cannot be trusted (${shown(doubt, CHARS_MAX)}): these figures were made anew from the cases.`,
          ]),
      ...doubts,
    ],
  },
  {
    title: 'Weeks of which nobody was told',
    lines: [
      ...(late.length === 0 ? [] : [`Made now, to be looked up: ${late.join(', ')}`]),
      ...missing.map(({ week, why }) => `${week} could not be made: ${shown(why, CHARS_MAX)}`),
    ],
  },
];

const recorderSection = ({ title, says, lanes, more: count }: RecorderNotice): Section => ({
  title,
  lines: [
    ...says,
    ...lanes.map((line) => shown(line, 2 * CHARS_MAX)),
    ...more(lanes.length + count, lanes.length),
  ],
});

const figureSections = ({ title, about, success, tiles, recorders }: ReportParts): readonly Section[] => [
  {
    title: 'Success rate',
    lines: [
      success.value === null ? 'no case' : `${success.rate} (${success.numerator} of ${success.denominator})`,
      ...success.says,
      success.definition,
    ],
  },
  { title, lines: [...about, ...tiles.map((tile) => `${tile.title}: ${tile.text} (${tile.note})`)] },
  ...(recorders.isTrouble ? [] : [{ title: recorders.title, lines: recorders.says }]),
];

const whereSection = (
  { kept }: AroundReport,
  link: string | undefined,
  commands: readonly string[],
): Section => ({
  title: 'All of it, with the cases behind each figure',
  lines: [
    ...(link === undefined ? [] : [link]),
    ...(kept === undefined ? [] : [keptLine(kept)]),
    ...commands,
  ],
});

const keptLine = (kept: NonNullable<AroundReport['kept']>): string =>
  'at' in kept
    ? kept.at
    : `It is not in the bucket ${shown(kept.bucket, 80)} (${shown(kept.why, CHARS_MAX)}). It is tried again every hour.`;

const factsOf = (
  { week, total, before, recorders, hoursSaved, cost, doubts }: WeeklyReport,
  parts: ReportParts,
  { kept, late, missing, doubt }: AroundReport,
  link: string | undefined,
) => ({
  week: week.id,
  from: week.from,
  to: week.to,
  timezone: week.timezone,
  success: { ...rateFacts(total.success), before: rateFacts(before.success), definition: SUCCESS_DEFINITION },
  figures: Object.fromEntries(
    FIGURE_NAMES.map((name) => [name, { count: total.figures[name], before: before.figures[name] }]),
  ),
  hoursSaved: hoursSaved.hours,
  dollars: cost.dollars,
  recorders: {
    trouble: parts.recorders.isTrouble,
    says: plain(parts.recorders.title),
    ...(recorders && {
      at: recorders.at,
      lanes: recorders.lanes,
      troubled: recorders.troubledCount,
      some: recorders.troubled
        .slice(0, ROWS_MAX)
        .map(({ lane: { account, region }, state }) => ({ account, region, state })),
    }),
  },
  doubts: [...(doubt === undefined ? [] : [doubt]), ...doubts]
    .slice(0, ROWS_MAX)
    .map((each) => shown(each, CHARS_MAX)),
  ...(link !== undefined && { link }),
  ...(kept && {
    kept: 'at' in kept ? kept : { bucket: shown(kept.bucket, 80), refused: shown(kept.why, CHARS_MAX) },
  }),
  late,
  missing: missing.map(({ week: id, why }) => ({ week: id, why: shown(why, CHARS_MAX) })),
});

const rateFacts = ({ numerator, denominator, value }: Rate) => ({ numerator, denominator, value });

/** Figures are set with spaces that keep them together, and a minus sign: mail and phones show them badly. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ').replaceAll('−', '-');

const ROWS_MAX = 10;
const CHARS_MAX = 300;
