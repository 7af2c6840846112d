/**
 * What in a policy the catalog cannot follow: it would be refused when a plan is made, for every finding of the
 * entry. Told when a policy is checked or published, it costs nobody a case.
 */
import type { Catalog, Runbook } from '../catalog/catalog.ts';
import type { Policy, WrittenEntry } from './policy.ts';
import type { PathProblem } from './policy-problem.ts';

export const catalogProblems = ({ entries }: Policy, catalog: Catalog): readonly PathProblem[] =>
  entries.flatMap((entry, index) => problemsOf(entry, ['entries', index], catalog));

const problemsOf = (
  { runbook: named, parameters }: WrittenEntry,
  path: PathProblem['path'],
  catalog: Catalog,
): readonly PathProblem[] => {
  if (named === undefined) return [];
  const runbook = catalog.runbook(named);
  if (runbook !== undefined) return strangers(runbook, parameters, path);
  return [
    {
      path: [...path, 'runbook'],
      expected: 'a runbook of the catalog',
      found: JSON.stringify(named),
    },
  ];
};

const strangers = (
  { document, parameters }: Runbook,
  given: WrittenEntry['parameters'],
  path: PathProblem['path'],
): readonly PathProblem[] => {
  const settable = parameters.filter(({ source }) => source.from === 'policy').map(({ name }) => name);
  return Object.keys(given)
    .filter((name) => !settable.includes(name))
    .map((name) => ({
      path: [...path, 'parameters', name],
      expected:
        settable.length === 0
          ? `no parameters: ${document} leaves none to the policy`
          : `one of ${settable.join(', ')}`,
      found: JSON.stringify(name),
    }));
};
