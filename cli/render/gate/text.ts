/** A gate's verdict for a person: why first and what to do, then every rule in every lane. */
import type { Doubt, GateLine, Standing } from '../../../domain/compliance/gate.ts';
import { type Io, type Style, safe } from '../../io.ts';
import { type Column, table } from '../table.ts';
import { againText, type GateTold, headline, whereOf } from './words.ts';

export const gateText = ({ verdict, again }: GateTold, io: Pick<Io, 'style' | 'columns'>): string => {
  const { style, columns } = io;
  const paint = verdict.outcome === 'passed' ? style.green : style.red;
  const lines = verdict.lines.toSorted((left, right) => RANK[left.standing] - RANK[right.standing]);
  const asked = againText(again);
  return [
    style.bold(paint(safe(headline(verdict), LINE_CHARS_MAX))),
    '',
    ...reasonLines(verdict.reasons, style),
    ...(lines.length === 0 ? [] : [table(columnsOf(style), lines.slice(0, LINES_MAX), columns), '']),
    ...(lines.length > LINES_MAX
      ? [`${lines.length - LINES_MAX} more lines are left out: --format json has them all.`, '']
      : []),
    ...verdict.remarks.map((remark) => `Note: ${safe(remark, LINE_CHARS_MAX)}`),
    ...(asked === undefined ? [] : [safe(asked, LINE_CHARS_MAX)]),
    '',
  ].join('\n');
};

const reasonLines = (reasons: readonly Doubt[], style: Style): readonly string[] => [
  ...reasons
    .slice(0, REASONS_MAX)
    .flatMap((reason) => [
      `${reason.kind === 'unread' ? style.yellow('NOT READ') : style.red('NOT PASSED')} ${style.bold(safe(whereOf(reason)))}: ${safe(reason.why, LINE_CHARS_MAX)}`,
      `  mend: ${safe(reason.mend, LINE_CHARS_MAX)}`,
    ]),
  ...(reasons.length > REASONS_MAX
    ? [`${reasons.length - REASONS_MAX} more reasons are left out: --format json has them all.`]
    : []),
  ...(reasons.length === 0 ? [] : ['']),
];

const columnsOf = (style: Style): readonly Column<GateLine>[] => [
  {
    title: 'RESULT',
    value: ({ standing }) => standing,
    paint: (text, { standing }) => painted(standing, style, text),
  },
  { title: 'RULE', value: ({ rule }) => safe(rule), widthMin: 20 },
  { title: 'ACCOUNT', value: ({ lane }) => safe(lane.account) },
  { title: 'REGION', value: ({ lane }) => safe(lane.region) },
  { title: 'PASSED', value: ({ passed, judged }) => `${passed}/${judged}` },
  { title: 'WHY', value: ({ why }) => safe(why), widthMin: 20 },
];

const painted = (standing: Standing, style: Style, text: string): string => {
  switch (standing) {
    case 'compliant':
      return style.green(text);
    case 'unread':
      return style.yellow(text);
    case 'failing':
    case 'non-compliant':
      return style.red(text);
    default:
      return text;
  }
};

/** The gravest first. */
const RANK: Readonly<Record<Standing, number>> = {
  unread: 0,
  failing: 1,
  'non-compliant': 2,
  'left-out': 3,
  elsewhere: 4,
  'not-applicable': 5,
  compliant: 6,
};

const LINES_MAX = 200;
const REASONS_MAX = 30;
const LINE_CHARS_MAX = 2_000;
