/** The parts of docs/deploy.md that follow from the templates and from arithmetic. */
import {
  type CostRow,
  costOfCases,
  costOfIdling,
  HEALED_CASE,
  idleUsage,
  metricsAtRest,
} from '../../bench/cost.ts';
import type { Template, TemplateParameter } from '../../infra/stack/template.ts';
import { hubTemplate, memberTemplate } from '../support/stack-templates.ts';

/** By the name of the part. */
export const deployParts = async (): Promise<Readonly<Record<string, string>>> => ({
  'hub parameters': parameterTable(hubTemplate(), (name) => `${name[0]?.toLowerCase()}${name.slice(1)}`),
  'member parameters': parameterTable(await memberTemplate(), (name) => name),
  cost: costTable(HEALED_CASE),
  idle: idlePart(hubTemplate()),
});

const idlePart = (hub: Template): string => {
  const watching = {
    alarms: countOf(hub, 'AWS::CloudWatch::Alarm'),
    metrics: metricsAtRest(),
    dashboards: countOf(hub, 'AWS::CloudWatch::Dashboard'),
  };
  return `With no case at all, with the default settings: about $${costOfIdling(idleUsage(watching)).toFixed(2)} a month, for ${watching.alarms} alarms, ${watching.metrics} metrics and a dashboard, Lambda's looking into empty queues, a look at the table each minute, and a measurement every five.`;
};

const parameterTable = (template: Template, named: (parameter: string) => string): string =>
  [
    '| parameter | default | what it decides |',
    '| --- | --- | --- |',
    ...Object.entries(template.Parameters ?? {}).map(
      ([name, declared]) => `| \`${named(name)}\` | ${defaultOf(declared)} | ${descriptionOf(declared)} |`,
    ),
  ].join('\n');

const defaultOf = ({ Default }: TemplateParameter): string => {
  if (Default === undefined) return 'required';
  return Default === '' ? 'empty' : `\`${Default}\``;
};

const descriptionOf = ({ Description = '' }: TemplateParameter): string => Description.replaceAll('|', '\\|');

const countOf = ({ Resources }: Template, type: string): number =>
  Object.values(Resources).filter(({ Type }) => Type === type).length;

const costTable = (usage: Parameters<typeof costOfCases>[0]): string => {
  const rows = costOfCases(usage).filter(({ perCase }) => perCase > 0);
  const total = (of: (row: CostRow) => number) => rows.reduce((sum, row) => sum + of(row), 0);
  return [
    '| what | one case uses | $ for a million | $ for 1,000 cases | $ for 1,000,000 cases |',
    '| --- | --: | --: | --: | --: |',
    ...rows.map(
      (row) =>
        `| ${row.what} | ${row.perCase} | ${row.dollarsPerMillion} | ${row.dollarsPer1000Cases.toFixed(4)} | ${row.dollarsPer1000000Cases.toFixed(2)} |`,
    ),
    `| **together** | | | **${total((row) => row.dollarsPer1000Cases).toFixed(2)}** | **${total((row) => row.dollarsPer1000000Cases).toFixed(0)}** |`,
  ].join('\n');
};
