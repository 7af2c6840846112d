/** Publishes a policy: as the next version, unless it is in force already or somebody else was first. */
import type { Policy } from '../domain/policy/policy.ts';
import type { PolicyVersion } from './dynamodb/policy-item.ts';
import type { PolicyStore } from './dynamodb/policy-store.ts';
import { sealPolicy } from './packaged/seal-policy.ts';
import { readVersion } from './policy-version.ts';

/** What is published by whom, and why. */
export interface Publishing extends Pick<PolicyVersion, 'publishedAt' | 'publishedBy' | 'reason'> {
  readonly policy: Policy;
  readonly document: unknown;
}

export type Publication =
  | { readonly kind: 'published'; readonly published: PolicyVersion }
  /** Whoever starts something hears of it within a minute or so all the same. */
  | { readonly kind: 'not-announced'; readonly published: PolicyVersion; readonly error: unknown }
  /** It is the newest version, so nothing was written. */
  | { readonly kind: 'in-force'; readonly inForce: PolicyVersion }
  | { readonly kind: 'overtaken'; readonly by: PolicyVersion | undefined; readonly sequence: number };

export const publishPolicy = async (
  store: PolicyStore,
  { policy, document, ...about }: Publishing,
): Promise<Publication> => {
  const { policySequence, policyInForce, policyTold } = await store.progress();
  const newest = await newestOf(store);
  if (newest !== undefined && newest.sequence >= policyInForce && isSame(newest, policy)) {
    if (newest.sequence > policySequence) await store.raise('policySequence', newest.sequence);
    return { kind: 'in-force', inForce: newest };
  }
  // A number is never given again, also when the version that had it is gone.
  const sequence = Math.max(newest?.sequence ?? 0, policySequence, policyInForce, policyTold) + 1;
  const { version } = policy;
  const published = { sequence, version, sealed: sealPolicy({ policy, document }), ...about };
  if (!(await store.put(published))) return { kind: 'overtaken', by: await store.get(sequence), sequence };
  try {
    await store.raise('policySequence', sequence);
    return { kind: 'published', published };
  } catch (error) {
    return { kind: 'not-announced', published, error };
  }
};

/** The newest version that is valid; undefined when none is, and when a newer one was in force and is lost. */
export const versionInForce = async (store: PolicyStore): Promise<PolicyVersion | undefined> => {
  const { policyInForce } = await store.progress();
  for await (const found of store.newestFirst()) {
    if (found.sequence < policyInForce) return undefined;
    if (readVersion(found).ok) return found;
  }
  return undefined;
};

const newestOf = async (store: PolicyStore): Promise<PolicyVersion | undefined> => {
  for await (const found of store.newestFirst()) return found;
  return undefined;
};

const isSame = (newest: PolicyVersion, { version }: Policy): boolean =>
  newest.version === version && readVersion(newest).ok;
