/** Twelve weeks at a look: the success rate with the line it should not fall below, over what was opened and healed. */
import { nice, ticks } from 'd3-array';
import { line } from 'd3-shape';
import { html } from 'hono/html';
import type { TrendWeek } from '../../domain/report/weekly-report.ts';
import { across, at, COLOURS, drawing, type Html } from './chart-parts.ts';
import { count, percent, told } from './words.ts';

/** Of the success rate: below it an alarm is raised. */
export const SUCCESS_WANTED = 0.9;

/** Undefined when there is nothing to be seen. */
export const trendChart = (trend: readonly TrendWeek[]): Html | undefined => {
  const isEmpty = trend.every(
    ({ figures, success }) => figures.opened === 0 && figures.resolved === 0 && success.value === null,
  );
  if (trend.length === 0 || isEmpty) return undefined;
  return drawing(
    {
      id: 'trend-chart',
      title: `Success rate, cases opened and cases healed in ${trend.length} weeks`,
      description: describe(trend),
      heightPx: LABELS_Y + 6,
    },
    [
      ratePanel(trend),
      countPanel(trend),
      ...trend.map((week, index) => weekLabel(week, index, trend.length)),
    ],
  );
};

/** Down the chart: two panels that share the weeks, and the weeks' names. */
const RATE = { top: 34, height: 110 } as const;
const COUNTS = { top: 184, height: 90 } as const;
const LABELS_Y = COUNTS.top + COUNTS.height + 18;
/** Across, in percent: what is left of it is for the numbers at the axes. */
const LEFT = 12;

const bandWidth = (weeks: number): number => (100 - LEFT) / weeks;
const middleOf = (index: number, weeks: number): number => LEFT + (index + 0.5) * bandWidth(weeks);

const ratePanel = (trend: readonly TrendWeek[]): Html => {
  const known = trend.map(({ success }) => success.value).filter((value) => value !== null);
  const [low] = nice(Math.max(0, Math.min(SUCCESS_WANTED, ...known) - 0.05), 1, 4);
  const y = (value: number): number => RATE.top + (RATE.height * (1 - value)) / (1 - low || 1);
  const path = line<TrendWeek>()
    .defined(({ success }) => success.value !== null)
    .x((_, index) => at(((index + 0.5) / trend.length) * ACROSS))
    .y(({ success }) => at(y(success.value ?? 0) - RATE.top))([...trend]);
  return html`<text class="k-heading" x="0" y="14" font-weight="600">Success rate</text>
${ticks(low, 1, 3).map((value) => gridLine(y(value), `${Math.round(value * 100)} %`))}
<line class="k-wanted" x1="${LEFT}%" x2="100%" y1="${at(y(SUCCESS_WANTED))}" y2="${at(y(SUCCESS_WANTED))}" stroke="currentColor" stroke-width="1.5" stroke-dasharray="6 4"/>
<svg x="${LEFT}%" y="${RATE.top}" width="${100 - LEFT}%" height="${RATE.height}" viewBox="0 0 ${ACROSS} ${RATE.height}" preserveAspectRatio="none" overflow="visible"><path class="k-rate" d="${path ?? ''}" fill="none" stroke="${COLOURS.rate}" stroke-width="2.5" stroke-linejoin="round" vector-effect="non-scaling-stroke"/></svg>
${trend.map(({ success: { value } }, index) => (value === null ? '' : html`<circle class="k-dot" cx="${across(middleOf(index, trend.length))}" cy="${at(y(value))}" r="${index === trend.length - 1 ? 5 : 3.5}" fill="${COLOURS.rate}"/>`))}
${lastRate(trend, y)}`;
};

/** Of the panel of the rate, in its own measure: it is stretched to the width that there is. */
const ACROSS = 1_200;

const lastRate = (trend: readonly TrendWeek[], y: (value: number) => number): Html | '' => {
  const value = trend.at(-1)?.success.value ?? null;
  if (value === null) return '';
  return html`<text class="k-last" x="100%" y="${at(y(value) - 12)}" text-anchor="end" font-weight="600">${percent(value)}</text>`;
};

const countPanel = (trend: readonly TrendWeek[]): Html => {
  const most = Math.max(1, ...trend.flatMap(({ figures }) => [figures.opened, figures.resolved]));
  const [, high] = nice(0, most, 3);
  const heightOf = (value: number): number => (COUNTS.height * value) / high;
  const width = bandWidth(trend.length);
  const column = (value: number, left: number, kind: 'opened' | 'healed'): Html => {
    const height = heightOf(value);
    const top = COUNTS.top + COUNTS.height - height;
    return kind === 'healed'
      ? html`<rect class="k-healed" x="${across(left)}" y="${at(top)}" width="${across(width * 0.34)}" height="${at(height)}" fill="${COLOURS.healed}"/>`
      : html`<rect class="k-opened" x="${across(left)}" y="${at(top)}" width="${across(width * 0.34)}" height="${at(height)}" fill="none" stroke="${COLOURS.opened}" stroke-width="1.5"/>`;
  };
  return html`<text class="k-heading" x="0" y="${COUNTS.top - 16}" font-weight="600">Cases opened (hollow) and healed (filled)</text>
${ticks(0, high, 3)
  .filter((value) => Number.isInteger(value))
  .map((value) => gridLine(COUNTS.top + COUNTS.height - heightOf(value), short(value)))}
${trend.map(({ figures }, index) => {
  const left = middleOf(index, trend.length) - width / 2;
  return [
    column(figures.opened, left + width * 0.13, 'opened'),
    column(figures.resolved, left + width * 0.53, 'healed'),
  ];
})}`;
};

const gridLine = (y: number, label: string): Html =>
  html`<line class="k-grid" x1="${LEFT}%" x2="100%" y1="${at(y)}" y2="${at(y)}" stroke="currentColor" stroke-opacity="0.2"/><text class="k-tick" x="${LEFT - 1}%" y="${at(y + 4)}" text-anchor="end" font-size="11">${label}</text>`;

/** Room is scarce: each second week is named, the last one always. */
const weekLabel = ({ week }: TrendWeek, index: number, weeks: number): Html =>
  (weeks - 1 - index) % 2 === 1
    ? html``
    : html`<text class="k-tick" x="${across(middleOf(index, weeks))}" y="${LABELS_Y}" text-anchor="middle" font-size="11">${told(week, 12).replace(/^\d+-/, '')}</text>`;

/** @example short(12500) // '12.5k' */
const short = (value: number): string => COMPACT.format(value);
const COMPACT = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumFractionDigits: 1 });

const describe = (trend: readonly TrendWeek[]): string => {
  const rates = trend.flatMap(({ week, success: { value } }) => (value === null ? [] : [{ week, value }]));
  const [first] = rates;
  const last = rates.at(-1);
  const opened = trend.map(({ figures }) => figures.opened);
  const healed = trend.map(({ figures }) => figures.resolved);
  const below = rates.filter(({ value }) => value < SUCCESS_WANTED).length;
  return [
    first === undefined || last === undefined
      ? 'No week has a success rate.'
      : `The success rate went from ${percent(first.value)} in ${told(first.week, 20)} to ${percent(last.value)} in ${told(last.week, 20)}; in ${below} of ${rates.length} weeks it was below the dashed line of ${SUCCESS_WANTED * 100} %.`,
    `Between ${count(Math.min(...opened))} and ${count(Math.max(...opened))} cases were opened a week, between ${count(Math.min(...healed))} and ${count(Math.max(...healed))} healed.`,
    'The table below has each figure.',
  ].join(' ');
};
