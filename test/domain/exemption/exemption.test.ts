/** Exemptions that people write: read as the policy would, kept, read back, and never a quiet no. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FoundExemption } from '../../../domain/exemption/exemption.ts';
import { readStored } from '../../../domain/exemption/exemption.ts';
import { exemptionBook } from '../../../domain/exemption/exemption-book.ts';
import { readRequest } from '../../../domain/exemption/exemption-request.ts';
import { createExemptions } from '../../../domain/exemption/exemptions.ts';
import { dayMs, plusMs } from '../../../domain/time.ts';
import { NOW } from '../../support/cases.ts';
import { subject } from '../../support/exemptions.ts';

const POLICY = { timezone: 'UTC', endlessExemptions: ['for-ever'] };
const REQUEST = {
  name: 'legacy',
  match: { resourceId: ['shop-prod-orders'] } as unknown,
  owner: 'ops',
  reason: 'goes in May',
  expires: '2027-01-31',
};
const problems = (more: Partial<typeof REQUEST>, policy = POLICY): readonly string[] => {
  const reading = readRequest({ ...REQUEST, ...more }, policy, NOW);
  return reading.ok ? [] : reading.problems;
};

describe('what somebody wants exempt', () => {
  it("ends at the end of its last day, in the policy's time zone", () => {
    expect(readRequest(REQUEST, { ...POLICY, timezone: 'Europe/Berlin' }, NOW)).toEqual({
      ok: true,
      exemption: {
        name: 'legacy',
        match: REQUEST.match,
        owner: 'ops',
        reason: 'goes in May',
        expiresAt: '2027-01-31T23:00:00.000Z',
      },
    });
  });

  it('has an end, unless the policy allows it to have none by its name', () => {
    const { expires: _, ...endless } = REQUEST;
    expect(readRequest(endless, POLICY, NOW)).toMatchObject({
      ok: false,
      problems: [
        'expected expires, a date such as 2027-01-31; found nothing (an exemption ends; for one that must not, add legacy to endless-exemptions)',
      ],
    });
    expect(readRequest({ ...endless, name: 'for-ever' }, POLICY, NOW)).toMatchObject({ ok: true });
    expect(problems({ name: 'for-ever' })).toEqual([
      expect.stringContaining('expires: expected no end, because endless-exemptions names it'),
    ]);
  });

  it.each<[string, Partial<typeof REQUEST>, string]>([
    ['a day that is over', { expires: '2026-11-20' }, 'expires: expected a time to come; found 2026-11-20'],
    ['no day at all', { expires: '2027-02-30' }, 'expires: expected a date such as 2027-01-31'],
    ['an unknown field', { match: { resuorceId: ['x'] } }, 'match.resuorceId: expected one of the fields'],
    ['an operator that there is not', { match: { rule: [{ prefixx: 'a' }] } }, 'match.rule[0]'],
    ['everything', { match: {} }, 'match: expected at least one field; found {}'],
    ['text where a mapping belongs', { match: 'rule' }, 'match: expected a mapping'],
    ['no owner', { owner: ' ' }, 'owner: expected text of 1 to 100 characters'],
    ['no reason', { reason: '' }, 'reason: expected text of 1 to 500 characters'],
    ['an odd name', { name: '-x' }, 'name: expected a name of 1 to 64'],
    [
      'very much',
      { match: { rule: Array(400).fill('abcdefgh') } },
      'match: expected at most 2000 characters',
    ],
    [
      'something deep',
      { match: JSON.parse(`${'{"$or":['.repeat(5_000)}1${']}'.repeat(5_000)}`) },
      'match: expected at most 24 levels of nesting',
    ],
  ])('is refused for %s, at its place and with words', (_, more, message) => {
    expect(problems(more)).toEqual([expect.stringContaining(message)]);
  });

  it('whatever the match is, it is refused, or kept and read back as the same', () => {
    const any = fc.jsonValue({ maxDepth: 1 });
    const field = fc.constantFrom(
      'rule',
      'resourceId',
      'account',
      'region',
      'tags',
      '$or',
      'severity',
      'odd',
    );
    const name = fc.constantFrom('prefix', 'wildcard', 'exists', 'anything-but', 'numeric');
    const operator = fc.oneof(
      fc.constantFrom('222222222222', 'high', '', 'a*', 7, true, null),
      fc.dictionary(name, fc.oneof(fc.constantFrom('a', 'a*b', true, ['b'], ['>', 5]), any), { maxKeys: 2 }),
    );
    const fields = fc.array(operator, { maxLength: 3 });
    const nested = fc.array(fc.dictionary(field, fields, { maxKeys: 2 }), { maxLength: 3 });
    const match = fc.oneof(any, fc.dictionary(field, fc.oneof(fields, nested, any), { maxKeys: 3 }));
    fc.assert(
      fc.property(match, (written) => {
        const reading = readRequest({ ...REQUEST, match: written }, POLICY, NOW);
        if (!reading.ok) {
          expect(reading.problems.length).toBeGreaterThan(0);
          return;
        }
        const item = JSON.parse(JSON.stringify({ ...reading.exemption, who: 'ada', since: NOW }));
        expect(readStored('legacy', item)).toMatchObject({ kind: 'read', exemption: { match: item.match } });
      }),
      { numRuns: 300 },
    );
  });
});

const ITEM = {
  match: { resourceId: ['shop-prod-orders'] } as unknown,
  owner: 'ops',
  reason: 'goes in May',
  who: 'ada',
  since: NOW,
  expiresAt: plusMs(NOW, dayMs),
};
const bookOf = (...items: readonly object[]) =>
  exemptionBook(items.map((item, n) => readStored(`n-${n}`, { ...ITEM, ...item })));

describe('the stored exemptions', () => {
  it('hold until the very moment of their end, and not from then on', () => {
    const book = bookOf({});
    const at = (ms: number) => book.exemptionOf(subject(), plusMs(ITEM.expiresAt, ms))?.name;
    expect(at(-1)).toBe('n-0');
    expect(at(0)).toBeUndefined();
    expect(bookOf({ expiresAt: undefined }).exemptionOf(subject(), plusMs(NOW, 9_999 * dayMs))).toEqual({
      name: 'n-0',
      owner: 'ops',
      reason: 'goes in May',
    });
    expect(book.exemptionOf(subject({ resourceId: 'another' }), NOW)).toBeUndefined();
  });

  it.each<[string, object]>([
    ['no match', { match: undefined }],
    ['a match of everything', { match: {} }],
    ['a match with an unknown field', { match: { rulle: ['x'] } }],
    ['a match that is a number', { match: 7 }],
  ])('one with %s is a doubt about every finding', (_, item) => {
    const book = bookOf(item);
    expect(book.exemptionOf(subject(), NOW)).toBeUndefined();
    expect(book.doubtAbout(subject({ resourceId: 'another' }))).toContain('exemption "n-0" cannot be read');
  });

  it.each<[string, object]>([
    ['no owner', { owner: '' }],
    ['a reason that is no text', { reason: 7 }],
    ['nobody who added it', { who: undefined }],
    ['an end that is no time', { expiresAt: 'soon' }],
    ['an end that is null', { expiresAt: null }],
    ['a beginning that is no time', { since: '2026-13-01T00:00:00.000Z' }],
  ])('one with %s is a doubt about what it covers, and about nothing else', (_, item) => {
    const book = bookOf(item);
    expect(book.exemptionOf(subject(), NOW)).toBeUndefined();
    expect(book.doubtAbout(subject())).toContain('exemption "n-0" cannot be read');
    expect(book.doubtAbout(subject({ resourceId: 'another' }))).toBeUndefined();
  });

  it('have tags read for those that look at them and have not ended, nested or spoilt though they be', () => {
    const inTags = { match: { tags: { env: ['dev'] } } };
    expect(bookOf({}).needsTags(NOW)).toBe(false);
    expect(bookOf({}, inTags).needsTags(NOW)).toBe(true);
    expect(bookOf(inTags).needsTags(ITEM.expiresAt)).toBe(false);
    const nested = { match: { $or: [{ rule: ['a'] }, { tags: { env: ['dev'] } }] } };
    expect(bookOf(nested).needsTags(NOW)).toBe(true);
    expect(bookOf({ ...inTags, owner: '' }).needsTags(NOW)).toBe(true);
  });
});

describe('what a process knows of them', () => {
  const found = (name: string): FoundExemption => readStored(name, ITEM);
  /** A store whose loads end when the test says so, in any order. */
  const slowStore = () => {
    const loads: ((found: readonly FoundExemption[]) => void)[] = [];
    const fails: ((error: Error) => void)[] = [];
    const all = () =>
      new Promise<readonly FoundExemption[]>((resolve, reject) => {
        loads.push(resolve);
        fails.push(reject);
      });
    return { loads, fails, known: createExemptions({ all }) };
  };
  const nameIn = async ({ known }: ReturnType<typeof createExemptions>) =>
    (await known()).exemptionOf(subject(), NOW)?.name;

  it('is loaded once, and again only for another number', async () => {
    const { loads, known } = slowStore();
    const first = [known.known(), known.known(), known.upTo(0)];
    expect(loads).toHaveLength(1);
    loads[0]?.([]);
    await Promise.all(first);
    await known.upTo(0);
    expect(loads).toHaveLength(1);
    const second = known.upTo(1);
    loads[1]?.([found('new')]);
    await second;
    expect(await nameIn(known)).toBe('new');
    expect(known.sequence()).toBe(1);
    // A control item that was made anew counts from the beginning.
    const third = known.upTo(0);
    loads[2]?.([]);
    await third;
    expect(await nameIn(known)).toBeUndefined();
  });

  it('is what the load saw that began last, whichever ends first', async () => {
    const { loads, known } = slowStore();
    const older = known.upTo(1);
    const newer = known.upTo(2);
    loads[1]?.([found('newer')]);
    await newer;
    loads[0]?.([]);
    await older;
    expect(await nameIn(known)).toBe('newer');
    expect(known.sequence()).toBe(2);
  });

  it('is nothing when it cannot be loaded: whoever asks is told, and the next one tries again', async () => {
    const { loads, fails, known } = slowStore();
    const asked = known.known();
    fails[0]?.(new Error('throttled'));
    await expect(asked).rejects.toThrow('throttled');
    const upTo = known.upTo(1);
    fails[1]?.(new Error('throttled again'));
    await expect(upTo).rejects.toThrow('throttled again');
    const again = known.upTo(1);
    loads[2]?.([found('there')]);
    await again;
    expect(await nameIn(known)).toBe('there');
  });
});
