/** Cron expressions: which wall times they say, held against croner; and what is said of those that are none. */
import { Cron as Croner } from 'croner';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cron, nextWall, parseCron, previousWall } from '../../../domain/calendar/cron.ts';
import { instant, minuteMs } from '../../../domain/time.ts';

const wall = (text: string): number => Date.parse(`${text}Z`);
const said = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : instant(ms).slice(0, 16);
const read = (text: string): Cron => {
  const parsed = parseCron(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.cron;
};
const next = (cron: string, after: string): string | undefined => said(nextWall(read(cron), wall(after)));
const previous = (cron: string, before: string): string | undefined =>
  said(previousWall(read(cron), wall(before)));

describe('the next and the previous wall time', () => {
  it.each([
    ['* * * * *', '2026-11-21T10:00', '2026-11-21T10:01', '2026-11-21T09:59'],
    ['* * * * *', '2026-11-21T10:00:30', '2026-11-21T10:01', '2026-11-21T10:00'],
    ['0 22 * * 1-5', '2026-11-20T22:00', '2026-11-23T22:00', '2026-11-19T22:00'],
    ['0 22 * * MON-Fri', '2026-11-20T22:00', '2026-11-23T22:00', '2026-11-19T22:00'],
    ['0 6 * * 0', '2026-11-21T10:00', '2026-11-22T06:00', '2026-11-15T06:00'],
    ['0 6 * * 7', '2026-11-21T10:00', '2026-11-22T06:00', '2026-11-15T06:00'],
    ['0 6 * * sat-sun', '2026-11-22T06:00', '2026-11-28T06:00', '2026-11-21T06:00'],
    ['0 6 * * 6-0', '2026-11-22T06:00', '2026-11-28T06:00', '2026-11-21T06:00'],
    ['0 6 * jan,JUL *', '2026-11-21T10:00', '2027-01-01T06:00', '2026-07-31T06:00'],
    ['5-59/20 8-10/2 * * *', '2026-11-21T08:45', '2026-11-21T10:05', '2026-11-21T08:25'],
    ['0 3 29 2 *', '2026-11-21T10:00', '2028-02-29T03:00', '2024-02-29T03:00'],
    ['0 3 29 2 *', '2097-01-01T00:00', '2104-02-29T03:00', '2096-02-29T03:00'],
    ['0 3 L 2 *', '2026-11-21T10:00', '2027-02-28T03:00', '2026-02-28T03:00'],
    ['0 3 15,l * *', '2026-11-30T03:00', '2026-12-15T03:00', '2026-11-15T03:00'],
    ['0 3 * * tue#2', '2026-11-21T10:00', '2026-12-08T03:00', '2026-11-10T03:00'],
    ['0 3 * * friL', '2026-11-21T10:00', '2026-11-27T03:00', '2026-10-30T03:00'],
    ['59 23 31 12 *', '2026-12-31T23:59', '2027-12-31T23:59', '2025-12-31T23:59'],
    // A Monday that is the fifth of a February comes every 28 years; around 2100 after 40.
    ['0 0 * 2 mon#5', '2080-01-01T00:00', '2112-02-29T00:00', '2072-02-29T00:00'],
  ])('of %s around %s are %s and %s', (cron, around, after, before) => {
    expect([next(cron, around), previous(cron, around)]).toEqual([after, before]);
  });

  it('where both fields of days say something, either will do', () => {
    expect(next('0 0 13 * fri', '2026-11-13T00:00')).toBe('2026-11-20T00:00');
    expect(next('0 0 13 * fri', '2026-12-11T00:00')).toBe('2026-12-13T00:00');
    expect(next('0 0 13 * *', '2026-11-13T00:00')).toBe('2026-12-13T00:00');
  });

  it.each(['0 0 31 2 *', '0 0 30 2 *', '0 0 31 4,6,9,11 *', '59 23 30-31 feb *'])(
    'of %s never come',
    (cron) => {
      expect([next(cron, '2026-11-21T10:00'), previous(cron, '2026-11-21T10:00')]).toEqual([
        undefined,
        undefined,
      ]);
    },
  );
});

/** A field that croner takes: what it names, in any of the ways to write it. */
const field = (min: number, max: number, names: readonly string[] = []) => {
  const value = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min, max }).map(String) },
    ...(names.length === 0 ? [] : [{ weight: 1, arbitrary: fc.constantFrom(...names) }]),
  );
  const numbers = fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
    .map((two) => two.toSorted((a, b) => a - b).join('-'));
  const step = fc.integer({ min: 1, max: max - min });
  const part = fc.oneof(
    { weight: 3, arbitrary: value },
    { weight: 2, arbitrary: numbers },
    { weight: 1, arbitrary: fc.tuple(numbers, step).map(([range, by]) => `${range}/${by}`) },
    { weight: 1, arbitrary: step.map((by) => `*/${by}`) },
  );
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant('*') },
    { weight: 3, arbitrary: part },
    { weight: 1, arbitrary: fc.array(part, { minLength: 2, maxLength: 3 }).map((parts) => parts.join(',')) },
  );
};
const oneOfAll = (each: fc.Arbitrary<string>, ...rare: string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 6, arbitrary: each }, { weight: 1, arbitrary: fc.constantFrom(...rare) });
const anyCron = fc
  .tuple(
    field(0, 59),
    field(0, 23),
    oneOfAll(field(1, 31), 'L', '29', '30,L', '31'),
    oneOfAll(field(1, 12, ['jan', 'Feb', 'DEC']), '2', 'mar-may'),
    oneOfAll(
      field(0, 7, ['sun', 'Tue', 'SAT']),
      'tue#2',
      'mon#5',
      'friL',
      'sun#1,wedL',
      'fri-sun',
      'sun-tue',
    ),
  )
  .map((fields) => fields.join(' '));
