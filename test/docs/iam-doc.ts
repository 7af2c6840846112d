/** Writes the parts of docs/iam.md that follow from the templates: who may assume each role, and what it may do. */
import { automationRoleName } from '../../domain/automation-role.ts';
import type { Catalog } from '../../domain/catalog/catalog.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import type { Template, TemplateValue } from '../../infra/stack/template.ts';
import {
  type GrantedStatement,
  rolesOf,
  standalonePolicies,
  statementsIn,
  type TemplateRole,
} from '../support/iam-of-template.ts';
import { hubTemplate, memberTemplate } from '../support/stack-templates.ts';
import { isObject, textOf } from '../support/template-values.ts';

/** By the name of the part. */
export const iamParts = async (): Promise<Readonly<Record<string, string>>> => {
  const hub = hubTemplate();
  const catalog = loadCatalog();
  const member = await memberTemplate();
  const byRunbook = new Set(catalog.runbooks.map(({ document }) => automationRoleName(document)));
  const own = rolesOf(member).filter(({ name }) => !byRunbook.has(name));
  return {
    'hub roles': rolesOf(hub).map(rolePart).join('\n\n'),
    people: standalonePolicies(hub)
      .map(
        ({ name, description, statements }) =>
          `### \`${name}\`\n\n${sentence(description)}\n\n${table(statements)}`,
      )
      .join('\n\n'),
    'member roles': own.map(rolePart).join('\n\n'),
    boundary: table(boundaryStatements(member)),
    runbooks: runbooksPart(catalog, rolesOf(member)),
  };
};

const rolePart = (role: TemplateRole): string =>
  [
    `### \`${role.name}\``,
    ...(role.description === '' ? [] : [sentence(role.description)]),
    role.trust
      .map(({ principal, condition }) =>
        [`Assumed by: ${code(principal)}`, ...conditionsOf(condition).map((each) => `if ${each}`)].join(', '),
      )
      .join('\n'),
    role.statements.length === 0 ? `Holds policies of AWS's own alone.` : table(role.statements),
  ].join('\n\n');

const table = (statements: readonly GrantedStatement[]): string =>
  [
    '| what for | | actions | on | if |',
    '| --- | --- | --- | --- | --- |',
    ...merged(statements).map(
      ({ sid, effect, actions, notActions, resources, condition }) =>
        `| ${sid} | ${effect === 'Deny' ? '**never**' : 'may'} | ${actionsTold(actions, notActions)} | ${told(resources.map(plain))} | ${conditionsOf(condition).join('<br>')} |`,
    ),
  ].join('\n');

/** What was split over several policies only because one was full is one again. */
const merged = (statements: readonly GrantedStatement[]): readonly GrantedStatement[] => {
  const byKind = new Map<string, GrantedStatement>();
  for (const statement of statements) {
    const { resources, policy, ...kind } = statement;
    const key = JSON.stringify(kind);
    const known = byKind.get(key);
    byKind.set(key, known ? { ...known, resources: [...known.resources, ...resources] } : statement);
  }
  return [...byKind.values()];
};

const actionsTold = (actions: readonly string[], notActions: readonly string[]): string =>
  notActions.length === 0 ? told(actions) : `all but ${told(notActions)}`;

/** A long list of runbooks is told once, in the table of the runbooks. */
const told = (items: readonly string[]): string => {
  const [first] = items;
  if (items.length <= ITEMS_TOLD_MAX || first === undefined) return items.map(code).join('<br>');
  return `${code(first)}<br>and ${items.length - 1} more of that kind, each [a runbook's](#the-runbooks)`;
};

const plain = (arn: string): string =>
  arn
    .replaceAll('{AWS::Partition}', 'aws')
    .replaceAll('{AWS::AccountId}', 'ACCOUNT')
    .replaceAll('{AWS::Region}', 'REGION');

/** Each condition on its own: `aws:SourceAccount` is `ACCOUNT`. */
const conditionsOf = (condition: TemplateValue | undefined): readonly string[] =>
  entriesOf(condition).flatMap(([operator, keys]) =>
    entriesOf(keys).map(([key, value]) => `${operator} ${code(key)} ${code(plain(textOf(value)))}`),
  );

/** Of the fuller side where a condition of the template chooses. */
const entriesOf = (value: TemplateValue | undefined): readonly (readonly [string, TemplateValue])[] => {
  if (!isObject(value)) return [];
  const choice = value['Fn::If'];
  return Array.isArray(choice) ? entriesOf(choice[1] as TemplateValue) : Object.entries(value);
};

const boundaryStatements = ({ Resources }: Template): readonly GrantedStatement[] =>
  statementsIn(Resources.AutomationBoundary?.Properties.PolicyDocument, 'AutomationBoundary');

const runbooksPart = ({ runbooks }: Catalog, roles: readonly TemplateRole[]): string => {
  const byName = new Map(roles.map((role) => [role.name, role]));
  const rows = runbooks
    .toSorted((left, right) => (left.document < right.document ? -1 : 1))
    .map(({ document, disruption }) => {
      const name = automationRoleName(document);
      const granted = (byName.get(name)?.statements ?? []).map(
        ({ actions, resources, condition }) =>
          `${actions.map(code).join(', ')} on ${resources.map(plain).map(code).join(', ')}${conditionsOf(
            condition,
          )
            .map((each) => ` if ${each}`)
            .join('')}`,
      );
      return `| \`${document}\` | ${disruption} | \`${name}\` | ${granted.join('<br>')} |`;
    });
  return ['| runbook | disruption | role | may |', '| --- | --- | --- | --- |', ...rows].join('\n');
};

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);
const code = (text: string): string => `\`${text}\``;

const ITEMS_TOLD_MAX = 13;
