/** Published policies for tests: a table of versions in memory that can be spoilt, and versions to put into it. */
import { createHash } from 'node:crypto';
import { deflateSync } from 'fflate';
import { type PolicyBook, policyBook } from '../../domain/engine/policy-book.ts';
import { parsePolicy } from '../../domain/policy/parse-policy.ts';
import type { PolicyProgress, PolicyVersion } from '../../infra/dynamodb/policy-item.ts';
import type { PolicyStore } from '../../infra/dynamodb/policy-store.ts';
import { sealPolicy } from '../../infra/packaged/seal-policy.ts';
import { seal } from '../../infra/packaged/sealed-document.ts';
import { POLICY_FORM } from '../../infra/packaged/sealed-policy.ts';
import { NOW } from './cases.ts';

/** A policy that is valid, told from others by the name of its entry. */
export const policyText = (name: string, mode = 'observe'): string => `
version: 1
entries:
  - name: ${name}
    match: {}
    mode: ${mode}
`;

export const parsedPolicy = (text: string) => {
  const parsed = parsePolicy(text, 'policy.yml');
  if (!parsed.ok) throw new Error(`the test's policy is not valid: ${JSON.stringify(parsed.problems)}`);
  return parsed;
};

export const PACKAGED: PolicyBook = policyBook(parsedPolicy(policyText('packaged')).policy);

export const versionOf = (
  sequence: number,
  name: string,
  more: Partial<PolicyVersion> = {},
): PolicyVersion => {
  const { policy, document } = parsedPolicy(policyText(name));
  return {
    sequence,
    version: policy.version,
    sealed: sealPolicy({ policy, document }),
    publishedAt: NOW,
    publishedBy: 'arn:aws:iam::111111111111:user/ada',
    reason: 'test',
    ...more,
  };
};

/** Sealed and filed as it should be, and understood as nothing that a policy can be. */
export const sealedNonsense = (understood: unknown): Partial<PolicyVersion> => {
  const version = createHash('sha256').update(JSON.stringify(understood)).digest('hex').slice(0, 12);
  return { version, sealed: sealedAs(version, understood) };
};

/** With the seal's own hash, whatever functions would think of it. */
export const sealedAs = (version: string, understood: unknown): string =>
  seal('policy', {
    version,
    document: { version: 1, entries: [] },
    form: POLICY_FORM,
    understood: Buffer.from(deflateSync(Buffer.from(JSON.stringify(understood)))).toString('base64'),
  });

/** Keeps the contract of the store (test/contract runs it), and lets a test do to it what nobody should. */
export class MemoryPolicyStore implements PolicyStore {
  readonly versions = new Map<number, PolicyVersion>();
  numbers: PolicyProgress = { policySequence: 0, policyInForce: 0, policySeen: 0, policyTold: 0 };
  /** Thrown by everything while it is set. */
  failing: unknown;
  readonly calls: string[] = [];

  async *newestFirst(): AsyncIterable<PolicyVersion> {
    for (const sequence of [...this.versions.keys()].sort((left, right) => right - left)) {
      this.note('query');
      const found = this.versions.get(sequence);
      if (found !== undefined) yield found;
    }
  }

  async get(sequence: number): Promise<PolicyVersion | undefined> {
    this.note('get');
    return this.versions.get(sequence);
  }

  async put(version: PolicyVersion): Promise<boolean> {
    this.note('put');
    if (this.versions.has(version.sequence)) return false;
    this.versions.set(version.sequence, version);
    return true;
  }

  async progress(): Promise<PolicyProgress> {
    this.note('progress');
    return this.numbers;
  }

  async raise(name: keyof PolicyProgress, sequence: number): Promise<void> {
    this.note(`raise ${name}`);
    if (this.numbers[name] < sequence) this.numbers = { ...this.numbers, [name]: sequence };
  }

  /** As the command publishes. */
  publish(version: PolicyVersion): void {
    this.versions.set(version.sequence, version);
    this.numbers = {
      ...this.numbers,
      policySequence: Math.max(this.numbers.policySequence, version.sequence),
    };
  }

  private note(call: string): void {
    this.calls.push(call);
    if (this.failing !== undefined) throw this.failing;
  }
}
