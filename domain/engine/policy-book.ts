/** The policy as the engine consults it: compiled once, asked for every finding. */
import type { EventPattern } from '../policy/event-pattern.ts';
import type { Policy, PolicyEntry } from '../policy/policy.ts';
import { type CompiledPolicy, compilePolicy } from '../policy/select-policy.ts';

export interface PolicyBook extends CompiledPolicy {
  readonly version: string;
  /** The number under which it was published; 0 when it never was: a file's, or the one packaged with the code. */
  readonly sequence: number;
  /** Why no policy can be trusted at this moment. Nothing is done by this one then: it has no entries. */
  readonly doubt?: string;
  readonly unmatched: PolicyEntry;
  /** True when some entry looks at tags: only then are they read, which costs a call. */
  readonly needsTags: boolean;
}

export const policyBook = (policy: Policy, sequence = 0): PolicyBook => ({
  ...compilePolicy(policy),
  version: policy.version,
  sequence,
  unmatched: policy.unmatched,
  needsTags:
    policy.owners !== undefined ||
    [...policy.entries, ...policy.exemptions, ...policy.blackouts].some(
      ({ match }) => match !== undefined && looksAtTags(match),
    ),
});

/** Says how to tell people and how long to wait, as `policy` does, and for every finding that it knows nothing. */
export const doubtfulBook = (policy: Policy, doubt: string): PolicyBook => ({
  ...policyBook({ ...policy, entries: [], exemptions: [], blackouts: [] }),
  doubt,
});

const looksAtTags = ({ fields, anyOf }: EventPattern): boolean =>
  fields.some(({ ref }) => ref.kind === 'tag') || anyOf.flat().some(looksAtTags);
