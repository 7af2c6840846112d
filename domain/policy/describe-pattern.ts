/** A pattern in words, for people who did not write it. */
import type { EventPattern, FieldPattern } from './event-pattern.ts';
import { describeTests } from './explain-pattern.ts';

/**
 * @example
 * const rule = { ref: { kind: 'field', field: 'rule' }, tests: [{ op: 'equals', text: 'restricted-ssh' }] };
 * describePattern({ fields: [rule], anyOf: [] }) // 'rule "restricted-ssh"'
 */
export const describePattern = ({ fields, anyOf }: EventPattern): string => {
  const parts = [
    ...fields.map(describeField),
    ...anyOf.map((group) => group.map((one) => `(${describePattern(one)})`).join(' or ')),
  ];
  return parts.length === 0 ? 'everything' : parts.join(', ');
};

const describeField = ({ ref, tests }: FieldPattern): string =>
  `${ref.kind === 'tag' ? `tags.${ref.key}` : ref.field} ${describeTests(tests)}`;
