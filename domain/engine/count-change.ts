/** What a change of a case is counted as. */
import type { Case, StateName } from '../case/case.ts';
import type { CounterName } from '../metrics.ts';
import type { Metrics } from '../ports.ts';
import { epochMs, type Instant } from '../time.ts';

/** @param from the state it was in; null when it was opened just now */
export const countChange = (
  metrics: Metrics,
  { state, openedAt, timeline }: Case,
  from: StateName | null,
): void => {
  if (from === null) metrics.count('CaseOpened');
  const counter = COUNTER_BY_FACT[timeline[timeline.length - 1]?.what ?? ''];
  if (counter !== undefined) metrics.count(counter);
  if (from === state.name) return;
  metrics.count('CaseMoved', 1, { state: state.name });
  if (state.name === 'running' && state.attempt === 1)
    metrics.time('TimeToStart', msBetween(openedAt, state.startedAt));
  if (state.name === 'resolved') {
    metrics.time('TimeToRemediate', msBetween(openedAt, state.closedAt));
    metrics.time('TimeToVerify', msBetween(state.runEndedAt, state.closedAt));
  }
};

const COUNTER_BY_FACT: Readonly<Record<string, 'AttemptStarted' | 'AttemptFailed'>> = {
  'attempt-started': 'AttemptStarted',
  'attempt-failed': 'AttemptFailed',
  'attempt-did-not-fix': 'AttemptFailed',
} satisfies Record<string, CounterName>;

/** SSM's clock and ours may differ: no time is below 0. */
const msBetween = (from: Instant, to: Instant): number => Math.max(0, epochMs(to) - epochMs(from));
