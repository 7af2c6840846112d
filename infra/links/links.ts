/**
 * Links to a decision. A link is a locator: it says which case and which plan people were asked about, and lets
 * whoever follows it read that one case. It decides nothing, and nobody is anybody by it.
 *
 * A JSON Web Token (JWS compact, HS256). Here it is signed; `link-reader.ts` opens it.
 */
import { createHmac } from 'node:crypto';
import type { Links } from '../../domain/ports.ts';
import { dayMs, epochMs, type Instant, plusMs, soonest } from '../../domain/time.ts';
import { type KeyRing, LINK_MS_MAX } from './key-ring.ts';

export const LINK_ALGORITHM = 'HS256';
export const LINK_TYPE = 'selfheal-link+jwt';

export interface LinksOptions {
  readonly keys: KeyRing;
  readonly now: () => Instant;
  /** `selfheal:<hub account>:<region>`: a link of one selfheal opens nothing at another. */
  readonly audience: string;
}

/** @example audienceOf({ hubAccount: '111111111111', region: 'us-east-1' }) // 'selfheal:111111111111:us-east-1' */
export const audienceOf = ({
  hubAccount,
  region,
}: {
  readonly hubAccount: string;
  readonly region: string;
}): string => `selfheal:${hubAccount}:${region}`;

/** @param consoleUrl where the pages are, without a slash at its end */
export const createLinks = ({ keys, now, audience }: LinksOptions, consoleUrl: string): Links => ({
  toDecision: async (caseId, planHash, expiresAt) => {
    const { id, secret } = await keys.signing();
    const until = soonest(plusMs(expiresAt, LATE_MS), plusMs(now(), LINK_MS_MAX));
    const token = signed(
      { alg: LINK_ALGORITHM, typ: LINK_TYPE, kid: id },
      { plan: planHash, sub: caseId, aud: audience, exp: Math.floor(epochMs(until) / 1_000) },
      secret,
    );
    return `${consoleUrl}/decide/${token}`;
  },
});

/** RFC 7515, compact, with HS256: so little that whoever only tells people carries no library for it. */
const signed = (header: object, claims: object, secret: string): string => {
  const said = `${base64urlOf(header)}.${base64urlOf(claims)}`;
  const signature = createHmac('sha256', Buffer.from(secret, 'base64url')).update(said).digest('base64url');
  return `${said}.${signature}`;
};

const base64urlOf = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Whoever comes too late is told what became of it, and not that there is nothing. */
const LATE_MS = 7 * dayMs;
