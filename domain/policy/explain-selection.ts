/**
 * Why an entry decides about a finding, for people who write policies: apart from the selection, because most
 * functions only select.
 */
import { explainFailure, type PatternFailure } from './explain-pattern.ts';
import type { PolicyEntry, PolicySubject, WrittenEntry } from './policy.ts';
import type { CompiledPolicy, Selection } from './select-policy.ts';

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

/** Asks the policy, and every entry before the one that decides for what keeps it away. */
export const explainSelection = (
  { policy, select }: CompiledPolicy,
  subject: PolicySubject,
): SelectionExplanation => {
  const selection = select(subject);
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
