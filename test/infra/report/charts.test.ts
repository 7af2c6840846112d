/** Where charts put things: what is larger is larger, what is not known is not drawn, and parts make up the whole. */
import { describe, expect, it } from 'vitest';
import { bar, swatch } from '../../../infra/report/chart-parts.ts';
import { timeChart, timeParts } from '../../../infra/report/chart-time.ts';
import { trendChart } from '../../../infra/report/chart-trend.ts';
import { EMPTY_REPORT, trendOf, WEEKLY_REPORT } from '../../support/weekly-report.ts';

const numbers = (svg: string, shape: string, kind: string, attribute: string): readonly number[] =>
  [...svg.matchAll(new RegExp(`<${shape}[^>]*class="${kind}"[^>]*>`, 'g'))].map(([tag]) =>
    Number.parseFloat(new RegExp(` ${attribute}="([^"]*)"`).exec(tag)?.[1] ?? 'NaN'),
  );

describe('the trend', () => {
  const svg = String(trendChart(WEEKLY_REPORT.trend));

  it('has a point for each week, higher the better it went, and the line at 90 %', () => {
    const points = numbers(svg, 'circle', 'k-dot', 'cy');
    const [line = 0] = numbers(svg, 'line', 'k-wanted', 'y1');
    expect(points).toHaveLength(12);
    WEEKLY_REPORT.trend.forEach(({ success }, index) => {
      expect((points[index] ?? 0) < line, success.value?.toString()).toBe((success.value ?? 0) > 0.9);
    });
  });

  it('has columns as high as their counts', () => {
    for (const [kind, figure] of [
      ['k-opened', 'opened'],
      ['k-healed', 'resolved'],
    ] as const) {
      const heights = numbers(svg, 'rect', kind, 'height');
      const perCase = heights.map(
        (height, index) => height / (WEEKLY_REPORT.trend[index]?.figures[figure] ?? 1),
      );
      expect(heights).toHaveLength(12);
      for (const each of perCase) expect(each).toBeCloseTo(perCase[0] ?? 0, 2);
    }
  });

  it('leaves out what is not known: no point, and a gap in the line', () => {
    const gap = String(
      trendChart(
        trendOf([
          [5, 4, 5, 4],
          [3, 0, 0, 0],
          [5, 5, 5, 5],
          [4, 4, 4, 4],
        ]),
      ),
    );
    expect(numbers(gap, 'circle', 'k-dot', 'cy')).toHaveLength(3);
    expect(/class="k-rate" d="([^"]*)"/.exec(gap)?.[1]?.match(/M/g)).toHaveLength(2);
    expect(gap).not.toContain('NaN');
  });

  it('tells in words what it shows', () => {
    const said = /<desc[^>]*>([^<]*)/.exec(svg)?.[1]?.replaceAll('\u00a0', ' ');
    expect(said).toBe(
      'The success rate went from 82.2 % in 2026-W36 to 93.0 % in 2026-W47; in 7 of 12 weeks it was below the dashed line of 90 %. Between 139 and 301 cases were opened a week, between 101 and 207 healed. The table below has each figure.',
    );
  });

  it('is not drawn when nothing happened', () => {
    expect(trendChart(EMPTY_REPORT.trend)).toBeUndefined();
    expect(trendChart([])).toBeUndefined();
  });
});

describe('where the time goes', () => {
  it('is one bar of parts that follow on each other and make up the whole', () => {
    const svg = String(timeChart(WEEKLY_REPORT.times, (name) => name));
    const parts = timeParts(WEEKLY_REPORT.times);
    let end = 0;
    for (const { number, share } of parts) {
      expect(numbers(svg, 'rect', `k-${number}`, 'x')[0]).toBeCloseTo(end, 1);
      expect(numbers(svg, 'rect', `k-${number}`, 'width')[0]).toBeCloseTo((share ?? 0) * 100, 1);
      end += (share ?? 0) * 100;
    }
    expect(end).toBeCloseTo(100, 6);
  });

  it('is not drawn when nothing was timed', () => {
    expect(timeChart(EMPTY_REPORT.times, (name) => name)).toBeUndefined();
  });
});

describe('what stands beside a figure', () => {
  it('is hidden from those who hear the figure', () => {
    for (const small of [bar(0.5), swatch(1)]) expect(String(small)).toContain('aria-hidden="true"');
    expect(String(bar(0.5))).toContain('width="50%"');
  });
});

describe('colours without a style sheet', () => {
  it('have 3 : 1 against white and against black', () => {
    const svg = [
      trendChart(WEEKLY_REPORT.trend),
      timeChart(WEEKLY_REPORT.times, (name) => name),
      bar(1),
    ].join('');
    const colours = new Set(
      [...svg.matchAll(/(?:fill|stroke)="#([0-9a-f]{6})"/g)].map(([, hex]) => hex ?? ''),
    );
    expect(colours.size).toBeGreaterThanOrEqual(5);
    for (const hex of colours) {
      const light = luminance(hex);
      expect(1.05 / (light + 0.05), `${hex} on white`).toBeGreaterThanOrEqual(3);
      expect((light + 0.05) / 0.05, `${hex} on black`).toBeGreaterThanOrEqual(3);
    }
  });
});

/** WCAG's relative luminance. */
const luminance = (hex: string): number =>
  [0, 2, 4]
    .map((start) => Number.parseInt(hex.slice(start, start + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * ([0.2126, 0.7152, 0.0722][index] ?? 0), 0);
