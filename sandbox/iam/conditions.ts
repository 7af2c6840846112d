/**
 * A statement's Condition: every operator and every key of it must hold. A key that the request does not have
 * fails, except under an operator that negates, that ends in `IfExists`, or that speaks `ForAllValues`.
 */
import type { RequestContext } from './access-request.ts';
import { checkConditionKey, isMultivalued } from './condition-keys.ts';
import type { PolicyStatement } from './policy-document.ts';
import { UnsupportedPolicy } from './unsupported-policy.ts';
import { checkVariables, resolveVariables } from './variables.ts';
import { matchesArn, matchesWildcards } from './wildcards.ts';

export type ConditionTest = (context: RequestContext) => boolean;

/** @throws UnsupportedPolicy */
export const compileConditions = (conditions: PolicyStatement['Condition']): ConditionTest => {
  const tests = Object.entries(conditions ?? {}).flatMap(([operator, byKey]) =>
    Object.entries(byKey).map(([key, wanted]) => compileTest(operator, key, [wanted].flat().map(String))),
  );
  return (context) => tests.every((test) => test(context));
};

const compileTest = (operator: string, key: string, wanted: readonly string[]): ConditionTest => {
  checkConditionKey(key);
  const { quantifier, name, ifExists } = parseOperator(operator);
  if (name === 'Null') return compileNull(operator, key, wanted);
  const compare = POSITIVE[name] ?? NEGATED[name];
  if (compare === undefined) throw new UnsupportedPolicy(`it has no condition operator ${operator}`);
  if (isMultivalued(key) !== (quantifier !== undefined))
    throw new UnsupportedPolicy(
      `${key} has ${isMultivalued(key) ? 'several values' : 'one value'} and does not go with ${operator}`,
    );
  for (const each of wanted) checkVariables(each);
  const negated = NEGATED[name] !== undefined;
  const holds = (value: string, context: RequestContext): boolean =>
    wanted.some((each) => {
      const pattern = resolveVariables(each, context);
      return pattern !== undefined && compare(pattern, value);
    }) !== negated;
  return (context) => {
    const values = valuesOf(context, key);
    if (quantifier === 'ForAllValues') return (values ?? []).every((value) => holds(value, context));
    if (values === undefined) return ifExists || (negated && quantifier === undefined);
    return values.some((value) => holds(value, context));
  };
};

const parseOperator = (operator: string) => {
  const [, quantifier, name = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  return { quantifier, name, ifExists: ifExists !== undefined };
};

const compileNull = (operator: string, key: string, wanted: readonly string[]): ConditionTest => {
  const [absent, ...others] = wanted;
  if (operator !== 'Null' || others.length > 0 || (absent !== 'true' && absent !== 'false'))
    throw new UnsupportedPolicy(`Null of ${key} takes true or false`);
  return (context) => (valuesOf(context, key) === undefined) === (absent === 'true');
};

type Compare = (wanted: string, value: string) => boolean;

const equals: Compare = (wanted, value) => wanted === value;
const equalsInAnyCase: Compare = (wanted, value) => wanted.toLowerCase() === value.toLowerCase();

const POSITIVE: Readonly<Record<string, Compare>> = {
  StringEquals: equals,
  StringEqualsIgnoreCase: equalsInAnyCase,
  StringLike: matchesWildcards,
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: equalsInAnyCase,
};

const NEGATED: Readonly<Record<string, Compare>> = {
  StringNotEquals: equals,
  StringNotEqualsIgnoreCase: equalsInAnyCase,
  StringNotLike: matchesWildcards,
  ArnNotEquals: matchesArn,
  ArnNotLike: matchesArn,
};

/** Keys are the same whatever the case of their letters; undefined when the request has none or no value. */
const valuesOf = (context: RequestContext, key: string): readonly string[] | undefined => {
  const value = context[key] ?? inAnyCase(context, key.toLowerCase());
  const values = typeof value === 'string' ? [value] : value;
  return values?.length === 0 ? undefined : values;
};

const inAnyCase = (context: RequestContext, lowerKey: string) =>
  Object.entries(context).find(([key]) => key.toLowerCase() === lowerKey)?.[1];
