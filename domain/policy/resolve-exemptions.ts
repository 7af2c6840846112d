/** Exemptions that the policy writes: whose, why, and until when. */
import { didYouMean } from './did-you-mean.ts';
import type { EventPattern } from './event-pattern.ts';
import { localEnd } from './local-time.ts';
import type { WrittenExemption } from './policy.ts';
import { type PathProblem, shown } from './policy-problem.ts';
import type { PolicyDocument } from './policy-schema.ts';
import { unknownName } from './unknown-name.ts';

type Report = (problem: PathProblem) => void;

/** @param patterns the exemptions' matches, in their order */
export const resolveExemptions = (
  document: Pick<PolicyDocument, 'exemptions' | 'endless-exemptions'>,
  patterns: readonly EventPattern[],
  timezone: string,
  report: Report,
): readonly WrittenExemption[] => {
  const written = document.exemptions ?? [];
  const endless = document['endless-exemptions'] ?? [];
  const names = written.map(({ name }) => name);
  // A name that no exemption here has may be that of one added by a command; one that nearly is one, is a mistake.
  const unended = written.flatMap((one) =>
    one.expires === undefined && !endless.includes(one.name) ? [one.name] : [],
  );
  for (const [index, name] of endless.entries())
    if (!names.includes(name) && didYouMean(name, unended) !== undefined)
      report(unknownName('exemption', 'exemptions', name, unended, ['endless-exemptions', index]));
  return written.map(({ name, owner, reason, expires }, index) => {
    const path = ['exemptions', index];
    if (names.indexOf(name) !== index)
      report({
        path: [...path, 'name'],
        expected: 'a name of its own',
        found: `${shown(name)}, which exemptions[${names.indexOf(name)}] has already`,
      });
    const expiresAt = expires === undefined ? undefined : localEnd(expires, timezone);
    if (expires === undefined && !endless.includes(name))
      report({
        path,
        expected: 'expires, a date such as 2027-01-31',
        found: 'nothing',
        action: `an exemption ends; for one that must not, add ${name} to endless-exemptions`,
      });
    if (expires !== undefined && expiresAt === undefined)
      report({
        path: [...path, 'expires'],
        expected: 'a date such as 2027-01-31, or a date and time such as 2027-01-31T08:00',
        found: shown(expires),
      });
    if (expires !== undefined && endless.includes(name))
      report({
        path: [...path, 'expires'],
        atKey: true,
        expected: 'no end, because endless-exemptions names it',
        found: shown(expires),
        action: 'remove one of the two',
      });
    return {
      name,
      match: patterns[index] ?? NOTHING,
      owner,
      reason,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
  });
};

/** Should a pattern ever be missing, nothing may match. */
const NOTHING: EventPattern = { fields: [], anyOf: [[]] };
