import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { caseMachineDoc } from './case-machine-doc.ts';
import { generatedPart, prose, readDoc } from './markdown.ts';
import { runbooksTable } from './runbooks-table.ts';

describe('what the program writes into the docs (again with: npx tsx test/docs/write-docs.ts)', () => {
  it('has the case machine as its table is', () => {
    expect(readDoc('docs/case-machine.md')).toBe(caseMachineDoc());
  });

  it('has every rule with its runbook and what the default policy does about it', () => {
    expect(generatedPart(readDoc('docs/runbooks.md'), 'rules')).toBe(runbooksTable());
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
});
