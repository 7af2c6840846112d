import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { automationRoleName } from '../../domain/automation-role.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { RESOURCE_TYPES } from '../../sandbox/world/resource-types/resource-types.ts';
import { demoScenario } from '../../sandbox/world/scenarios/demo.ts';
import { caseMachineDoc } from './case-machine-doc.ts';
import { deployParts } from './deploy-doc.ts';
import { iamParts } from './iam-doc.ts';
import { generatedPart, prose, readDoc, root } from './markdown.ts';
import { metricsParts } from './metrics-doc.ts';
import { packParts } from './packs-doc.ts';
import { reportParts } from './reports-doc.ts';
import { changesTable, runbooksTable } from './runbooks-table.ts';

describe('what the program writes into the docs (again with: npx tsx test/docs/write-docs.ts)', () => {
  it('has the case machine as its table is', () => {
    expect(readDoc('docs/case-machine.md')).toBe(caseMachineDoc());
  });

  it('has every rule with its runbook and what the default policy does about it', () => {
    expect(generatedPart(readDoc('docs/runbooks.md'), 'rules')).toBe(runbooksTable());
    expect(generatedPart(readDoc('docs/runbooks.md'), 'changes')).toBe(changesTable());
  });

  it('has every rule of every pack with its controls, what selfheal does about it, and what the pack costs', () => {
    const page = readDoc('docs/packs.md');
    for (const [name, part] of Object.entries(packParts())) expect(generatedPart(page, name)).toBe(part);
  });

  it('has every metric with what it says, and every alarm with what to do', () => {
    const page = readDoc('docs/metrics.md');
    for (const [name, part] of Object.entries(metricsParts())) expect(generatedPart(page, name)).toBe(part);
  });

  it('has every figure of a weekly report with what it counts', () => {
    const page = readDoc('docs/reports.md');
    for (const [name, part] of Object.entries(reportParts())) expect(generatedPart(page, name)).toBe(part);
  });

  it('has every role with all that the templates let it do', async () => {
    const page = readDoc('docs/iam.md');
    for (const [name, part] of Object.entries(await iamParts())) expect(generatedPart(page, name)).toBe(part);
  });
});

describe('the guide to real accounts', () => {
  it('has every parameter of the stacks, and what healing costs', async () => {
    const page = readDoc('docs/deploy.md');
    for (const [name, part] of Object.entries(await deployParts()))
      expect(generatedPart(page, name)).toBe(part);
  });
});

describe('what people wrote into the docs', () => {
  it('gives a reason for every package, in the place where package.json has it', () => {
    const [, toRun = '', toDevelop = ''] = readDoc('docs/dependencies.md').split(/^## .*$/m);
    const named = (part: string) => [...part.matchAll(/^\| `([^`]+)` \| \S.*\|$/gm)].map(([, name]) => name);
    const { dependencies, devDependencies } = JSON.parse(readDoc('package.json'));
    expect(named(toRun)).toEqual(Object.keys(dependencies).sort());
    expect(named(toDevelop)).toEqual(Object.keys(devDependencies).sort());
  });

  it('counts the runbooks and guides of the catalog rightly', () => {
    const { runbooks, guides } = loadCatalog();
    expect(prose(readDoc('README.md'))).toContain(`${runbooks.length} runbooks that AWS owns`);
    expect(prose(readDoc('README.md'))).toContain(`${guides.length} guides`);
  });

  it('counts what breaks in the demo, and what kinds of resources there are, rightly', () => {
    const broken = demoScenario.steps.filter(({ action }) => action.kind === 'break');
    expect([broken.length, readDoc('README.md').includes('sixteen resources')]).toEqual([16, true]);
    expect(readDoc('docs/sandbox.md')).toContain(`${RESOURCE_TYPES.length} types of resources`);
  });

  it('says of every role what it could do in the wrong hands', () => {
    const [, section = ''] = readDoc('docs/iam.md').split(
      /^## (?:If a role is taken over|The roles of the hub)$/m,
    );
    const automation = new Set(loadCatalog().runbooks.map(({ document }) => automationRoleName(document)));
    const named = [...readDoc('docs/iam.md').matchAll(/^### `(selfheal-[\w-]+)`$/gm)].map(
      ([, name = '']) => name,
    );
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !automation.has(name) && !section.includes(`\`${name}\``))).toEqual([]);
  });

  it('tells the on-call engineer every reason for which a case can come to them', () => {
    const sources = readdirSync(join(root, 'domain'), { recursive: true, encoding: 'utf8' })
      .filter((file) => /^(?:case\/|plan)/.test(file) && file.endsWith('.ts'))
      .map((file) => readDoc(`domain/${file}`));
    const codes = sources.flatMap((text) =>
      [...text.matchAll(/(?:code: |refuse\(\s*|refused\(\s*)'([a-z-]+)'/g)].map(([, code]) => code),
    );
    expect(codes.length).toBeGreaterThan(15);
    const page = readDoc('docs/on-call.md');
    expect([...new Set(codes)].filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });
});