const anyWallMs = fc.oneof(
  fc.integer({ min: wall('2020-01-01T00:00'), max: wall('2040-01-01T00:00') }),
  fc
    .constantFrom('2026-12-31T23:59', '2028-02-29T00:00', '2028-03-01T00:00', '2027-02-28T23:59')
    .map((text) => wall(text)),
);

describe('any expression', () => {
  const croner = (cron: string) => new Croner(cron, { utcOffset: 0, mode: '5-part' });

  it('comes next when croner says so, and again, and again', () => {
    fc.assert(
      fc.property(anyCron, anyWallMs, (cron, fromMs) => {
        const ours: (number | undefined)[] = [];
        let at: number | undefined = fromMs;
        for (let count = 0; count < 3 && at !== undefined; count += 1) {
          at = nextWall(read(cron), at);
          if (at !== undefined) ours.push(at);
        }
        expect(ours).toEqual(
          croner(cron)
            .nextRuns(3, new Date(fromMs))
            .map((each) => each.getTime()),
        );
      }),
      { seed: 20261121, numRuns: 300 },
    );
  });

  it('came last when going forwards from there comes back', () => {
    fc.assert(
      fc.property(anyCron, anyWallMs, (text, beforeMs) => {
        const cron = read(text);
        const lastMs = previousWall(cron, beforeMs);
        if (lastMs === undefined) {
          expect(nextWall(cron, beforeMs)).toBeUndefined();
          return;
        }
        expect(lastMs).toBeLessThan(beforeMs);
        // It is one, and there is none in between.
        expect(nextWall(cron, lastMs - minuteMs)).toBe(lastMs);
        expect(nextWall(cron, lastMs) ?? beforeMs).toBeGreaterThanOrEqual(beforeMs);
      }),
      { seed: 20261121, numRuns: 500 },
    );
  });

  it('is refused when croner refuses it, and taken when croner takes it', () => {
    const odd = fc.constantFrom(
      '',
      '60',
      '24',
      '0',
      '8',
      '13',
      '32',
      '1-',
      '-1',
      '1-2-3',
      '5-3',
      '*/0',
      '*/61',
      '*-5',
      '1/5',
      '/5',
      '1/',
      ',1',
      '1,',
      'mo',
      'monday',
      'xyz',
      'jan',
      'mon-',
      '1.5',
      '+1',
      '-',
      '*',
      '**',
      '*,3',
      '5/2/3',
      '1-5/2',
      '٣',
      '0x1',
      '1e1',
      'LW',
      'L-3',
    );
    const fields = fc
      .array(fc.oneof({ weight: 4, arbitrary: fc.constant('*') }, { weight: 1, arbitrary: odd }), {
        minLength: 5,
        maxLength: 5,
      })
      // These croner takes: both days at once, the last day on a weekday, and names in other words.
      .filter(([, , day, , weekday]) => !/[LW]/.test(day ?? '') && !/^\+/.test(weekday ?? ''));
    const taken = (cron: string): boolean => {
      try {
        croner(cron);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(fields, (each) => {
        const cron = each.join(' ');
        expect([cron, parseCron(cron).ok]).toEqual([cron, taken(cron)]);
      }),
      { seed: 20261121, numRuns: 1000 },
    );
  });
});

describe('what is no expression', () => {
  const problems = (text: string): readonly string[] => {
    const parsed = parseCron(text);
    if (parsed.ok) return [];
    return parsed.problems.map(
      ({ expected, part, action }) => `${part ?? 'all'}: ${expected}; ${action ?? ''}`,
    );
  };
  const hour = 'a number from 0 to 23 for the hour';
  const day = 'a number from 1 to 31 for the day of month';
  const month = 'a number from 1 to 12 or a name from jan to dec for the month';
  const weekday = 'a number from 0 to 7 or a name from sun to sat for the day of week';
  const five = "a cron expression of five fields (minute, hour, day, month, weekday), such as '0 22 * * 1-5'";

  it.each([
    ['15 24 * * *', `24: ${hour}; for example 22, 8-17 or */4`],
    ['0 22-2 * * *', `22-2: ${hour}; it goes backwards: write 22-23,0-2`],
    ['0 23-0 * * *', `23-0: ${hour}; it goes backwards: write 23,0`],
    ['0 22 * nov-feb *', `nov-feb: ${month}; it goes backwards: write 11-12,1-2`],
    ['0 /6 * * *', `/6: ${hour}; write */6`],
    ['0 2/6 * * *', `2/6: ${hour}; write 2-23/6`],
    ['0 1,,2 * * *', `: ${hour}; for example 22, 8-17 or */4`],
    ['0 */25 * * *', `*/25: ${hour}; for example 22, 8-17 or */4`],
    ['0 0 15W * *', `15W: ${day}; the nearest weekday cannot be said: write one day, such as 15`],
    ['0 0 LW * *', `LW: ${day}; the nearest weekday cannot be said: write one day, such as 15`],
    ['0 0 * * monday', `monday: ${weekday}; write mon`],
    ['0 0 * january *', `january: ${month}; write jan`],
    [
      '0 0 * * 3#2',
      `3#2: ${weekday}; write the name of the weekday, such as tue#2 or friL: its number means another day elsewhere`,
    ],
    [
      '0 0 * * fri#6',
      `fri#6: ${weekday}; for example mon-fri, tue#2, the second Tuesday, or friL, the last Friday`,
    ],
    [
      '0 22 ? * 2-6',
      `?: ${day}; write * instead; weekdays count from Sunday, which is 0 here and 1 in EventBridge`,
    ],
    ['@daily', `all: ${five}; write '0 0 * * *'`],
    ['@Weekly', `all: ${five}; write '0 0 * * 0'`],
    ['@reboot', `all: ${five}; `],
    ['0 0 22 * * *', `all: ${five}; it has 6 fields: write neither seconds nor a year`],
    ['', `all: ${five}; `],
  ])('%s: it is said where, and what to write instead', (text, expected) => {
    expect(problems(text)).toEqual([expected]);
  });

  it('what is wrong is said of each field, and once', () => {
    expect(problems('99,98,97 25 * * fry').map((each) => each.split(':')[0])).toEqual(['99', '25', 'fry']);
  });

  it('what is to be written instead can be', () => {
    for (const text of [
      '0 22-2 * * *',
      '0 23-0 * * *',
      '0 0 * nov-feb *',
      '0 /6 * * *',
      '0 2/6 * * *',
      '0 0 * * monday',
      '@daily',
      '@Hourly',
      '@yearly',
      '@monthly',
      '@weekly',
    ]) {
      const parsed = parseCron(text);
      const [problem] = parsed.ok ? [] : parsed.problems;
      const instead = /write '?([^']+)/.exec(problem?.action ?? '')?.[1] ?? '';
      const repaired = problem?.part === undefined ? instead : text.replace(problem.part, instead);
      expect([text, repaired, parseCron(repaired).ok]).toEqual([text, repaired, true]);
    }
  });
});
