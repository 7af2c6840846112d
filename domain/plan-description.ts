/**
 * A plan in plain English: what the person who is asked to approve it reads.
 */
import type { Disruption, ParameterSource, Runbook } from './catalog/catalog.ts';
import type { Plan } from './plan-model.ts';
import { inert } from './plan-value.ts';

/**
 * Short lines: what would run and where, every parameter with where its value comes from, what people
 * would notice. Values are quoted and printable, whatever they hold.
 */
export const describePlan = (plan: Plan, runbook: Runbook): readonly string[] => [
  runbook.summary,
  `Runs ${plan.document}, version ${plan.documentVersion}, in account ${plan.account}, ${plan.region}.`,
  ...Object.entries(plan.parameters).map(
    ([name, values]) => `${name} = ${values.map(inert).join(', ')}${originOf(name, runbook)}`,
  ),
  `${DISRUPTIONS[runbook.disruption]} ${runbook.disruptionNote}`,
  `Started as ${plan.executorRoleArn}.`,
];

const DISRUPTIONS: Readonly<Record<Disruption, string>> = {
  none: 'Disrupts nothing.',
  low: 'Disrupts little.',
  high: 'Disrupts work in progress.',
  destructive: 'DESTROYS something that cannot simply be brought back.',
};

const originOf = (name: string, { parameters }: Runbook): string => {
  const source = parameters.find((parameter) => parameter.name === name)?.source;
  return source === undefined ? '' : ` (${ORIGINS[source.from]})`;
};

const ORIGINS: Readonly<Record<ParameterSource['from'], string>> = {
  'resource-id': 'the resource',
  'account-id': 'the account',
  'automation-role': 'the role that runs the steps',
  lookup: 'read from the account',
  constant: 'fixed by the catalog',
  policy: 'set by the policy',
};
