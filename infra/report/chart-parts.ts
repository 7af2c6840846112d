/**
 * What the charts of a report have in common. Across, all is in percent, so that a chart is as wide as the line it
 * stands in while its letters keep their size; up and down it is in pixels. A colour is an attribute, which every
 * reader of SVG knows and any style sheet outdoes: it reads on white and on black.
 */
import { html } from 'hono/html';

export type Html = ReturnType<typeof html>;

/** @example at(33.33333) // 33.33 */
export const at = (value: number): number => (Number.isFinite(value) ? Math.round(value * 100) / 100 : 0);

/** @example across(50) // '50%' */
export const across = (percent: number): string => `${at(percent)}%`;

export interface Drawn {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** What one sees, for those who do not. */
  readonly description: string;
  readonly heightPx: number;
}

/** A chart that tells its story to those who cannot see it, too. */
export const drawing = ({ id, title, description, heightPx }: Drawn, shapes: Html | readonly Html[]): Html =>
  html`<svg class="chart" role="img" aria-labelledby="${id}-t ${id}-d" width="100%" height="${heightPx}" font-family="inherit" font-size="12" fill="currentColor" xmlns="http://www.w3.org/2000/svg">
<title id="${id}-t">${title}</title>
<desc id="${id}-d">${description}</desc>
${shapes}
</svg>`;

/** A share as a bar, beside the figure that it shows: for the eye alone. */
export const bar = (share: number): Html =>
  html`<svg class="bar" aria-hidden="true" focusable="false" width="64" height="8" xmlns="http://www.w3.org/2000/svg"><rect class="k-rest" width="100%" height="8" rx="2" fill="${COLOURS.rest}" fill-opacity="0.35"/><rect class="k-healed" width="${across(share * 100)}" height="8" rx="2" fill="${COLOURS.healed}"/></svg>`;

/** The colour of a part of a chart, in the row that tells of it. */
export const swatch = (number: number): Html =>
  html`<svg class="swatch" aria-hidden="true" focusable="false" width="12" height="12" xmlns="http://www.w3.org/2000/svg"><rect class="k-${number}" width="12" height="12" rx="2" fill="${PART_COLOURS[number - 1] ?? COLOURS.rest}"/></svg>`;

/** Each has 3 : 1 and more against white and against black: for readers that know no style sheet. */
export const COLOURS = { healed: '#1a7f5a', opened: '#7d8590', rate: '#1f78d1', rest: '#7d8590' } as const;
export const PART_COLOURS: readonly string[] = ['#c2571a', '#8f63d2', '#7d8590', '#1f78d1', '#1a7f5a'];
