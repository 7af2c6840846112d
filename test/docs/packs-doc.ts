/** Writes the tables in docs/packs.md: what each pack has and costs, and rule -> controls -> what selfheal does. */
import { statSync } from 'node:fs';
import type { Framework } from '../../domain/catalog/catalog.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { loadControls, loadManagedRules, type ManagedRule, packFile } from '../../infra/packs/controls.ts';

/** The account that the costs are reckoned for: it has so many resources of each type that a rule looks at. */
const RESOURCES_OF_A_TYPE = 20;
const CHANGES_OF_A_RESOURCE_A_MONTH = 2;
const DAYS_A_MONTH = 30;
const EVALUATION_USD = 0.001;

const catalog = loadCatalog();
const managed = loadManagedRules();
const frameworks = Object.entries(loadControls().frameworks) as [
  Framework,
  ReturnType<typeof loadControls>['frameworks']['cis'],
][];

/** By the name of the part of the page. */
export const packParts = (): Readonly<Record<string, string>> => ({
  packs: packsTable(),
  cost: costTable(),
  ...Object.fromEntries(frameworks.map(([framework]) => [framework, controlsTable(framework)])),
});

const packsTable = (): string =>
  table(
    ['pack', 'framework', 'version', 'rules', 'bytes', 'healed', 'by hand', 'not served'],
    frameworks.map(([, { pack, title, version, rules }]) => {
      const done = Object.keys(rules).map((identifier) => servedBy(identifier).kind);
      const count = (kind: string) => String(done.filter((each) => each === kind).length);
      return [
        `[${pack}](../infra/packs/${pack})`,
        title,
        version,
        String(done.length),
        thousands(statSync(packFile(pack)).size),
        count('runbook'),
        count('manual'),
        count('none'),
      ];
    }),
  );

/** What of the catalog serves a rule. */
const servedBy = (
  identifier: string,
): { readonly kind: 'runbook' | 'manual' | 'none'; readonly text: string } => {
  const entry = catalog.forRule(identifier);
  if (entry === undefined) return { kind: 'none', text: '' };
  return entry.kind === 'manual'
    ? { kind: 'manual', text: `by hand: [${entry.name}](../runbooks/manual/${entry.name}.yml)` }
    : { kind: 'runbook', text: `\`${entry.document}\`` };
};

const controlsTable = (framework: Framework): string =>
  table(
    ['rule', 'controls', 'what selfheal can do'],
    Object.entries(frameworks.find(([name]) => name === framework)?.[1].rules ?? {}).map(
      ([identifier, controls]) => [
        `\`${managed[identifier]?.name ?? identifier}\``,
        controls.join(', '),
        servedBy(identifier).text,
      ],
    ),
  );

const costTable = (): string =>
  table(
    [
      'pack',
      'of the account, daily',
      'of resources, daily',
      'on change',
      'evaluations a month',
      'USD a month',
    ],
    frameworks.map(([, { pack, rules }]) => {
      const facts = Object.keys(rules).flatMap((identifier) => managed[identifier] ?? []);
      const { account, daily, changing } = kindsOf(facts);
      const evaluations =
        account * DAYS_A_MONTH +
        daily * RESOURCES_OF_A_TYPE * DAYS_A_MONTH +
        changing * RESOURCES_OF_A_TYPE * CHANGES_OF_A_RESOURCE_A_MONTH;
      return [
        pack,
        String(account),
        String(daily),
        String(changing),
        thousands(evaluations),
        (evaluations * EVALUATION_USD).toFixed(2),
      ];
    }),
  );

/** A rule that is both counts where it costs more: it runs daily too. */
const kindsOf = (rules: readonly ManagedRule[]) => {
  const onSchedule = rules.filter(({ trigger }) => trigger !== 'change');
  const account = onSchedule.filter(({ resourceTypes }) => resourceTypes.length === 0).length;
  return { account, daily: onSchedule.length - account, changing: rules.length - onSchedule.length };
};

const thousands = (count: number): string => count.toLocaleString('en-US');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
