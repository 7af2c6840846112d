/** Finds names of accounts that would be taken for one another. */
import type { Policy } from './policy.ts';
import { type PathProblem, shown } from './policy-problem.ts';

export const resolveAccounts = (
  written: Policy['accounts'],
  report: (problem: PathProblem) => void,
): Policy['accounts'] => {
  const taken = new Map<string, string>();
  for (const [account, name] of Object.entries(written ?? {})) {
    const heard = name.normalize('NFKC').toLowerCase();
    const other = taken.get(heard);
    if (other !== undefined)
      report({
        path: ['accounts', account],
        expected: 'a name that no other account has',
        found: `${shown(name)}, as account ${other} is called too`,
        action: 'rename one of the two: whoever approves at night goes by the name',
      });
    else taken.set(heard, account);
  }
  return written;
};
