/** Any match and any finding, of so few words that they often meet. */
import fc from 'fast-check';
import type { PolicySubject } from '../../../domain/policy/policy.ts';

const word = fc.constantFrom(
  'a',
  'ab',
  'abc',
  'b',
  'bc',
  'AB',
  'Σ',
  'aΣ',
  'σ',
  'ς',
  '',
  '5',
  '12',
  '1.5',
  '10.1.2.3',
  '10.9.9.9',
);
const text = fc.constantFrom('a', 'ab', 'abc', 'b', 'bc', 'AB', 'aΣ', 'σ');
const oneOrMore = <T>(item: fc.Arbitrary<T>) =>
  fc.oneof(item, fc.array(item, { minLength: 1, maxLength: 3 }));
const glob = fc.constantFrom('*', 'a*', '*b', 'a*c', '*b*', 'ab', '\\*', 'a*b*c', 'AB*');
const folded = text.map((value) => ({ 'equals-ignore-case': value }));

const operator = fc.oneof(
  { weight: 4, arbitrary: word },
  fc.oneof(text, folded).map((prefix) => ({ prefix })),
  fc.oneof(text, folded).map((suffix) => ({ suffix })),
  glob.map((wildcard) => ({ wildcard })),
  folded,
  oneOrMore(word).map((none) => ({ 'anything-but': none })),
  oneOrMore(text).map((prefix) => ({ 'anything-but': { prefix } })),
  oneOrMore(glob).map((wildcard) => ({ 'anything-but': { wildcard } })),
  fc.boolean().map((exists) => ({ exists })),
  fc
    .constantFrom(['=', 5], ['>', 1], ['>=', 5], ['<', 12], ['<=', 5], ['>=', 1, '<', 12])
    .map((numeric) => ({ numeric })),
  fc.constantFrom('10.0.0.0/8', '10.1.0.0/16', '10.1.2.3/32').map((cidr) => ({ cidr })),
);
const field = fc.array(operator, { minLength: 1, maxLength: 3 });
const account = fc.array(fc.constantFrom('111111111111', '222222222222'), { minLength: 1, maxLength: 2 });
const framework = fc.array(fc.constantFrom('cis', 'pci'), { minLength: 1, maxLength: 2 });
const severity = fc.array(fc.constantFrom('low', 'high'), { minLength: 1, maxLength: 2 });

const one = fc.oneof(
  { weight: 3, arbitrary: fc.record({ rule: field }) },
  { weight: 3, arbitrary: fc.record({ resourceId: field }) },
  { weight: 3, arbitrary: fc.record({ tags: fc.record({ x: field, y: field }, { requiredKeys: ['x'] }) }) },
  fc.record({ account }),
  fc.record({ framework }),
  fc.record({ severity }),
);
const fields = fc.oneof(
  { weight: 3, arbitrary: one },
  fc.tuple(one, one).map(([left, right]) => ({ ...left, ...right })),
);

/** As a policy writes it. */
export const aMatch: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  { weight: 4, arbitrary: fields },
  fc
    .tuple(fields, fc.array(one, { minLength: 2, maxLength: 3 }))
    .map(([match, alternatives]) => ({ ...match, $or: alternatives })),
);

/** Matches of which later ones often say more than an earlier one says. */
export const matches = fc
  .tuple(
    fc.array(aMatch, { minLength: 2, maxLength: 5 }),
    fc.array(fc.tuple(fc.nat(4), aMatch), { maxLength: 4 }),
  )
  .map(([first, narrowed]) => [
    ...first,
    ...narrowed.map(([at, more]) => ({ ...more, ...first[at % first.length] })),
  ]);

const tags = fc.record({ x: word, y: word }, { requiredKeys: [] });

export const anySubject: fc.Arbitrary<PolicySubject> = fc.record(
  {
    rule: fc.array(word, { minLength: 1, maxLength: 3 }),
    resourceType: word,
    resourceId: word,
    account: fc.constantFrom('111111111111', '222222222222'),
    region: fc.constant('eu-west-1'),
    tags,
    severity: fc.constantFrom('low' as const, 'high' as const),
    frameworks: fc.subarray(['cis' as const, 'pci' as const]),
  },
  { requiredKeys: ['rule', 'resourceType', 'resourceId', 'account', 'region', 'tags', 'frameworks'] },
);
