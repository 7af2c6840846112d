/** A compliance report for a terminal: the same parts as in HTML, in lines that fit. */
import type { ComplianceReport } from '../../domain/compliance/report.ts';
import { type ComplianceParts, complianceParts, type Notice } from '../../infra/report/compliance/parts.ts';
import { count } from '../../infra/report/words.ts';
import { type Io, safe } from '../io.ts';
import { sectionLines, tidy, wrapped } from './report.ts';
import { table } from './table.ts';

type Terminal = Pick<Io, 'columns' | 'style'>;

export const complianceText = (report: ComplianceReport, io: Terminal): string => {
  const parts = complianceParts(report, EXTENT);
  const blocks: readonly (readonly string[])[] = [
    [io.style.bold(parts.title), ...parts.about.flatMap((each) => wrapped(each, io))],
    ...parts.notices.map((notice) => noticeLines(notice, io)),
    rateLines(parts, io),
    ...parts.sections.map((section) => sectionLines(section, io)),
  ];
  return `${blocks.map((lines) => lines.map(tidy).join('\n')).join('\n\n')}\n`;
};

/** A terminal is read from top to bottom: what is long stands in the other formats. */
const EXTENT = { rowsMax: 10, charsMax: 300 } as const;

const noticeLines = ({ title, says, lines, more }: Notice, io: Terminal): readonly string[] => [
  io.style.bold(io.style.red(`! ${title}`)),
  ...says.flatMap((each) => wrapped(each, io, '  ')),
  ...lines.flatMap((line) => wrapped(safe(line), io, '    ')),
  ...(more > 0 ? [`    … and ${count(more)} more`] : []),
];

const rateLines = ({ rate, tiles }: ComplianceParts, io: Terminal): readonly string[] => [
  `${io.style.bold(`${rate.text} compliance`)}: ${count(rate.compliant)} of ${count(rate.judged)} results are compliant.`,
  ...wrapped(rate.definition, io, '  ').map(io.style.dim),
  '',
  ...table(
    [
      { title: '', value: ({ title }) => `  ${title}` },
      { title: '', value: ({ text }) => text },
      { title: '', value: ({ note }) => note, widthMin: 10 },
    ],
    tiles,
    io.columns,
  )
    .split('\n')
    .slice(1),
];
