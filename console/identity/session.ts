/**
 * A person's visit in a browser. The session is the identity provider's own token, in a cookie that no script can
 * read: nothing is kept of it here, and it holds exactly as long as the token does.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import type { Identity } from '../../domain/identity.ts';

export interface Session {
  readonly identity: Identity;
  /** What a form of this visit has to bring back: a page of another origin cannot know it. */
  readonly csrf: string;
}

/** Undefined for whoever has not signed in, or whose token does not hold any longer, or cannot be verified. */
export type SessionOf = (context: Context) => Promise<Session | undefined>;

/** Where no identity provider is configured. */
export const noSessions: SessionOf = async () => undefined;

/** Nothing but the token makes it, so there is nothing to keep, and another visit has another one. */
export const csrfOf = (token: string): string =>
  createHmac('sha256', token).update('selfheal: a form of this visit').digest('base64url');

/**
 * Does a form come from a page that was shown in this very visit? Compared in constant time.
 *
 * @param given the form's field; anything but a text does not hold
 */
export const csrfHolds = ({ csrf }: Pick<Session, 'csrf'>, given: unknown): boolean => {
  if (typeof given !== 'string') return false;
  const wanted = Buffer.from(csrf);
  const brought = Buffer.from(given);
  return wanted.length === brought.length && timingSafeEqual(wanted, brought);
};
