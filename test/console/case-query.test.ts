import { describe, expect, it } from 'vitest';
import { caseFilter } from '../../console/case-query.ts';
import { readSince } from '../../console/case-query-words.ts';

const nowMs = Date.parse('2026-11-21T12:00:00Z');

describe('readSince', () => {
  it.each([
    ['24h', '2026-11-20T12:00:00.000Z'],
    ['7d', '2026-11-14T12:00:00.000Z'],
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01T02:30:00+02:00', '2026-11-01T00:30:00.000Z'],
  ])('reads %s', (text, since) => {
    expect(readSince(text, nowMs)).toBe(since);
  });

  it.each(['', 'yesterday', '24', '-3h', '2026-13-01', '2026-11-01T02:30', '11/21/2026', '999999d'])(
    'does not guess what "%s" means',
    (text) => {
      expect(readSince(text, nowMs)).toBeUndefined();
    },
  );
});

describe('caseFilter', () => {
  it('takes what it is given and nothing more', () => {
    expect(caseFilter({}, nowMs)).toEqual({});
    expect(caseFilter({ status: 'open', since: '1h' }, nowMs)).toEqual({
      status: 'open',
      since: '2026-11-21T11:00:00.000Z',
    });
  });

  it.each([{ status: 'lost' }, { account: '12' }, { since: 'x' }, { colour: 'red' }, { rule: '' }])(
    'refuses %o with the place',
    (query) => {
      expect(() => caseFilter(query as Record<string, string>, nowMs)).toThrow(
        expect.objectContaining({ status: 400, code: 'bad-request' }),
      );
    },
  );
});
