/** Writes the table in docs/runbooks.md: what the default policy does about every rule that the catalog serves. */
import type { ManualGuide, Runbook, ServedRule } from '../../domain/catalog/catalog.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { loadPolicy } from '../../infra/policy-file.ts';
import { root } from './markdown.ts';

export const runbooksTable = (): string => {
  const catalog = loadCatalog();
  const book = loadPolicy(`${root}policy.yml`);
  const served = new Map<string, { readonly rule: ServedRule; readonly by: Runbook | ManualGuide }>();
  for (const entry of [...catalog.runbooks, ...catalog.guides])
    for (const rule of entry.rules)
      if (catalog.forRule(rule.identifier) === entry) served.set(rule.identifier, { rule, by: entry });
  const rows = [...served.values()]
    .toSorted((left, right) => (left.rule.identifier < right.rule.identifier ? -1 : 1))
    .map(({ rule, by }) => {
      const { entry } = book.select({
        rule: [rule.identifier, rule.name],
        resourceType: rule.resourceTypes[0] ?? '',
        resourceId: 'any',
        account: '222222222222',
        region: 'us-east-1',
        tags: {},
        severity: rule.severity,
        frameworks: rule.frameworks,
      });
      const runbook = book.policy.entries.find(({ name }) => name === entry.name)?.runbook;
      const what = by.kind === 'manual' ? 'by hand' : `\`${runbook ?? by.document}\``;
      const disruption = by.kind === 'manual' ? '' : by.disruption;
      return `| \`${rule.identifier}\` | ${what} | ${disruption} | ${entry.mode} | ${entry.severity} | ${rule.manualMinutes} |`;
    });
  return [
    '| rule | runbook | disruption | mode | severity | minutes by hand |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
};

/** Writes the other table there: what each runbook changes, as messages and the console say it. */
export const changesTable = (): string =>
  [
    '| runbook | what | before | after |',
    '| --- | --- | --- | --- |',
    ...loadCatalog()
      .runbooks.toSorted((left, right) => (left.document < right.document ? -1 : 1))
      .flatMap(({ document, changes }) =>
        changes.map(
          ({ what, before, after }, index) =>
            `| ${index === 0 ? `\`${document}\`` : ''} | ${what} | ${before} | ${after} |`,
        ),
      ),
  ].join('\n');
