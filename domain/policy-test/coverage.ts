/** Which entries of a policy the tests reach: an entry that none does may say anything. */
import type { Policy } from '../policy/policy.ts';
import type { TestResult } from './run-policy-test.ts';

export interface Coverage {
  readonly entries: number;
  readonly reached: number;
  /** Rounded down, so that only all of them are 100. */
  readonly percent: number;
  /** Names of the entries that no test reaches, in their order. */
  readonly unreached: readonly string[];
}

export const coverageOf = ({ entries }: Policy, results: readonly TestResult[]): Coverage => {
  const reached = new Set(results.map(({ said }) => said.selection.index));
  const unreached = entries.filter((_, index) => !reached.has(index)).map(({ name }) => name);
  const count = entries.length - unreached.length;
  return {
    entries: entries.length,
    reached: count,
    percent: entries.length === 0 ? 100 : Math.floor((100 * count) / entries.length),
    unreached,
  };
};
