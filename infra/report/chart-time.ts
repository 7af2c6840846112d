/**
 * Of all the time that healed cases took, how much went where. It is drawn of times added up: medians of parts add
 * up to nothing, so a bar made of them would show a whole that never was.
 */
import { stack } from 'd3-shape';
import { html } from 'hono/html';
import type { TimeName, WeeklyReport } from '../../domain/report/weekly-report.ts';
import { across, drawing, type Html, PART_COLOURS } from './chart-parts.ts';
import { percent } from './words.ts';

const PARTS = [
  'waiting-for-approval',
  'waiting-for-quota',
  'held-back',
  'running',
  'verifying',
] as const satisfies readonly TimeName[];

export interface TimePart {
  readonly name: (typeof PARTS)[number];
  /** 0 to 1, of all parts together; null when nothing was timed. */
  readonly share: number | null;
  /** By which it is known in the chart and in the table, besides its colour. */
  readonly number: number;
}

export const timeParts = (times: WeeklyReport['times']): readonly TimePart[] => {
  const totals = PARTS.map((name) => Math.max(0, times[name]?.totalMs ?? 0));
  const all = totals.reduce((sum, total) => sum + total, 0);
  return PARTS.map((name, index) => ({
    name,
    share: all > 0 && Number.isFinite(all) ? (totals[index] ?? 0) / all : null,
    number: index + 1,
  }));
};

/** Undefined when nothing was timed. */
export const timeChart = (
  times: WeeklyReport['times'],
  titleOf: (name: TimeName) => string,
): Html | undefined => {
  const parts = timeParts(times);
  if (parts.some(({ share }) => share === null)) return undefined;
  const shares = Object.fromEntries(parts.map(({ name, share }) => [name, share ?? 0]));
  const layers = stack<Record<string, number>>().keys(PARTS)([shares]);
  return drawing(
    {
      id: 'time-chart',
      title: 'Where the time of healed cases goes',
      description: `Of all the time that healed cases took: ${parts.map(({ name, share }) => `${titleOf(name)} ${percent(share)}`).join(', ')}. The table below has each figure.`,
      heightPx: 64,
    },
    layers.map((layer, index) => {
      const [from, to] = layer[0] ?? [0, 0];
      const number = index + 1;
      const share = to - from;
      return html`<rect class="k-${number}" x="${across(from * 100)}" y="22" width="${across(share * 100)}" height="36" fill="${PART_COLOURS[index] ?? ''}"/>${share > 0 ? html`<line class="k-gap" x1="${across(to * 100)}" x2="${across(to * 100)}" y1="20" y2="60" stroke="Canvas" stroke-width="2"/>` : ''}${share >= NAMED_FROM ? html`<text x="${across(((from + to) / 2) * 100)}" y="14" text-anchor="middle" font-weight="600">${number}</text>` : ''}`;
    }),
  );
};

/** A narrower part has no room for its number; its row in the table has. */
const NAMED_FROM = 0.02;
