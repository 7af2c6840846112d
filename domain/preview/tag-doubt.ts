/**
 * Cases remember few tags, so a policy cannot always be asked again what it would have said. Whether it matters is
 * found by letting every test on a tag that nobody recorded pass: if no pattern that is asked earlier could match
 * even then, and the one that matched looks at none of them, the answer is certain.
 */
import { compileEventPattern, type EventPattern } from '../policy/event-pattern.ts';
import type { PolicySubject } from '../policy/policy.ts';
import { tagKeysOf } from '../policy/recorded-tags.ts';

export type TagDoubt = (
  subject: PolicySubject,
  decidedAt: number | undefined,
  recorded: ReadonlySet<string>,
) => boolean;

/**
 * @param patterns in the order in which they are asked; the first that matches decides
 *
 * @example
 * const mayDiffer = tagDoubt([{ tags: { env: ['prod'] } }, {}].map(parsed));
 * mayDiffer(subject, 1, new Set()) // true: with the right tags the first would have matched
 * mayDiffer(subject, 1, new Set(['env'])) // false: that tag is known
 */
export const tagDoubt = (patterns: readonly EventPattern[]): TagDoubt => {
  const relaxedFor = new Map<
    string,
    readonly { readonly couldMatch: (s: PolicySubject) => boolean; readonly isCertain: boolean }[]
  >();
  const relaxedBy = (recorded: ReadonlySet<string>) => {
    const key = JSON.stringify([...recorded].sort());
    const known = relaxedFor.get(key);
    if (known) return known;
    const made = patterns.map((pattern) => ({
      isCertain: !looksAtUnrecorded(pattern, recorded),
      couldMatch: compileEventPattern(relaxed(pattern, recorded)),
    }));
    relaxedFor.set(key, made);
    return made;
  };
  return (subject, decidedAt, recorded) =>
    relaxedBy(recorded)
      .slice(0, decidedAt === undefined ? undefined : decidedAt + 1)
      .some(({ isCertain, couldMatch }) => !isCertain && couldMatch(subject));
};

const looksAtUnrecorded = (pattern: EventPattern, recorded: ReadonlySet<string>): boolean =>
  tagKeysOf([pattern]).some((key) => !recorded.has(key));

const relaxed = ({ fields, anyOf }: EventPattern, recorded: ReadonlySet<string>): EventPattern => ({
  fields: fields.filter(({ ref }) => ref.kind !== 'tag' || recorded.has(ref.key)),
  anyOf: anyOf.map((alternatives) => alternatives.map((one) => relaxed(one, recorded))),
});
