/**
 * An identity provider for the sandbox: it says of anybody what it is told to, and signs it with keys that are
 * made at its start. What verifies its tokens verifies them for real.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';

export interface TokenIssuer {
  /** What its tokens name as their issuer. */
  readonly issuer: string;
  /** Default audience of its tokens. */
  readonly audience: string;
  issue(claims: TokenClaims, nowMs: number): string;
  /** The claims of a token that it signed for one of these audiences and that holds now; else why it does not. */
  read(token: string, wanted: WantedToken): TokenReading;
  /** RFC 7517: `/.well-known/jwks.json`. */
  keys(): { readonly keys: readonly object[] };
}

export interface TokenClaims extends Readonly<Record<string, unknown>> {
  readonly sub: string;
  readonly lifetimeSeconds?: number;
}

export interface WantedToken {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly nowMs: number;
}

export type TokenReading =
  | { readonly ok: true; readonly claims: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly why: string };

export const SANDBOX_ISSUER = 'https://identity.sandbox.invalid';
export const SANDBOX_AUDIENCE = 'selfheal';
const KEY_ID = 'sandbox-1';
const LIFETIME_SECONDS = 3_600;

/** @param issuer what its tokens name as their issuer; the default is for who hands the keys out by other ways */
export const createTokenIssuer = (issuer = SANDBOX_ISSUER): TokenIssuer => {
  return {
    issuer,
    audience: SANDBOX_AUDIENCE,
    issue: ({ lifetimeSeconds = LIFETIME_SECONDS, ...claims }, nowMs) => {
      const iat = Math.floor(nowMs / 1_000);
      const head = encoded({ alg: 'RS256', typ: 'JWT', kid: KEY_ID });
      const body = encoded({
        iss: issuer,
        aud: SANDBOX_AUDIENCE,
        iat,
        exp: iat + lifetimeSeconds,
        ...claims,
      });
      return `${head}.${body}.${sign('sha256', Buffer.from(`${head}.${body}`), keys().own).toString('base64url')}`;
    },
    read: (token, { issuer: wanted, audience, nowMs }) => {
      const [head = '', body = '', signature = ''] = token.split('.');
      const claims = decoded(body);
      if (decoded(head)?.alg !== 'RS256' || claims === undefined) return { ok: false, why: 'it is no token' };
      const isSigned = verify(
        'sha256',
        Buffer.from(`${head}.${body}`),
        keys().others,
        Buffer.from(signature, 'base64url'),
      );
      if (!isSigned) return { ok: false, why: 'signature is invalid' };
      if (claims.iss !== wanted) return { ok: false, why: 'iss claim is not the issuer' };
      const meant = [claims.aud ?? claims.client_id].flat();
      if (!meant.some((each) => audience.includes(String(each))))
        return { ok: false, why: 'aud claim is not among the audiences' };
      const nowSeconds = nowMs / 1_000;
      if (!(Number(claims.exp) > nowSeconds)) return { ok: false, why: 'the token has expired' };
      if (Number(claims.nbf ?? 0) > nowSeconds) return { ok: false, why: 'the token is not valid yet' };
      return { ok: true, claims };
    },
    keys: () => ({
      keys: [{ ...keys().others.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' }],
    }),
  };
};

/** One pair for all that a process runs: they are dear to make, and tokens are told apart by their issuer. */
const keys = (): Keys => {
  made ??= makeKeys();
  return made;
};

type Keys = ReturnType<typeof makeKeys>;
let made: Keys | undefined;

const makeKeys = () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { own: createPrivateKey(privateKey), others: createPublicKey(publicKey) };
};

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const decoded = (part: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};
