/** What is different between the plan that people approved and the one that they are asked for now, in words. */
import type { Plan } from './plan-model.ts';
import { inert } from './plan-value.ts';

/**
 * A line for each difference, none for the same plan. Values are quoted and printable, whatever they hold.
 *
 * @example
 * const plan = { document: 'AWS-StopInstance', documentVersion: '1', parameters: {}, account: '111122223333', region: 'eu-west-1', executorRoleArn: 'a' };
 * planChanges(plan, { ...plan, documentVersion: '2' }) // ['version "2" instead of "1"']
 */
export const planChanges = (before: Plan, after: Plan): readonly string[] => [
  ...changed('runbook', before.document, after.document),
  ...changed('version', before.documentVersion, after.documentVersion),
  ...[...new Set([...Object.keys(before.parameters), ...Object.keys(after.parameters)])]
    .sort()
    .flatMap((name) => changed(`parameter ${name}`, before.parameters[name], after.parameters[name])),
  ...changed('account', before.account, after.account),
  ...changed('region', before.region, after.region),
  ...changed('role', before.executorRoleArn, after.executorRoleArn),
];

type Value = string | readonly string[] | undefined;

const changed = (what: string, before: Value, after: Value): readonly string[] => {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (before === undefined) return [`${what} ${shown(after)}, which was not set`];
  return after === undefined
    ? [`${what} not set any more, it was ${shown(before)}`]
    : [`${what} ${shown(after)} instead of ${shown(before)}`];
};

const shown = (value: Value): string => [value ?? []].flat().map(inert).join(', ');
