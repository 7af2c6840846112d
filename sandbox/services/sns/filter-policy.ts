/** A subscription's filter: which messages it wants, by their attributes or by their body. */
import { compileEventPattern, type EventMatcher, InvalidPattern } from '../events/event-pattern.ts';
import { invalidParameter } from './invalid-parameter.ts';
import type { SnsAttribute } from './topic-store.ts';

/** SNS's operators are EventBridge's. */
export const compileFilterPolicy = (policy: string): EventMatcher => {
  try {
    return compileEventPattern(policy);
  } catch (error) {
    if (!(error instanceof InvalidPattern)) throw error;
    throw invalidParameter(`FilterPolicy: ${error.message}`);
  }
};

export const wants = (
  settings: Readonly<Record<string, string>>,
  message: string,
  attributes: Readonly<Record<string, SnsAttribute>>,
): boolean => {
  const { FilterPolicy, FilterPolicyScope } = settings;
  if (FilterPolicy === undefined) return true;
  const subject = FilterPolicyScope === 'MessageBody' ? parseBody(message) : attributeValues(attributes);
  return subject !== undefined && compileFilterPolicy(FilterPolicy)(subject);
};

const parseBody = (message: string): unknown => {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
};

const attributeValues = (attributes: Readonly<Record<string, SnsAttribute>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [name, attributeValue(attribute)]),
  );

const attributeValue = ({ DataType, StringValue = '' }: SnsAttribute): unknown => {
  if (DataType.startsWith('Number')) return Number(StringValue);
  return DataType === 'String.Array' ? parseBody(StringValue) : StringValue;
};
