/**
 * Finds the entry that decides about a finding: the first whose match holds. What no entry matches is
 * observed, never acted upon.
 */
import type { Severity } from '../catalog/catalog.ts';
import { buildEntryIndex } from './entry-index.ts';
import { compileEventPattern } from './event-pattern.ts';
import type { Mode, Notify, Policy, PolicyEntry, PolicySubject, WrittenEntry } from './policy.ts';

export interface Selection {
  readonly entry: PolicyEntry;
  /** Place among the policy's entries, from 0; undefined when none matched. */
  readonly index: number | undefined;
}

export interface CompiledPolicy {
  readonly policy: Policy;
  select(subject: PolicySubject): Selection;
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
  return { policy, select };
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
