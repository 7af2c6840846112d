/** `selfheal report`: how well a week went, the cases behind each figure, and whether all of it can be trusted. */
import { type Command, Option } from 'commander';
import type { CaseLine, CasesAnswer, ReportAnswer } from '../../console/report-json.ts';
import { didYouMean } from '../../domain/policy/did-you-mean.ts';
import { FIGURE_NAMES } from '../../domain/report/figures.ts';
import { DIMENSIONS, type WeeklyReport } from '../../domain/report/weekly-report.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { paintSeverity } from '../render/paint.ts';
import { clock } from '../render/story.ts';
import { type Column, table } from '../render/table.ts';
import {
  client,
  example,
  needFolderOf,
  readText,
  type ServiceOptions,
  withUrl,
  writeText,
} from './shared.ts';

const FORMATS = ['text', 'md', 'html', 'json', 'csv', 'print'] as const;
type Format = (typeof FORMATS)[number];

interface Options extends ServiceOptions {
  readonly week?: string;
  readonly format: Format;
  readonly output?: string;
  /** The file to verify; true for the stored report. */
  readonly verify?: string | true;
  readonly cases?: string;
  readonly by?: string;
  readonly key?: string;
}

export const addReport = (program: Command, io: Io): void => {
  const command = program
    .command('report')
    .summary('how well a week went, and whether that can be trusted')
    .description(
      'Tells how well self-healing went in a week: the success rate with what it is made of, times, groups, runbooks, what was stopped, hours saved and cost. --cases lists the cases behind a figure, --verify makes everything again from the cases. Exit code 1 when verifying found something, or could not be done.',
    )
    .option(
      '--week <week>',
      'an ISO week such as 2026-W47, or current for the running one (default: the last one that is over)',
    )
    .addOption(
      new Option('--format <format>', 'html is for mail and browsers, print for paper')
        .choices(FORMATS)
        .default('text'),
    )
    .option('--output <file>', 'write it into a file')
    .option(
      '--verify [file]',
      'make everything again from the cases: of the stored report, or of one in JSON',
    )
    .option('--cases <figure>', 'the cases that a figure counts, such as expired')
    .option('--by <dimension>', `with --cases: only one group, by ${DIMENSIONS.join(', ')}`)
    .option('--key <key>', 'with --by: which group, as the report names it; "" for those without one');
  example(
    withUrl(command),
    'selfheal report',
    'selfheal report --week 2026-W47 --format html --output report.html',
    'selfheal report --cases expired --by account --key 111122223333',
    'selfheal report --verify',
  ).action((options: Options) => run(options, io));
};

const run = async (options: Options, io: Io): Promise<void> => {
  check(options);
  if (options.output !== undefined) needFolderOf(io, options.output);
  if (options.verify !== undefined) return verify(options, options.verify, io);
  if (options.cases !== undefined) return listCases(options, options.cases, io);
  const answer = await client(options).get<ReportAnswer>(`/api/reports/weekly${weekQuery(options)}`);
  give(options, await rendered(answer, options, io), io);
};

const check = ({ week, verify: verified, cases, by, key, format }: Options): void => {
  if (week !== undefined && !/^(?:current|\d{4}-W\d{2})$/.test(week))
    throw new Failure(
      `--week: expected a week such as 2026-W47, or current, found "${safe(week)}". Without --week it is the last one that is over.`,
      2,
    );
  if (verified !== undefined && cases !== undefined)
    throw new Failure('--verify and --cases are two questions: ask one after the other.', 2);
  if ((verified !== undefined || cases !== undefined) && !['text', 'json'].includes(format))
    throw new Failure(
      `--${verified === undefined ? 'cases' : 'verify'} is told as text or json, not as ${format}.`,
      2,
    );
  if (cases !== undefined) known('--cases', 'figure', cases, FIGURE_NAMES);
  if (by !== undefined) known('--by', 'dimension', by, DIMENSIONS);
  if (cases === undefined && (by !== undefined || key !== undefined))
    throw new Failure('--by and --key belong to --cases: say which figure, such as --cases resolved.', 2);
  if ((by === undefined) !== (key === undefined))
    throw new Failure(
      by === undefined
        ? `--key names a group: say of what kind, with --by and one of ${DIMENSIONS.join(', ')}.`
        : `--by ${by} needs the group: --key as the report names it, "" for those without one.`,
      2,
    );
};

