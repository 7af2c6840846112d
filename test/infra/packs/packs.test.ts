import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Framework } from '../../../domain/catalog/catalog.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { packTexts } from '../../../infra/packs/build-packs.ts';
import { loadControls, loadManagedRules, packFile } from '../../../infra/packs/controls.ts';
import type { Template } from '../../../infra/stack/template.ts';

/** What AWS lets a conformance pack be. */
const RULES_MAX = 130;
const INLINE_BYTES_MAX = 51_200;
const SCOPE_TYPES_MAX = 100;

const controls = loadControls();
const managed = loadManagedRules();
const catalog = loadCatalog();
const frameworks = Object.entries(controls.frameworks) as [Framework, (typeof controls.frameworks)['cis']][];
const textOf = (pack: string) => readFileSync(packFile(pack), 'utf8');
interface ConfigRule {
  readonly ConfigRuleName: string;
  readonly Source: { readonly Owner: string; readonly SourceIdentifier: string };
  readonly InputParameters?: Readonly<Record<string, unknown>>;
  readonly MaximumExecutionFrequency?: string;
  readonly Scope?: { readonly ComplianceResourceTypes: readonly string[] };
}

const rulesOf = (pack: string) =>
  Object.values((parse(textOf(pack)) as Template).Resources).map(({ Type, Properties }) => ({
    Type,
    ...(Properties as unknown as ConfigRule),
  }));
/** The catalog's rules, each once: two runbooks may serve one. */
const served = new Map(
  [...catalog.runbooks, ...catalog.guides].flatMap(({ rules }) =>
    rules.map((rule) => [rule.identifier, rule] as const),
  ),
);

it('has the packs that controls.yml makes (again with: npx tsx infra/packs/build-packs.ts)', () => {
  for (const [pack, text] of Object.entries(packTexts())) expect(textOf(pack), pack).toBe(text);
  expect(frameworks.map(([framework]) => framework)).toEqual(['cis', 'pci', 'hipaa', 'soc2', 'nist']);
});

it('knows of each managed rule that some pack has, and of no other', () => {
  const named = frameworks.flatMap(([, { rules }]) => Object.keys(rules));
  expect(Object.keys(managed).sort()).toEqual([...new Set(named)].sort());
});

it('refuses to write a pack with a rule that AWS does not document', () => {
  const { cis } = controls.frameworks;
  const frameworks = { ...controls.frameworks, cis: { ...cis, rules: { NO_SUCH_RULE: ['1.1'] } } };
  expect(() => packTexts({ ...controls, frameworks })).toThrow(/NO_SUCH_RULE.*managed-rules\.json/);
});

describe.each(frameworks)('the pack for %s', (framework, { pack, rules: mapped }) => {
  const rules = rulesOf(pack);

  it('fits into what AWS takes without a bucket', () => {
    expect(Buffer.byteLength(textOf(pack))).toBeLessThanOrEqual(INLINE_BYTES_MAX);
    expect(rules.length).toBeLessThanOrEqual(RULES_MAX);
    expect(rules.every(({ Type }) => Type === 'AWS::Config::ConfigRule')).toBe(true);
    expect(rules.every(({ Scope }) => (Scope?.ComplianceResourceTypes ?? []).length <= SCOPE_TYPES_MAX)).toBe(
      true,
    );
  });

  it('has each rule once, by the plain name that policies match, with a control that it serves', () => {
    const identifiers = rules.map(({ Source }) => Source.SourceIdentifier);
    expect(identifiers.toSorted()).toEqual(Object.keys(mapped).sort());
    for (const { ConfigRuleName, Source } of rules) {
      expect(Source.Owner).toBe('AWS');
      expect(ConfigRuleName).toBe(managed[Source.SourceIdentifier]?.name);
      expect(mapped[Source.SourceIdentifier]).not.toEqual([]);
    }
  });

  it('gives each rule all parameters that it demands, and none that it does not know', () => {
    for (const { ConfigRuleName, Source, InputParameters = {} } of rules) {
      const known = managed[Source.SourceIdentifier]?.parameters ?? {};
      const demanded = Object.keys(known).filter((name) => known[name] === 'required');
      expect(Object.keys(known), ConfigRuleName).toEqual(
        expect.arrayContaining(Object.keys(InputParameters)),
      );
      expect(Object.keys(InputParameters), ConfigRuleName).toEqual(expect.arrayContaining(demanded));
      expect(Object.values(InputParameters).every((value) => typeof value === 'string')).toBe(true);
    }
  });

  it('runs what is periodic once a day, and scopes what follows changes', () => {
    for (const { ConfigRuleName, Source, MaximumExecutionFrequency, Scope } of rules) {
      const { trigger, resourceTypes = [] } = managed[Source.SourceIdentifier] ?? {};
      const periodic = trigger === 'periodic';
      expect(MaximumExecutionFrequency, ConfigRuleName).toBe(periodic ? 'TwentyFour_Hours' : undefined);
      expect(Scope?.ComplianceResourceTypes ?? [], ConfigRuleName).toEqual(periodic ? [] : resourceTypes);
    }
  });

  it('agrees with the catalog, both ways', () => {
    const inCatalog = [...served.values()]
      .filter((rule) => rule.frameworks.includes(framework))
      .map(({ identifier }) => identifier);
    expect(inCatalog.toSorted()).toEqual(
      Object.keys(mapped)
        .filter((identifier) => served.has(identifier))
        .sort(),
    );
  });
});

it('tells the same name and the same trigger of a rule as the catalog', () => {
  const differing = [...served.values()].flatMap(({ identifier, name, trigger }) => {
    const rule = managed[identifier];
    return rule === undefined || (rule.name === name && rule.trigger === trigger) ? [] : [identifier];
  });
  expect(differing).toEqual([]);
});
