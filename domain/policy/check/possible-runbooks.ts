/**
 * What is known of a match before any finding came: which rules of the catalog it may speak of, and so which
 * runbooks its entry may start. Tags, accounts and ids of resources are not known, so they may be anything.
 */
import type { Catalog, ManualGuide, Runbook, ServedRule, Severity } from '../../catalog/catalog.ts';
import { plainRuleName } from '../../finding.ts';
import type { EventPattern, FieldPattern } from '../event-pattern.ts';
import type { Mode, Policy, WrittenEntry } from '../policy.ts';
import { modeOf } from '../select-policy.ts';
import { compileTests } from '../value-test.ts';
import { exactValues } from './pattern-cover.ts';

/**
 * The names of rules of which every finding that the pattern matches has one; undefined when the pattern does not
 * say them one by one.
 */
export const rulesNamed = ({ fields, anyOf }: EventPattern): readonly string[] | undefined => {
  for (const { ref, tests } of fields) {
    const names = ref.kind === 'field' && ref.field === 'rule' ? exactValues(tests) : undefined;
    if (names !== undefined) return names;
  }
  for (const group of anyOf) {
    const each = group.map(rulesNamed);
    if (each.every((names) => names !== undefined)) return [...new Set(each.flat())];
  }
  return undefined;
};

/** A rule of the catalog with one of its resource types. */
export interface KnownFinding {
  readonly rule: ServedRule;
  readonly resourceType: string;
}

type Possibly = 'yes' | 'no' | 'maybe';

type MayMatch = (known: KnownFinding) => Possibly;

/** Whether a pattern holds for a finding of which only the rule and the resource type are known. */
export const compileMayMatch = (pattern: EventPattern): MayMatch => {
  const parts = [
    ...pattern.fields.map(compileField),
    ...pattern.anyOf.map((group): MayMatch => {
      const alternatives = group.map(compileMayMatch);
      return (known) => any(alternatives.map((may) => may(known)));
    }),
  ];
  return (known) => {
    let answer: Possibly = 'yes';
    for (const part of parts) {
      const said = part(known);
      if (said === 'no') return 'no';
      if (said === 'maybe') answer = 'maybe';
    }
    return answer;
  };
};

const maybe: MayMatch = () => 'maybe';

const compileField = ({ ref, tests }: FieldPattern): MayMatch => {
  if (ref.kind === 'tag') return maybe;
  if (ref.field === 'rule') return compileRule(exactValues(tests));
  const holds = compileTests(tests);
  const asPossibly = (values: readonly string[]): Possibly => (holds(values) ? 'yes' : 'no');
  switch (ref.field) {
    case 'resourceType':
      return ({ resourceType }) => asPossibly([resourceType]);
    case 'severity':
      return ({ rule }) => asPossibly([rule.severity]);
    case 'framework':
      return ({ rule }) => asPossibly(rule.frameworks);
    default:
      return maybe;
  }
};

/** By the name as deployed, which nobody knows here, any other pattern than a list of names may hold. */
const compileRule = (names: readonly string[] | undefined): MayMatch => {
  if (names === undefined) return maybe;
  const exact = new Set(names);
  const plain = new Set(names.map(plainRuleName));
  return ({ rule }) => (exact.has(rule.identifier) ? 'yes' : plain.has(rule.name) ? 'maybe' : 'no');
};

const any = (parts: readonly Possibly[]): Possibly =>
  parts.includes('yes') ? 'yes' : parts.includes('maybe') ? 'maybe' : 'no';

/** A runbook or guide that an entry may come to, for one rule of the catalog. */
export interface PossibleRun {
  readonly entry: WrittenEntry;
  readonly index: number;
  readonly rule: ServedRule;
  readonly mode: Mode;
  readonly severity: Severity;
  readonly runbook: Runbook | ManualGuide;
}

/**
 * All that the policy's entries may come to for the catalog's rules, each entry and rule once.
 *
 * @param isWanted which entries are asked about; the others may take findings from them all the same
 */
export const possibleRuns = (
  { entries }: Policy,
  catalog: Catalog,
  isWanted: (entry: WrittenEntry) => boolean = () => true,
): readonly PossibleRun[] => {
  const found = new Map<string, PossibleRun>();
  const wanted = entries.map(isWanted);
  const mayMatch = entries.map(({ match }) => compileMayMatch(match));
  for (const known of knownFindings(catalog)) {
    for (const [index, entry] of entries.entries()) {
      const answer = mayMatch[index]?.(known) ?? 'no';
      if (answer === 'no') continue;
      if (answer === 'yes' && wanted[index] === false) break;
      if (wanted[index] === false) continue;
      const severity = entry.severity ?? known.rule.severity;
      const runbook =
        entry.runbook === undefined ? catalog.forRule(known.rule.identifier) : catalog.runbook(entry.runbook);
      if (runbook !== undefined)
        found.set(`${index} ${known.rule.identifier}`, {
          entry,
          index,
          rule: known.rule,
          severity,
          mode: modeOf(entry, severity),
          runbook,
        });
      if (answer === 'yes') break;
    }
  }
  return [...found.values()];
};

const knownFindings = ({ runbooks, guides }: Catalog): readonly KnownFinding[] => {
  const rules = new Map(
    [...runbooks, ...guides].flatMap((each) => each.rules).map((rule) => [rule.identifier, rule]),
  );
  return [...rules.values()].flatMap((rule) =>
    rule.resourceTypes.map((resourceType) => ({ rule, resourceType })),
  );
};
