/** Exemptions compiled, to be asked for every finding: which holds now, and is there one that cannot be read. */
import type { Exempted } from '../case/observation.ts';
import { compileEventPattern, type EventPattern, type Matcher } from '../policy/event-pattern.ts';
import type { PolicySubject, WrittenExemption } from '../policy/policy.ts';
import type { Instant } from '../time.ts';
import type { FoundExemption, StoredExemption } from './exemption.ts';

export interface ExemptionBook {
  /** The first that holds for the subject at this moment. One that has expired never does. */
  exemptionOf(subject: PolicySubject, now: Instant): Exempted | undefined;
  /** Why it cannot be said that none holds, where that is so. */
  doubtAbout(subject: PolicySubject): string | undefined;
  /** True when one that has not expired looks at tags: only then are they read for it. */
  needsTags(now: Instant): boolean;
  readonly stored: readonly StoredExemption[];
}

interface Compiled extends Exempted {
  readonly matches: Matcher;
  readonly looksAtTags: boolean;
}

export const compileExemptions = (
  written: readonly (Omit<WrittenExemption, 'match'> & { readonly match: EventPattern })[],
): Pick<ExemptionBook, 'exemptionOf' | 'needsTags'> => {
  const compiled = written.map(
    ({ name, match, owner, reason, expiresAt }): Compiled => ({
      name,
      owner,
      reason,
      ...(expiresAt === undefined ? {} : { until: expiresAt }),
      matches: compileEventPattern(match),
      looksAtTags: looksAtTags(match),
    }),
  );
  return {
    exemptionOf: (subject, now) => {
      const found = compiled.find((one) => holdsAt(one, now) && one.matches(subject));
      if (found === undefined) return undefined;
      const { name, owner, reason, until } = found;
      return { name, owner, reason, ...(until === undefined ? {} : { until }) };
    },
    needsTags: (now) => compiled.some((one) => one.looksAtTags && holdsAt(one, now)),
  };
};

const holdsAt = ({ until }: Exempted, now: Instant): boolean => until === undefined || now < until;

/** The stored exemptions, as they were found. */
export const exemptionBook = (found: readonly FoundExemption[]): ExemptionBook => {
  const read = found.filter((one) => one.kind === 'read');
  const unreadable = found
    .filter((one) => one.kind === 'unreadable')
    .map(({ name, why, pattern }) => ({
      doubt: `exemption "${name}" cannot be read (${why}): remove it (selfheal exempt remove ${name}) and add it again`,
      mayMatch: pattern === undefined ? () => true : compileEventPattern(pattern),
      looksAtTags: pattern !== undefined && looksAtTags(pattern),
    }));
  const compiled = compileExemptions(
    read.map(({ exemption, pattern }) => ({ ...exemption, match: pattern })),
  );
  return {
    exemptionOf: compiled.exemptionOf,
    doubtAbout: (subject) => unreadable.find(({ mayMatch }) => mayMatch(subject))?.doubt,
    needsTags: (now) => compiled.needsTags(now) || unreadable.some((one) => one.looksAtTags),
    stored: read.map(({ exemption }) => exemption),
  };
};

/** True when a pattern looks at tags, which cost a call to read. */
export const looksAtTags = ({ fields, anyOf }: EventPattern): boolean =>
  fields.some(({ ref }) => ref.kind === 'tag') || anyOf.flat().some(looksAtTags);
