import { describe, expect, it } from 'vitest';
import { originOf } from '../../bench/bundle-size.ts';
import { formatFigures, ratioOf, verdictOf } from '../../bench/figure.ts';
import { mixedPolicy } from '../../bench/policy-decision.ts';
import { parsePolicy } from '../../domain/policy/parse-policy.ts';

const ceiling = { what: 'calls', value: 12, unit: 'calls', budget: 16, how: 'Counted.' };
const floor = { what: 'events', value: 150, unit: '/s', budget: 300, budgetIsFloor: true, how: 'Timed.' };

describe('a figure beside its budget', () => {
  it('is within a ceiling up to the ceiling itself', () => {
    expect(verdictOf(ceiling)).toBe('within');
    expect(verdictOf({ ...ceiling, value: 16 })).toBe('within');
    expect(verdictOf({ ...ceiling, value: 17 })).toBe('over');
  });

  it('is under a floor when it falls short of it', () => {
    expect(verdictOf(floor)).toBe('under');
    expect(verdictOf({ ...floor, value: 300 })).toBe('within');
  });

  it('is told and not judged when it has no budget', () => {
    const { budget: _, ...told } = ceiling;
    expect(verdictOf(told)).toBe('-');
    expect(ratioOf(told)).toBeUndefined();
  });

  it('is printed with its budget, its ratio and the way it was counted', () => {
    const [, , row, ...rest] = formatFigures([ceiling]).split('\n');
    expect(row?.split(/ {2,}/)).toEqual(['1', 'calls', '12 calls', '<= 16 calls', '0.75', 'within ']);
    expect(rest.join('\n')).toContain('1. Counted.');
  });
});

describe('what is measured', () => {
  it('names a package by its scope, and our own files by their folder', () => {
    expect(originOf('node_modules/@middy/core/index.js')).toBe('@middy/core');
    expect(originOf('node_modules/a/node_modules/zod/x.js')).toBe('zod');
    expect(originOf('domain/case/case.ts')).toBe('domain/');
  });

  it('is a policy that the parser takes', () => {
    expect(parsePolicy(mixedPolicy(12), 'bench.yml').ok).toBe(true);
  });
});
