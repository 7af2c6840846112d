import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import { formatProblem } from '../../../domain/policy/policy-problem.ts';
import { policyJsonSchema } from '../../../domain/policy/policy-schema.ts';
import { compilePolicy } from '../../../domain/policy/select-policy.ts';
import { BROKEN_POLICIES } from './broken-policies.ts';
import { aSubject } from './subjects.ts';

const root = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const published = (): Record<string, unknown> => JSON.parse(read('policy.schema.json'));
const validate = new Ajv({ allErrors: true, strict: false }).compile(published());

interface CatalogFile {
  readonly document?: string;
  readonly disruption?: string;
  readonly rules: readonly {
    readonly identifier: string;
    readonly name: string;
    readonly preference?: number;
  }[];
  readonly parameters?: Readonly<Record<string, { readonly required: boolean; readonly source: unknown }>>;
}

interface SchemaNode {
  readonly $ref?: string;
  readonly description?: string;
  readonly allOf?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

const catalogFiles: readonly CatalogFile[] = readdirSync(join(root, 'runbooks'), {
  recursive: true,
  encoding: 'utf8',
})
  .filter((path) => path.endsWith('.yml'))
  .map((path) => parse(read(join('runbooks', path))))
  .filter((file) => Array.isArray(file?.rules));

const policy = (() => {
  const parsed = parsePolicy(read('policy.yml'), 'policy.yml');
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return compilePolicy(parsed.policy);
})();

const decide = (identifier: string) => policy.select(aSubject({ rule: [identifier], tags: {} }));

describe('the published schema', () => {
  it('is the one that the parser uses (write it again with policyJsonSchema)', () => {
    expect(published()).toEqual(JSON.parse(JSON.stringify(policyJsonSchema())));
  });

  it('accepts the default policy', () => {
    expect(validate(parse(read('policy.yml'))) || validate.errors).toBe(true);
  });

  it('refuses what an editor can see to be wrong', () => {
    const visible = [
      'a misspelt mode',
      'a misspelt key in an entry',
      'no name no match',
      'no attempts',
      'an unknown field',
    ];
    for (const mistake of visible)
      expect(validate(parse(BROKEN_POLICIES[mistake] ?? '')), mistake).toBe(false);
  });

  it('describes every key', () => {
    const definitions = published().definitions as Record<string, SchemaNode>;
    const silent: string[] = [];
    const isDescribed = (node: SchemaNode): boolean => {
      const referred = definitions[node.$ref?.split('/').at(-1) ?? ''];
      const others = [...(node.allOf ?? []), ...(referred === undefined ? [] : [referred])];
      return node.description !== undefined || others.some(isDescribed);
    };
    const visit = (node: unknown, path: string): void => {
      if (node === null || typeof node !== 'object') return;
      for (const [key, value] of Object.entries((node as SchemaNode).properties ?? {})) {
        if (!isDescribed(value)) silent.push(`${path}.${key}`);
      }
      for (const [key, value] of Object.entries(node)) visit(value, `${path}.${key}`);
    };
    visit(published(), '');
    expect(silent).toEqual([]);
  });
});

describe('the default policy', () => {
  it('names its schema for editors', () => {
    expect(read('policy.yml').split('\n')[0]).toBe('# yaml-language-server: $schema=./policy.schema.json');
  });

  it('has an entry for every rule in the catalog', () => {
    const identifiers = catalogFiles.flatMap((file) => file.rules.map((rule) => rule.identifier));
    expect(identifiers.length).toBeGreaterThan(30);
    expect(identifiers.filter((identifier) => decide(identifier).index === undefined)).toEqual([]);
  });

  it('asks a person before anything that disrupts or destroys', () => {
    const serious = catalogFiles
      .filter(({ disruption }) => disruption === 'high' || disruption === 'destructive')
      .flatMap(({ rules }) => rules.filter(({ preference }) => preference === 1));
    expect(serious.length).toBeGreaterThan(10);
    for (const { identifier } of serious) expect(decide(identifier).entry.mode, identifier).not.toBe('auto');
  });

  it('acts by itself on nothing whose stakes are high', () => {
    for (const entry of policy.policy.entries) {
      if (entry.mode === 'auto') expect(['low', 'medium'], entry.name).toContain(entry.severity);
    }
  });

  it('acts only where no value is missing that only the organization knows', () => {
    for (const { rules, parameters, document } of catalogFiles) {
      const missing = Object.entries(parameters ?? {}).filter(
        ([, { required, source }]) => required && source === 'policy',
      );
      for (const { identifier, preference } of rules) {
        const { entry } = decide(identifier);
        const runsThis = preference === 1 && document !== undefined && entry.mode !== 'observe';
        if (runsThis)
          expect(
            missing.map(([name]) => name),
            `${identifier} by ${document}`,
          ).toEqual([]);
      }
    }
  });

  it('keeps its hands off what is tagged so', () => {
    const { entry } = policy.select(aSubject({ tags: { selfheal: 'Off' } }));
    expect([entry.name, entry.mode]).toEqual(['hands-off', 'observe']);
  });
});
