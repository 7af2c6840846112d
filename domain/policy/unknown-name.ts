/** A word that should be the name of something defined elsewhere in the policy, and is not. */
import { didYouMean } from './did-you-mean.ts';
import { type DocumentPath, listed, type PathProblem, shown } from './policy-problem.ts';

/** @param kind what it should name, e.g. `topic`; @param section where such are defined, e.g. `topics` */
export const unknownName = (
  kind: string,
  section: string,
  name: string,
  known: readonly string[],
  path: DocumentPath,
): PathProblem => {
  const meant = didYouMean(name, known);
  return {
    path,
    expected:
      known.length === 0 ? `a ${kind} defined under ${section}` : `one of the ${section} ${listed(known)}`,
    found: shown(name),
    action: meant === undefined ? `define it: ${section}: {${name}: …}` : `did you mean "${meant}"?`,
  };
};
