/**
 * Writes the rule packs: a conformance pack of AWS Config for each framework, from controls.yml and what AWS
 * documents of its managed rules. Again with:  npx tsx infra/packs/build-packs.ts
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Template, type TemplateResource, writeTemplate } from '../stack/template.ts';
import {
  type Controls,
  type FrameworkControls,
  loadControls,
  loadManagedRules,
  type ManagedRule,
  packFile,
} from './controls.ts';

/** The packs as they are committed, by file name. */
export const packTexts = (
  controls: Controls = loadControls(),
  managed: Readonly<Record<string, ManagedRule>> = loadManagedRules(),
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.values(controls.frameworks).map((framework) => [
      framework.pack,
      `${headerOf(framework)}${writeTemplate(packOf(framework, controls, managed))}`,
    ]),
  );

const headerOf = ({ title, version }: FrameworkControls): string =>
  `# AWS Config conformance pack: ${title}, ${version}.\n# Made of controls.yml: change that and run  npx tsx infra/packs/build-packs.ts\n`;

const packOf = (
  { rules, parameters }: FrameworkControls,
  controls: Controls,
  managed: Readonly<Record<string, ManagedRule>>,
): Template => ({
  Resources: Object.fromEntries(
    Object.keys(rules).map((identifier) => {
      const rule = managed[identifier];
      if (rule === undefined)
        throw new Error(
          `Cannot write a pack: controls.yml names ${identifier}, which managed-rules.json does not have. Add what AWS documents of it there.`,
        );
      const input = { ...controls.parameters[identifier], ...parameters[identifier] };
      return [logicalId(rule), configRule(identifier, rule, input)];
    }),
  ),
});

const logicalId = ({ name }: ManagedRule): string =>
  name.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The name is the plain one; Config adds the pack's own ending. A scope saves evaluations of what a rule ignores. */
const configRule = (
  identifier: string,
  { name, trigger, resourceTypes }: ManagedRule,
  input: Readonly<Record<string, string>>,
): TemplateResource => ({
  Type: 'AWS::Config::ConfigRule',
  Properties: {
    ConfigRuleName: name,
    Source: { Owner: 'AWS', SourceIdentifier: identifier },
    ...(Object.keys(input).length === 0 ? {} : { InputParameters: input }),
    ...(trigger === 'periodic'
      ? { MaximumExecutionFrequency: 'TwentyFour_Hours' }
      : resourceTypes.length === 0
        ? {}
        : { Scope: { ComplianceResourceTypes: resourceTypes } }),
  },
});

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [name, text] of Object.entries(packTexts())) writeFileSync(packFile(name), text);
