/**
 * Opens the links that `links.ts` signs. They have exactly one spelling. What is spelt otherwise is refused in the
 * same words as what is forged, expired, for another selfheal, or signed by nobody we know: a stranger learns nothing
 * from trying.
 */
import * as errors from 'jose/errors';
import { jwtVerify } from 'jose/jwt/verify';
import { isInOneSpelling } from '../one-spelling.ts';
import { LINK_ALGORITHM, LINK_TYPE, type LinksOptions } from './links.ts';

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
          algorithms: [LINK_ALGORITHM],
          typ: LINK_TYPE,
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

const PLAN_HASH = /^[0-9a-f]{64}$/;
/** Ours have some 500. */
const TOKEN_CHARS_MAX = 2_000;
