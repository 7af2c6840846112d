/** The policy as the engine consults it: compiled once, asked for every finding. */
import { compileExemptions, type ExemptionBook, looksAtTags } from '../exemption/exemption-book.ts';
import { compileEventPattern } from '../policy/event-pattern.ts';
import type { Blackout, Policy, PolicyEntry, PolicySubject } from '../policy/policy.ts';
import { tagKeysOf } from '../policy/recorded-tags.ts';
import { type CompiledPolicy, compilePolicy, SEVERITY_UNKNOWN, topicsFor } from '../policy/select-policy.ts';

export interface PolicyBook extends CompiledPolicy, Pick<ExemptionBook, 'exemptionOf'> {
  readonly version: string;
  /** The number under which it was published; 0 when it never was: a file's, or the one packaged with the code. */
  readonly sequence: number;
  /** Why no policy can be trusted at this moment. Nothing is done by this one then: it has no entries. */
  readonly doubt?: string;
  readonly unmatched: PolicyEntry;
  /** True when something in it depends on tags: only then are they read, which costs a call. */
  readonly needsTags: boolean;
  /** The tags that it looks at to decide, each once. */
  readonly tagKeys: readonly string[];
  /** The blackouts that hold for a finding, whether or not one of them holds now. */
  blackoutsFor(subject: PolicySubject): readonly Blackout[];
}

export const policyBook = (policy: Policy, sequence = 0): PolicyBook => ({
  ...compilePolicy(policy),
  exemptionOf: compileExemptions(policy.exemptions).exemptionOf,
  version: policy.version,
  sequence,
  unmatched: { ...policy.unmatched, notify: topicsFor(policy.unmatched.notify, SEVERITY_UNKNOWN) },
  needsTags:
    policy.owners !== undefined ||
    changerKeys(policy).length > 0 ||
    [...policy.entries, ...policy.exemptions, ...policy.blackouts].some(
      ({ match }) => match !== undefined && looksAtTags(match),
    ),
  tagKeys: [
    ...new Set([
      ...tagKeysOf([...policy.entries, ...policy.exemptions].map(({ match }) => match)),
      ...changerKeys(policy),
    ]),
  ],
  blackoutsFor: blackoutsBySubject(policy.blackouts),
});

/** The tag that says who changed a resource, where an entry leaves them out of deciding. */
const changerKeys = ({ changedByTag, entries }: Policy): readonly string[] =>
  changedByTag !== undefined && entries.some(({ approval }) => approval.not?.includes('changer'))
    ? [changedByTag]
    : [];

const blackoutsBySubject = (blackouts: readonly Blackout[]): PolicyBook['blackoutsFor'] => {
  const compiled = blackouts.map((blackout) => ({
    blackout,
    matches: blackout.match === undefined ? () => true : compileEventPattern(blackout.match),
  }));
  return (subject) => compiled.flatMap(({ blackout, matches }) => (matches(subject) ? [blackout] : []));
};

/** Says how to tell people and how long to wait, as `policy` does, and for every finding that it knows nothing. */
export const doubtfulBook = (policy: Policy, doubt: string): PolicyBook => ({
  ...policyBook({ ...policy, entries: [], exemptions: [], blackouts: [] }),
  doubt,
});
