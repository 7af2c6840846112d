/**
 * Whether a token is the identity provider's, made for us, and holds now. Any doubt means that it is nobody's: keys
 * that cannot be read, a key that the provider does not have, a claim that is missing.
 */
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, type RemoteJWKSetOptions } from 'jose';
import { isInOneSpelling } from '../one-spelling.ts';
import { causeOf, type ReadProvider } from './provider.ts';

export type Claims = Readonly<Record<string, unknown>>;

export type TokenReading =
  | { readonly kind: 'holds'; readonly claims: Claims }
  | { readonly kind: 'expired' }
  /** Why is for the log: whoever sent it is told no more than that it does not hold. */
  | { readonly kind: 'refused'; readonly why: string };

/** Answers always: what goes wrong in it is a refusal. */
export type VerifyToken = (token: string) => Promise<TokenReading>;

export interface TokenVerifierOptions {
  readonly provider: ReadProvider;
  readonly issuer: string;
  readonly audience: string;
  /** The service's own time, ms since the epoch. */
  readonly nowMs: () => number;
  /** How long keys are kept, and how soon they may be read again for a key that is not among them. */
  readonly keys?: Pick<RemoteJWKSetOptions, 'cacheMaxAge' | 'cooldownDuration'>;
}

/** Of keys of two halves only: with a shared secret, whoever can verify could also sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Clocks differ by that much. */
const TOLERANCE_SECONDS = 30;
const TOKEN_CHARS_MAX = 16_384;
const ANSWER_MS_MAX = 5_000;

export const createTokenVerifier = ({
  provider,
  issuer,
  audience,
  nowMs,
  keys: keysKept = {},
}: TokenVerifierOptions): VerifyToken => {
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined;
  return async (token) => {
    if (token.length > TOKEN_CHARS_MAX)
      return { kind: 'refused', why: `it is longer than ${TOKEN_CHARS_MAX} characters` };
    if (!isInOneSpelling(token)) return { kind: 'refused', why: 'it is not spelt as it was signed' };
    try {
      keys ??= createRemoteJWKSet(new URL((await provider()).jwksUri), {
        timeoutDuration: ANSWER_MS_MAX,
        ...keysKept,
      });
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ALGORITHMS,
        issuer,
        audience,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: TOLERANCE_SECONDS,
        currentDate: new Date(nowMs()),
      });
      return isForUs(payload, audience)
        ? { kind: 'holds', claims: payload }
        : { kind: 'refused', why: 'it was made for several, and given to another of them (azp)' };
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { kind: 'expired' };
      return { kind: 'refused', why: causeOf(error) };
    }
  };
};

/** OpenID Connect Core 3.1.3.7: a token for several says to whom it was given. */
const isForUs = ({ aud, azp }: JWTPayload, audience: string): boolean =>
  azp === undefined || !Array.isArray(aud) || aud.length === 1 || azp === audience;