const known = (option: string, kind: string, word: string, all: readonly string[]): void => {
  if (all.includes(word)) return;
  const meant = didYouMean(word, all);
  throw new Failure(
    `${option}: there is no ${kind} "${safe(word)}"${meant === undefined ? `; there are ${all.join(', ')}` : `, did you mean "${meant}"?`}`,
    2,
  );
};

const weekQuery = ({ week }: Options): string =>
  week === undefined ? '' : `?${new URLSearchParams({ week })}`;

const rendered = async (
  { report, consoleUrl }: ReportAnswer,
  { format }: Options,
  io: Io,
): Promise<string> => {
  switch (format) {
    case 'text':
      return (await import('../render/report.ts')).reportText(report, io);
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'csv':
      return (await import('../../infra/report/render-csv.ts')).renderCsv(report);
    case 'md': {
      const { renderMarkdown } = await import('../../infra/report/render-markdown.ts');
      return renderMarkdown(report, { links: await linksOf(report, consoleUrl) });
    }
    case 'html':
    case 'print': {
      const { renderHtml } = await import('../../infra/report/render-html.ts');
      const links = await linksOf(report, consoleUrl);
      return renderHtml(report, { links, variant: format === 'html' ? 'mail' : 'print' });
    }
  }
};

/** A file is read elsewhere: without the address of the console a link would lead nowhere. */
const linksOf = async ({ week }: WeeklyReport, consoleUrl: string | null) =>
  consoleUrl === null
    ? () => undefined
    : (await import('../../infra/report/report-links.ts')).reportLinks(week.id, consoleUrl);

const give = ({ output }: Options, text: string, io: Io): void => {
  if (output === undefined) io.out(text);
  else {
    writeText(io, output, text);
    io.out(`Written to ${safe(output)}.\n`);
  }
};

const listCases = async (options: Options, figure: string, io: Io): Promise<void> => {
  const { week, by, key } = options;
  const query = new URLSearchParams({
    figure,
    limit: String(CASES_MAX),
    ...(week !== undefined && { week }),
    ...(by !== undefined && { by, key: key ?? '' }),
  });
  const answer = await client(options).get<CasesAnswer>(`/api/reports/weekly/cases?${query}`);
  if (options.format === 'json') return give(options, `${JSON.stringify(answer, null, 2)}\n`, io);
  const { total, cases, title, definition } = answer;
  const group = by === undefined ? '' : `, ${by} ${key === '' ? 'none' : safe(key ?? '')}`;
  const lines = [
    `${safe(title)} in ${safe(answer.week)}${group}: ${total}. ${safe(definition)}`,
    ...(cases.length === 0 ? [] : [table(columns(io), cases, io.columns)]),
    ...(cases.length < total ? [`… and ${total - cases.length} more: --by and --key narrow it down.`] : []),
  ];
  give(options, `${lines.join('\n')}\n`, io);
};

const CASES_MAX = 1_000;

const columns = ({ style }: Io): readonly Column<CaseLine>[] => [
  { title: 'CASE', value: ({ id }) => safe(id) },
  { title: 'ENDED AS', value: ({ closedAs }) => safe(closedAs ?? 'open') },
  {
    title: 'SEVERITY',
    value: ({ severity }) => severity ?? '',
    paint: (text, { severity }) => (severity === null ? text : paintSeverity(severity, style)),
  },
  { title: 'RESOURCE', value: ({ resourceId }) => safe(resourceId), widthMin: 12 },
  { title: 'RULE', value: ({ rule }) => safe(rule), widthMin: 12 },
  { title: 'ACCOUNT', value: ({ account }) => safe(account), leaveOut: 4 },
  { title: 'REGION', value: ({ region }) => safe(region), leaveOut: 3 },
  { title: 'TRIES', value: ({ attempts }) => String(attempts), leaveOut: 1 },
  { title: 'OPENED', value: ({ openedAt }) => clock(openedAt), leaveOut: 2 },
];

const verify = async (options: Options, subject: string | true, io: Io): Promise<void> => {
  const { verifyFile, verifyStored } = await import('../report/verify.ts');
  const service = client(options);
  const verified =
    subject === true
      ? await verifyStored(service, options.week)
      : await verifyFile(service, { file: subject, text: readText(io, subject), week: options.week });
  if (options.format === 'json') give(options, `${JSON.stringify(verified, null, 2)}\n`, io);
  else {
    const { verificationText } = await import('../render/verification.ts');
    give(options, verificationText(verified, io), io);
  }
  if (verified.found > 0)
    throw new Failure('The report and its cases do not fit together. docs/reports.md says what to do.');
};
