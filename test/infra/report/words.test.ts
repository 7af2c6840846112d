/** How figures read, at the edges where rounding could tell more than is. */
import { describe, expect, it } from 'vitest';
import { weekNamed } from '../../../domain/report/week.ts';
import { reportLinks, reportPath } from '../../../infra/report/report-links.ts';
import {
  change,
  count,
  counted,
  days,
  duration,
  hours,
  money,
  percent,
  points,
} from '../../../infra/report/words.ts';

const plain = (text: string | undefined) => text?.replaceAll('\u00a0', ' ');

describe('a share', () => {
  it.each([
    [1, '100.0 %'],
    [0.99996, '99.9 %'],
    [0.8999, '89.9 %'],
    [0.29, '29.0 %'],
    [0.9, '90.0 %'],
    [0, '0.0 %'],
    [null, '–'],
    [Number.NaN, '–'],
  ])('%d reads %s: rounded down, so that 100 % is all of them', (share, text) => {
    expect(plain(percent(share))).toBe(text);
  });

  it('differs from another by what is printed', () => {
    expect(plain(points(0.9309, 0.9162))).toBe('+1.4 points');
    expect(plain(points(0.9, 0.9301))).toBe('−3.0 points');
    expect(points(0.9001, 0.9)).toBe('no change');
    expect(points(null, 0.9)).toBeUndefined();
  });
});

describe('a time', () => {
  it.each([
    [0, '0 s'],
    [400, '< 1 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [252_000, '4 min 12 s'],
    [15_480_000, '4 h 18 min'],
    [97_200_000, '1 d 3 h'],
    [null, '–'],
  ])('of %d ms reads %s', (ms, text) => {
    expect(plain(duration(ms))).toBe(text);
  });
});

describe('numbers', () => {
  it('are read as people write them', () => {
    expect(count(1_204)).toBe('1,204');
    expect(count(Number.POSITIVE_INFINITY)).toBe('–');
    expect([change(5, 3), change(3, 5), change(3, 3)]).toEqual(['+2', '−2', 'same']);
    expect([counted(1, 'lane'), counted(60, 'lane')]).toEqual(['1 lane', '60 lanes']);
    expect(plain(money(1234.5))).toBe('1,234.50 USD');
    expect(plain(hours(74.25))).toBe('74.3 h');
  });
});

describe('the days of a week', () => {
  it.each([
    ['2026-W47', 'Europe/Berlin', 'Monday 16 to Sunday 22 November 2026, Europe/Berlin'],
    ['2026-W44', 'America/New_York', 'Monday 26 October to Sunday 1 November 2026, America/New_York'],
    ['2026-W53', 'UTC', 'Monday 28 December 2026 to Sunday 3 January 2027, UTC'],
  ])('of %s in %s', (id, timezone, text) => {
    const week = weekNamed(id, timezone);
    expect(week && days(week)).toBe(text);
  });
});

describe('the address of the cases behind a figure', () => {
  it('names the group, however it is called, also the one without a name', () => {
    const links = reportLinks('2026-W47', 'https://selfheal.example');
    expect(links({ figure: 'resolved' })).toBe(
      'https://selfheal.example/reports/2026-W47/cases?figure=resolved',
    );
    expect(links({ figure: 'resolved', by: 'owner', key: '' })).toMatch(/\?figure=resolved&by=owner&key=$/);
    const odd = new URL(links({ figure: 'opened', by: 'owner', key: 'a&b=c d/ä' }) ?? '');
    expect(odd.searchParams.get('key')).toBe('a&b=c d/ä');
    expect(reportPath('../x')).toBe('/reports/..%2Fx');
  });
});
