/**
 * Finds the entry that decides about a finding: the first whose match holds. What no entry matches is
 * observed, never acted upon.
 */
import type { Severity } from '../catalog/catalog.ts';
import { buildEntryIndex } from './entry-index.ts';
import { compileEventPattern } from './event-pattern.ts';
import { explainFailure, type PatternFailure } from './explain-pattern.ts';
import type { Mode, Notify, Policy, PolicyEntry, PolicySubject, WrittenEntry } from './policy.ts';

export interface Selection {
  readonly entry: PolicyEntry;
  /** Place among the policy's entries, from 0; undefined when none matched. */
  readonly index: number | undefined;
}

/** Why an earlier entry did not decide. */
export interface PassedOver extends PatternFailure {
  readonly index: number;
  readonly name: string;
}

export interface SelectionExplanation extends Selection {
  /** Every entry before the one that decided, in order. */
  readonly passedOver: readonly PassedOver[];
  /** Where severity and mode come from, as a sentence. */
  readonly because: string;
}

export interface CompiledPolicy {
  readonly policy: Policy;
  select(subject: PolicySubject): Selection;
  explainSelection(subject: PolicySubject): SelectionExplanation;
}

/** What nobody knows may be anything: it is treated as serious, so that a person is asked. */
export const SEVERITY_UNKNOWN: Severity = 'high';

/**
 * Prepares a policy for many decisions. A compiled policy is for one thread: it reuses its scratch memory.
 *
 * @example
 * const { select } = compilePolicy(policy);
 * select(subject).entry.mode // 'observe' when no entry matches
 */
export const compilePolicy = (policy: Policy): CompiledPolicy => {
  const matchers = policy.entries.map((entry) => compileEventPattern(entry.match));
  const index = buildEntryIndex(policy.entries.map((entry) => entry.match));
  const selections = policy.entries.map((entry, position) =>
    bySeverity((severity) => ({ entry: decidedEntry(entry, severity), index: position })),
  );
  const unmatched = bySeverity((severity) => ({
    entry: { ...policy.unmatched, severity, notify: topicsFor(policy.unmatched.notify, severity) },
    index: undefined,
  }));

  const select = (subject: PolicySubject): Selection => {
    const position = index.first(subject, (candidate) => matchers[candidate]?.(subject) === true);
    return (selections[position] ?? unmatched)[knownSeverity(subject.severity)];
  };
  return {
    policy,
    select,
    explainSelection: (subject) => explain(policy, subject, select(subject)),
  };
};

/** Whatever is not one of the four words is as good as unknown, whoever let it through. */
const knownSeverity = (severity: Severity | undefined): Severity => {
  switch (severity) {
    case 'low':
    case 'medium':
    case 'high':
    case 'critical':
      return severity;
    default:
      return SEVERITY_UNKNOWN;
  }
};

const bySeverity = <T>(make: (severity: Severity) => T): Readonly<Record<Severity, T>> => ({
  low: make('low'),
  medium: make('medium'),
  high: make('high'),
  critical: make('critical'),
});

/** An entry as it holds for a finding whose rule has this severity in the catalog. */
const decidedEntry = (written: WrittenEntry, catalogSeverity: Severity): PolicyEntry => {
  const { match: _, ...entry } = written;
  const severity = written.severity ?? catalogSeverity;
  return {
    ...entry,
    severity,
    mode: modeOf(written, severity),
    notify: topicsFor(written.notify, severity),
  };
};

/**
 * Names of the topics that hear of a case of this severity.
 *
 * @example topicsFor({ low: [], medium: ['team'], high: ['oncall'], critical: ['oncall'] }, 'high') // ['oncall']
 */
export const topicsFor = (notify: Notify, severity: Severity): readonly string[] =>
  'low' in notify ? notify[severity] : notify;

/** The mode of an entry for a finding of this severity. */
export const modeOf = ({ mode }: Pick<WrittenEntry, 'mode'>, severity: Severity): Mode =>
  mode ?? defaultMode(severity);

/** High stakes ask a person; for the others nobody has said yet that anything may be done. */
const defaultMode = (severity: Severity): Mode =>
  severity === 'high' || severity === 'critical' ? 'approve' : 'observe';

const explain = (policy: Policy, subject: PolicySubject, selection: Selection): SelectionExplanation => {
  const passedOver = policy.entries.slice(0, selection.index).map((entry, index): PassedOver => {
    const failure = explainFailure(entry.match, subject);
    if (failure === undefined)
      throw new Error(`entry ${index} (${entry.name}) matches, yet a later one was selected`);
    return { index, name: entry.name, ...failure };
  });
  const written = selection.index === undefined ? undefined : policy.entries[selection.index];
  return { ...selection, passedOver, because: because(selection.entry, written, subject) };
};

const because = (entry: PolicyEntry, written: WrittenEntry | undefined, subject: PolicySubject): string => {
  if (written === undefined) return 'no entry matches: the finding is observed, nothing is done';
  const catalog = subject.severity === undefined ? 'the catalog does not know the rule' : 'from the catalog';
  const severity = `severity ${entry.severity} (${written.severity === undefined ? catalog : 'from the entry'})`;
  const byDefault = `the default for ${entry.severity}`;
  return `${severity}, mode ${entry.mode} (${written.mode === undefined ? byDefault : 'from the entry'})`;
};
