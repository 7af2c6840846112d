/** How the versions of the policy lie in the table, and the numbers beside the stop switches that go by them. */
import { PortError } from '../../domain/ports.ts';
import type { Instant } from '../../domain/time.ts';
import type { Values } from './documents.ts';

export interface PolicyVersion {
  /** Counted from 1; a number is given once, and never again. */
  readonly sequence: number;
  /** First 12 hex digits of the SHA-256 of the text that was published. */
  readonly version: string;
  /** What it says, sealed: see `infra/packaged/sealed-document.ts`. */
  readonly sealed: string;
  readonly publishedAt: Instant;
  /** ARN of whoever published it. */
  readonly publishedBy: string;
  readonly reason: string;
}

export const POLICY_PARTITION = 'policy';

/** So that text sorts as numbers do. */
export const versionSortKey = (sequence: number): string => `version#${String(sequence).padStart(10, '0')}`;

export const toPolicyItem = (published: PolicyVersion) => ({
  pk: POLICY_PARTITION,
  sk: versionSortKey(published.sequence),
  ...published,
});

/** A version as it was found, whatever was done to it: by its key, and text where there should be text. */
export const fromPolicyItem = (item: Values): PolicyVersion => {
  const text = (name: string) => (typeof item[name] === 'string' ? item[name] : '');
  return {
    sequence: Number(String(item.sk).slice('version#'.length)),
    version: text('version'),
    sealed: text('sealed'),
    publishedAt: text('publishedAt'),
    publishedBy: text('publishedBy'),
    reason: text('reason'),
  };
};

/** How far the versions have come. Each number only ever grows. */
export interface PolicyProgress {
  /** Announced to everybody who is about to start something. */
  readonly policySequence: number;
  /** The newest that is known to have been in force. */
  readonly policyInForce: number;
  /** All cases that it may concern were woken. */
  readonly policySeen: number;
  /** The newest whose refusal was told to people. */
  readonly policyTold: number;
}

export const progressOf = (item: Values | undefined): PolicyProgress => ({
  policySequence: sequenceOf(item, 'policySequence'),
  policyInForce: sequenceOf(item, 'policyInForce'),
  policySeen: sequenceOf(item, 'policySeen'),
  policyTold: sequenceOf(item, 'policyTold'),
});

/** 0 when there is none yet. What is no number is no answer. */
export const sequenceOf = (
  item: Values | undefined,
  name: keyof PolicyProgress | 'exemptionSequence' | 'exemptionSeen',
): number => {
  const value = item?.[name] ?? 0;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new PortError(
    'terminal',
    'MalformedItem',
    'dynamodb:GetItem',
    `the control item says ${name} ${JSON.stringify(value)}, which is no number of a version or a change`,
  );
};
