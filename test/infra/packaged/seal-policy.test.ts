/** Functions do not know the language of policies: what they go by is what the text meant, or nothing. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import { sealPolicy } from '../../../infra/packaged/seal-policy.ts';
import { POLICY_FORM, readSealedPolicy } from '../../../infra/packaged/sealed-policy.ts';
import { readSealedText } from '../../../infra/packaged/sealed-policy-text.ts';
import { anyPolicyText, EVERYTHING } from '../../domain/policy/any-policy-text.ts';
import { parsedPolicy, sealedAs } from '../../support/published-policies.ts';

const whole = parsedPolicy(EVERYTHING);
const { policy } = whole;

describe('a sealed policy', () => {
  it('means what its text means, and keeps the text', () => {
    const sealed = sealPolicy(whole);
    expect(readSealedPolicy(sealed)).toEqual({ ok: true, policy, document: whole.document });
    expect(readSealedText(sealed)).toEqual({ ok: true, policy, document: whole.document });
  });

  it('is read as it was understood, whatever text is a policy', () => {
    let sealed = 0;
    fc.assert(
      fc.property(anyPolicyText(100), (text) => {
        const parsed = parsePolicy(text, 'policy.yml');
        if (!parsed.ok) return;
        sealed += 1;
        const reading = readSealedPolicy(sealPolicy(parsed));
        if (!reading.ok) throw new Error(reading.why);
        expect(reading.policy).toEqual(parsed.policy);
      }),
      { seed: 20261121, numRuns: 120 },
    );
    expect(sealed).toBeGreaterThan(5);
  });

  it('is refused when whatever it says anywhere is no such thing', () => {
    expect(readSealedPolicy(sealedAs(policy.version, policy)).ok).toBe(true);
    const spoilt = places(policy).map((path) => [path.join('.'), altered(policy, path, null)] as const);
    expect(spoilt.length).toBeGreaterThan(150);
    const believed = spoilt.filter(([, one]) => readSealedPolicy(sealedAs(policy.version, one)).ok);
    expect(believed.map(([path]) => path)).toEqual([]);
  });

  it('is refused when there is more in it than this release knows', () => {
    const owned = places(policy).filter(
      (path) => !/^(topics|owners\.contacts|groups)$|parameters$/.test(path.join('.')),
    );
    const believed = [[], ...owned]
      .filter((path) => isMapping(at(policy, path)))
      .map((path) => [path.join('.'), altered(policy, [...path, 'unheard-of'], 1)] as const)
      .filter(([, one]) => readSealedPolicy(sealedAs(policy.version, one)).ok);
    expect(believed.map(([path]) => path)).toEqual([]);
  });

  it.each([
    ['a quorum of nobody', ['entries', 0, 'approval', 'quorum'], 0],
    ['half an attempt', ['entries', 0, 'retry', 'attemptsMax'], 0.5],
    ['more at once than a lane can hold', ['limits', 'lane', 'concurrencyMax'], 1e9],
    [
      'a rule that holds for nothing or all',
      ['entries', 0, 'match', 'fields'],
      [{ ref: { kind: 'tag', key: 'a' }, tests: [] }],
    ],
    ['a mode that acts where nothing matches', ['unmatched', 'mode'], 'auto'],
  ])('is refused with %s', (_, path, value) => {
    expect(readSealedPolicy(sealedAs(policy.version, altered(policy, path, value)))).toMatchObject({
      ok: false,
    });
  });

  it('is not made of a policy that functions would not believe', () => {
    const spoilt = { ...policy, endlessExemptions: [7] } as unknown as typeof policy;
    expect(() => sealPolicy({ policy: spoilt, document: {} })).toThrow(
      /cannot be sealed: .*endlessExemptions\[0\]/,
    );
  });

  /**
   * When this fails, the same text means something else to functions than it did. Is it that a field says another
   * thing now, raise POLICY_FORM, so that what was published before is not half believed. Is it that a new field was
   * added or a default changed, only write down the new hash.
   */
  it('means the same as ever', () => {
    const { version: _, ...rest } = policy;
    const hash = createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 12);
    expect([POLICY_FORM, hash]).toMatchInlineSnapshot(`
      [
        1,
        "308ffdfef81d",
      ]
    `);
  });
});

type Path = readonly (string | number)[];

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every place below the value. */
const places = (value: unknown): readonly Path[] =>
  typeof value === 'object' && value !== null
    ? (Array.isArray(value) ? [...value.entries()] : Object.entries(value)).flatMap(([key, inner]) => [
        [key],
        ...places(inner).map((path) => [key, ...path]),
      ])
    : [];

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown>)[key], value);

const altered = (value: unknown, path: Path, put: unknown): unknown => {
  const copy = structuredClone(value);
  (at(copy, path.slice(0, -1)) as Record<string | number, unknown>)[path.at(-1) ?? ''] = put;
  return copy;
};
