/**
 * Fills a runbook's parameters: each value from the one place the catalog names for it. The policy can
 * set only what the catalog leaves to the policy, so no policy can redirect a runbook at another resource.
 */
import type { LookupName, Runbook, RunbookParameter } from './catalog/catalog.ts';
import { inert, VALUES_MAX, valueFault } from './plan-value.ts';
import { unreachable } from './unreachable.ts';

interface ParametersInput {
  readonly runbook: Runbook;
  readonly resourceId: string;
  readonly account: string;
  readonly given: Readonly<Record<string, string | readonly string[]>>;
  readonly lookups: Readonly<Partial<Record<LookupName, string>>>;
  readonly automationRoleArn: string;
}

/** Why the parameters could not be filled. */
export interface ParameterRefusal {
  readonly code: 'missing-parameter' | 'bad-parameter' | 'unknown-parameter' | 'lookup-failed';
  readonly reason: string;
}

type ParametersResult =
  | { readonly ok: true; readonly parameters: Readonly<Record<string, readonly string[]>> }
  | { readonly ok: false; readonly refusal: ParameterRefusal };

/** What SSM takes in one call. */
const PARAMETERS_MAX = 200;
const NAME_LENGTH_MAX = 50;

/** The parameters in the catalog's order; the first that cannot be filled rightly refuses the plan. */
export const planParameters = (input: ParametersInput): ParametersResult => {
  const unknown = unknownParameter(input);
  if (unknown !== undefined) return refuse('unknown-parameter', unknown);
  const filled: [string, readonly string[]][] = [];
  for (const parameter of input.runbook.parameters) {
    const result = fill(parameter, input);
    if ('refusal' in result) return { ok: false, refusal: result.refusal };
    if (result.values !== undefined) filled.push([parameter.name, result.values]);
  }
  if (filled.length > PARAMETERS_MAX) {
    return refuse(
      'bad-parameter',
      `${input.runbook.document} has ${filled.length} parameters; SSM takes ${PARAMETERS_MAX}.`,
    );
  }
  return { ok: true, parameters: Object.fromEntries(filled) };
};

const refuse = (code: ParameterRefusal['code'], reason: string) => ({
  ok: false as const,
  refusal: { code, reason },
});

const unknownParameter = ({ runbook, given }: ParametersInput): string | undefined => {
  const settable = runbook.parameters
    .filter(({ source }) => source.from === 'policy')
    .map(({ name }) => name);
  const stranger = Object.keys(given).find((name) => !settable.includes(name));
  if (stranger === undefined) return undefined;
  const known = runbook.parameters.some(({ name }) => name === stranger);
  const what = known
    ? `The policy must not set ${inert(stranger)} of ${runbook.document}: the catalog does.`
    : `${runbook.document} has no parameter ${inert(stranger)}.`;
  return `${what} ${settable.length === 0 ? 'The policy can set none of its parameters.' : `The policy can set ${settable.join(', ')}.`}`;
};

/** Values, nothing (an optional parameter that nobody sets), or the reason why neither. */
type Filled = { readonly values: readonly string[] | undefined } | { readonly refusal: ParameterRefusal };

const fill = (parameter: RunbookParameter, input: ParametersInput): Filled => {
  const { name, source, required } = parameter;
  if (source.from === 'lookup') {
    const found = input.lookups[source.lookup];
    // Also when the parameter is optional: what was meant to be told to the runbook is not known.
    if (found === undefined) {
      return refuse(
        'lookup-failed',
        `${name} of ${input.runbook.document} needs the ${source.lookup} of ${inert(input.resourceId)}, which could not be found.`,
      );
    }
    return checked(parameter, found, input);
  }
  const value = valueFor(parameter, input);
  if (value !== undefined) return checked(parameter, value, input);
  if (!required) return { values: undefined };
  return refuse(
    'missing-parameter',
    `${input.runbook.document} needs ${name}, which the policy entry does not give. Add it under parameters.`,
  );
};

const valueFor = (
  { name, source }: RunbookParameter,
  input: ParametersInput,
): string | readonly string[] | undefined => {
  switch (source.from) {
    case 'resource-id':
      return input.resourceId;
    case 'account-id':
      return input.account;
    case 'automation-role':
      return input.automationRoleArn;
    case 'lookup':
      return input.lookups[source.lookup];
    case 'constant':
      return source.value;
    case 'policy':
      return Object.hasOwn(input.given, name) ? input.given[name] : source.fallback;
    default:
      return unreachable(source);
  }
};

const checked = (
  parameter: RunbookParameter,
  value: unknown,
  { runbook, account }: ParametersInput,
): Filled => {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const fault = parameterFault(parameter, values) ?? foreignFault(parameter, values, account);
  if (fault !== undefined)
    return refuse('bad-parameter', `${parameter.name} of ${runbook.document} ${fault}.`);
  return { values: values as readonly string[] };
};

/** Why these values cannot be the parameter's, whatever the finding is, in words that follow "NAME …". */
export const parameterFault = (parameter: RunbookParameter, values: readonly unknown[]): string | undefined =>
  nameFault(parameter.name) ??
  countFault(parameter, values.length) ??
  values.map((one) => valueFault(parameter, one)).find((found) => found !== undefined);

const nameFault = (name: string): string | undefined =>
  name.length >= 1 && name.length <= NAME_LENGTH_MAX
    ? undefined
    : `must have a name of 1-${NAME_LENGTH_MAX} characters`;

const countFault = ({ type }: RunbookParameter, count: number): string | undefined => {
  const countMax = type === 'StringList' ? VALUES_MAX : 1;
  return count >= 1 && count <= countMax
    ? undefined
    : `must have ${countMax === 1 ? 'one value' : `1-${countMax} values`}, but has ${count}`;
};

/** What names the resource must name one of this account, whatever the resource's id says. */
const foreignFault = (
  { source }: RunbookParameter,
  values: readonly unknown[],
  account: string,
): string | undefined => {
  if (source.from !== 'resource-id' && source.from !== 'lookup') return undefined;
  const foreign = values.find((value) => {
    const owner = String(value).startsWith('arn:') ? String(value).split(':')[4] : undefined;
    return owner !== undefined && owner !== '' && owner !== account;
  });
  return foreign === undefined
    ? undefined
    : `must be a resource of account ${account}, but is ${inert(foreign)}`;
};
