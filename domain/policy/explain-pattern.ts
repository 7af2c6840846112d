/**
 * Says in words why a pattern does not hold for a subject: the first thing that fails, and what is there
 * instead. For people who ask why an entry did not decide.
 */
import { unreachable } from '../unreachable.ts';
import {
  compileEventPattern,
  type EventPattern,
  type FieldPattern,
  type FieldRef,
  valuesReader,
} from './event-pattern.ts';
import type { PolicySubject } from './policy.ts';
import { shown } from './policy-problem.ts';
import { compileTests, type FieldValues, type SimpleTest, type ValueTest } from './value-test.ts';

export interface PatternFailure {
  /** Where in the match: `rule`, `tags.env`, `$or`. */
  readonly field: string;
  /** A sentence that begins with what was wanted. */
  readonly reason: string;
}

/** The first field that fails, or undefined when the pattern holds. */
export const explainFailure = (pattern: EventPattern, subject: PolicySubject): PatternFailure | undefined => {
  for (const field of pattern.fields) {
    const values = valuesReader(field.ref)(subject);
    if (!compileTests(field.tests)(values)) return fieldFailure(field, values);
  }
  for (const group of pattern.anyOf) {
    if (group.some((alternative) => compileEventPattern(alternative)(subject))) continue;
    const reasons = group.map((alternative, index) => {
      const failure = explainFailure(alternative, subject);
      return `(${index + 1}) ${failure?.field}: ${failure?.reason}`;
    });
    return { field: '$or', reason: `no alternative holds: ${reasons.join('; ')}` };
  }
  return undefined;
};

const fieldFailure = ({ ref, tests }: FieldPattern, values: FieldValues): PatternFailure => ({
  field: fieldName(ref),
  reason: `wanted ${describeTests(tests)}, but ${describeValues(values)}`,
});

const fieldName = (ref: FieldRef): string => (ref.kind === 'tag' ? `tags.${ref.key}` : ref.field);

const describeValues = (values: FieldValues): string => {
  if (values.length === 0) return 'there is none';
  if (values.length === 1) return `it is ${shown(values[0])}`;
  return `it is ${values.map(shown).join(', ')}`;
};

const ALTERNATIVES_SHOWN_MAX = 5;

/** The tests of a field in words, joined by `or`. */
export const describeTests = (tests: readonly ValueTest[]): string => {
  const described = tests.slice(0, ALTERNATIVES_SHOWN_MAX).map(describeTest);
  const hidden = tests.length - described.length;
  return [...described, ...(hidden > 0 ? [`one of ${hidden} more`] : [])].join(' or ');
};

const describeTest = (test: ValueTest): string => {
  if (test.op === 'exists') return test.wanted ? 'any value' : 'no value at all';
  if (test.op === 'anything-but') return `anything but ${test.none.map(describeSimpleTest).join(', ')}`;
  return describeSimpleTest(test);
};

const describeSimpleTest = (test: SimpleTest): string => {
  switch (test.op) {
    case 'equals':
      return shown(test.text);
    case 'equals-ignore-case':
      return `${shown(test.text)} in any case`;
    case 'prefix':
      return `text that begins with ${shown(test.text)}${test.ignoreCase ? ' in any case' : ''}`;
    case 'suffix':
      return `text that ends with ${shown(test.text)}${test.ignoreCase ? ' in any case' : ''}`;
    case 'wildcard':
      return `text like ${shown(test.text)}`;
    case 'numeric':
      return `a number ${test.bounds.map(({ comparison, number }) => `${comparison} ${number}`).join(' and ')}`;
    case 'cidr':
      return `an address in ${test.text}`;
    default:
      return unreachable(test);
  }
};
