/**
 * What a batch is called: by what it is about and since when, so that all who ask at once ask in the same one,
 * and so that a person can say and type it. It stands in addresses as it is.
 */
import { createHash } from 'node:crypto';
import type { Instant } from './time.ts';

/** `backlog`: more resources of a rule than may be started unasked. `breaker`: of a rule or runbook that keeps failing. */
export type BatchKind = 'backlog' | 'breaker';

/** What a case is asked for in. */
export interface AskedBatch {
  readonly id: string;
  readonly kind: BatchKind;
  /** The rule's identifier or name, or the runbook's name. */
  readonly about: string;
  readonly since: Instant;
}

/** The batch of what is held back for one reason since one moment: the same for all who ask. */
export const askedIn = (kind: BatchKind, about: string, since: Instant): AskedBatch => ({
  id: batchId(kind, about, since),
  kind,
  about,
  since,
});

/**
 * @param about the rule's identifier or name, or the runbook's name
 * @example
 * batchId('backlog', 'S3_BUCKET_VERSIONING_ENABLED', '2026-11-21T03:00:07.000Z')
 * // 'S3_BUCKET_VERSIONING_ENABLED.20261121-030007'
 * batchId('breaker', 'AWS-StopInstance', '2026-11-21T03:00:07.000Z') // 'AWS-StopInstance.breaker.20261121-030007'
 */
export const batchId = (kind: BatchKind, about: string, since: Instant): string =>
  [inAddress(about), ...(kind === 'backlog' ? [] : [kind]), timeText(since)].join('.');

/** True for what `batchId` can have made. */
export const isBatchId = (text: string): boolean =>
  /^[A-Za-z0-9_-]{1,72}(\.breaker)?\.\d{8}-\d{6}$/.test(text);

/** Names that are short and plain stay as they are; of others, what is lost is made up for by a hash. */
const inAddress = (about: string): string =>
  /^[A-Za-z0-9_-]{1,64}$/.test(about)
    ? about
    : `${about.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 60)}-${createHash('sha256').update(about).digest('hex').slice(0, 8)}`;

const timeText = (at: Instant): string =>
  `${at.slice(0, 10).replaceAll('-', '')}-${at.slice(11, 19).replaceAll(':', '')}`;
