/**
 * What one function does for all about the published policy, once a minute: it mends an announcement that got
 * lost, tells people of versions that were refused, and has cases looked at again by a new one. Each is recorded
 * when it is done and not before, so that whoever dies on the way has it done again.
 */
import type { PolicyBook } from '../domain/engine/policy-book.ts';
import { inert, type Message } from '../domain/message.ts';
import type { Clock, Log } from '../domain/ports.ts';
import { type Instant, plusMs, secondMs } from '../domain/time.ts';
import type { PolicyProgress } from './dynamodb/policy-item.ts';
import type { PolicyStore } from './dynamodb/policy-store.ts';
import type { PublishedPolicy, RefusedVersion } from './published-policy.ts';

export interface PolicyKeeperOptions {
  readonly store: PolicyStore;
  readonly published: PublishedPolicy;
  /** To the platform engineer. */
  readonly announce: (message: Message) => Promise<void>;
  /** Has the cases woken that a new policy may concern; false when not all were by `until`. */
  readonly policyReplaced: (until: Instant) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
}

export type KeepPolicy = () => Promise<void>;

export const createPolicyKeeper =
  ({ store, published, announce, policyReplaced, clock, log }: PolicyKeeperOptions): KeepPolicy =>
  async () => {
    const { progress, newest, refused } = await published.look();
    const book = published.current();
    if (newest > progress.policySequence) await store.raise('policySequence', newest);
    if (book.doubt === undefined && book.sequence > progress.policyInForce)
      await store.raise('policyInForce', book.sequence);
    for (const one of untold(refused, progress)) {
      await announce(refusalMessage(one, book));
      await store.raise('policyTold', one.sequence);
    }
    if (book.doubt !== undefined || book.sequence <= progress.policySeen) return;
    const isDone = await policyReplaced(plusMs(clock.now(), WAKING_MS_MAX));
    log.info('cases woken for a new policy', { policySequence: book.sequence, isDone });
    if (isDone) await store.raise('policySeen', book.sequence);
  };

/** Oldest first: the number that records what was told only grows. */
const untold = (refused: readonly RefusedVersion[], { policyTold }: PolicyProgress) =>
  refused
    .filter(({ sequence }) => sequence > policyTold)
    .toSorted((left, right) => left.sequence - right.sequence);

const refusalMessage = ({ sequence, why }: RefusedVersion, book: PolicyBook): Message => ({
  subject: `[POLICY] Version ${sequence} of the policy is refused`,
  text: [
    `Version ${sequence} of the policy cannot be used, and is not.`,
    '',
    'Why:',
    ...why.split('\n').map((line) => `  ${inert(line, 500)}`),
    '',
    `In force: ${inForce(book)}`,
    '',
    'What to do: publish a valid policy again, or go back to a version that worked:',
    '  selfheal policy check policy.yml',
    '  selfheal policy publish policy.yml --reason "..."',
    '  selfheal policy versions',
    '  selfheal policy rollback N --reason "..."',
    'Nobody but the publishers may write versions: if none of you did this, find out who did (CloudTrail).',
  ].join('\n'),
  attributes: { kind: 'policy-refused', policySequence: String(sequence) },
});

const inForce = ({ sequence, version, doubt }: PolicyBook): string =>
  doubt === undefined
    ? `version ${sequence} (${version}) stays in force.`
    : 'none. Nothing starts until a valid version is published.';

/** A tick has a minute for all it does. */
const WAKING_MS_MAX = 30 * secondMs;
