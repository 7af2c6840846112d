/** The policy as the engine consults it: compiled once, asked for every finding. */
import type { EventPattern } from '../policy/event-pattern.ts';
import type { Policy, PolicyEntry } from '../policy/policy.ts';
import { type CompiledPolicy, compilePolicy } from '../policy/select-policy.ts';

export interface PolicyBook extends CompiledPolicy {
  readonly version: string;
  readonly unmatched: PolicyEntry;
  /** True when some entry looks at tags: only then are they read, which costs a call. */
  readonly needsTags: boolean;
}

export const policyBook = (policy: Policy): PolicyBook => ({
  ...compilePolicy(policy),
  version: policy.version,
  unmatched: policy.unmatched,
  needsTags: policy.entries.some(({ match }) => looksAtTags(match)),
});

const looksAtTags = ({ fields, anyOf }: EventPattern): boolean =>
  fields.some(({ ref }) => ref.kind === 'tag') || anyOf.flat().some(looksAtTags);
