/**
 * What is known of a match before any finding came: which rules of the catalog it may speak of, and so which
 * runbooks its entry may start. Tags, accounts and ids of resources are not known, so they may be anything.
 */
import type { Catalog, ManualGuide, Runbook, ServedRule, Severity } from '../../catalog/catalog.ts';
import { plainRuleName } from '../../finding.ts';
import { type EventPattern, type FieldPattern, valuesReader } from '../event-pattern.ts';
import type { Mode, Policy, PolicySubject, WrittenEntry } from '../policy.ts';
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

/** Whether a pattern holds for a finding of which only the rule and the resource type are known. */
export const mayMatch = (pattern: EventPattern, known: KnownFinding): Possibly => {
  const subject = subjectOf(known);
  return all([
    ...pattern.fields.map((field) => fieldMayMatch(field, subject)),
    ...pattern.anyOf.map((group) => any(group.map((alternative) => mayMatch(alternative, known)))),
  ]);
};

const subjectOf = ({ rule, resourceType }: KnownFinding): PolicySubject => ({
  // A deployed rule has a name of its own beside these two.
  rule: [rule.identifier, rule.name],
  resourceType,
  severity: rule.severity,
  frameworks: rule.frameworks,
  resourceId: '',
  account: '',
  region: '',
  tags: {},
});

const KNOWN_FIELDS: readonly string[] = ['resourceType', 'severity', 'framework'];

const fieldMayMatch = ({ ref, tests }: FieldPattern, subject: PolicySubject): Possibly => {
  if (ref.kind === 'tag' || !(KNOWN_FIELDS.includes(ref.field) || ref.field === 'rule')) return 'maybe';
  if (ref.field === 'rule') return ruleMayMatch(exactValues(tests), subject.rule);
  return compileTests(tests)(valuesReader(ref)(subject)) ? 'yes' : 'no';
};

/** By the name as deployed, which nobody knows here, any other pattern may hold. */
const ruleMayMatch = (
  names: readonly string[] | undefined,
  [identifier = '', ...plain]: readonly string[],
): Possibly => {
  if (names === undefined) return 'maybe';
  if (names.includes(identifier)) return 'yes';
  return names.some((name) => plain.includes(plainRuleName(name))) ? 'maybe' : 'no';
};

const all = (parts: readonly Possibly[]): Possibly =>
  parts.includes('no') ? 'no' : parts.includes('maybe') ? 'maybe' : 'yes';
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

/** All that the policy's entries may come to for the catalog's rules, each entry and rule once. */
export const possibleRuns = ({ entries }: Policy, catalog: Catalog): readonly PossibleRun[] => {
  const found = new Map<string, PossibleRun>();
  for (const known of knownFindings(catalog)) {
    for (const [index, entry] of entries.entries()) {
      const answer = mayMatch(entry.match, known);
      if (answer === 'no') continue;
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
