/**
 * Links to a decision. A link is a locator: it says which case and which plan people were asked about, and lets
 * whoever follows it read that one case. It decides nothing, and nobody is anybody by it.
 *
 * A JSON Web Token (JWS compact, HS256) in exactly one spelling. What is not, is refused in the same words as what
 * is forged, expired, for another selfheal, or signed by nobody we know: a stranger learns nothing from trying.
 */
import * as errors from 'jose/errors';
import { SignJWT } from 'jose/jwt/sign';
import { jwtVerify } from 'jose/jwt/verify';
import type { Links } from '../../domain/ports.ts';
import { dayMs, epochMs, type Instant, plusMs, soonest } from '../../domain/time.ts';
import { isInOneSpelling } from '../one-spelling.ts';
import { type KeyRing, LINK_MS_MAX } from './key-ring.ts';

/** What a link is about. */
export interface OpenedLink {
  readonly caseId: string;
  /** Of the plan that people were asked about: the case may be about another one by now. */
  readonly planHash: string;
}

export interface LinkReader {
  /** Undefined for whatever is no link of ours that still holds; throws when the keys cannot be read. */
  open(token: string): Promise<OpenedLink | undefined>;
}

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
    const token = await new SignJWT({ plan: planHash })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: id })
      .setSubject(caseId)
      .setAudience(audience)
      .setExpirationTime(Math.floor(epochMs(until) / 1_000))
      .sign(bytesOf(secret));
    return `${consoleUrl}/decide/${token}`;
  },
});

export const createLinkReader = ({ keys, now, audience }: LinksOptions): LinkReader => ({
  open: async (token) => {
    if (token.length > TOKEN_CHARS_MAX || !isInOneSpelling(token)) return undefined;
    try {
      const { payload } = await jwtVerify(
        token,
        async ({ kid }) => {
          const key = typeof kid === 'string' ? await keys.byId(kid) : undefined;
          if (key === undefined) throw new errors.JWKSNoMatchingKey();
          return bytesOf(key.secret);
        },
        {
          algorithms: [ALGORITHM],
          typ: TYPE,
          audience,
          requiredClaims: ['sub', 'exp', 'plan'],
          currentDate: new Date(now()),
        },
      );
      const { sub, plan } = payload;
      return typeof sub === 'string' && typeof plan === 'string' && PLAN_HASH.test(plan)
        ? { caseId: sub, planHash: plan }
        : undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  },
});

const bytesOf = (secret: string): Uint8Array => new Uint8Array(Buffer.from(secret, 'base64url'));

const ALGORITHM = 'HS256';
const TYPE = 'selfheal-link+jwt';
const PLAN_HASH = /^[0-9a-f]{64}$/;
/** Ours have some 500. */
const TOKEN_CHARS_MAX = 2_000;
/** Whoever comes too late is told what became of it, and not that there is nothing. */
const LATE_MS = 7 * dayMs;
