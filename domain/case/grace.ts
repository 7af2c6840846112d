/**
 * The time that the owner of a resource has before anything is done about a finding: from the opening of the case,
 * and at least nine tenths of it from when the owner was told. So a message that could not be sent for an hour
 * does not cost the owner that hour, and nobody is acted against untold.
 */
import { type Instant, latest, plusMs } from '../time.ts';
import type { Case, Terms } from './case.ts';

export type Grace =
  | { readonly kind: 'none' | 'over' | 'owner-untold' }
  /** `until` is its end. */
  | { readonly kind: 'running'; readonly until: Instant };

/** Throws when the stored times are none. */
export const graceAt = (
  about: Pick<Case, 'openedAt' | 'ownerToldAt'>,
  { graceMs }: Pick<Terms, 'graceMs'>,
  now: Instant,
): Grace => {
  if (graceMs === 0) return { kind: 'none' };
  const { openedAt, ownerToldAt } = about;
  if (ownerToldAt === undefined) return { kind: 'owner-untold' };
  const until = graceEnd(openedAt, ownerToldAt, graceMs);
  return now < until ? { kind: 'running', until } : { kind: 'over' };
};

/** When it ends for an owner who was told then. */
export const graceEnd = (openedAt: Instant, toldAt: Instant, graceMs: number): Instant =>
  latest(plusMs(openedAt, graceMs), plusMs(toldAt, Math.floor(graceMs * TOLD_SHARE_MIN)));

/** The topics that hear of a case while its grace runs: the owner's, or else the entry's. */
export const ownerTopics = ({
  ownerTopic,
  notify,
}: Pick<Terms, 'ownerTopic' | 'notify'>): readonly string[] =>
  ownerTopic === undefined ? notify : [ownerTopic];

const TOLD_SHARE_MIN = 0.9;
