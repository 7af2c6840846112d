/**
 * What the identity provider says of itself (OpenID Connect Discovery 1.0), kept once it was read. While it cannot be
 * read nobody is anybody: it is asked again at most every half minute, so that whoever sends tokens cannot have
 * selfheal pester it.
 */
import * as z from '../../domain/zod.ts';

export interface Provider {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  /** It says with every answer of a sign-in that it is from it (RFC 9207); one without is from somebody else. */
  readonly saysIssuer: boolean;
}

/** @throws Error in words for the log: what was asked for, and what is wrong with the answer */
export type ReadProvider = () => Promise<Provider>;

export interface ProviderOptions {
  /** As the tokens spell it, e.g. `https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_aBcD`. */
  readonly issuer: string;
  /** Of the machine, for the half minute. Default: the wall clock. */
  readonly wallMs?: () => number;
}

const ANSWER_MS_MAX = 5_000;
const PAUSE_MS = 30_000;

export const createReadProvider = ({ issuer, wallMs = Date.now }: ProviderOptions): ReadProvider => {
  let reading: Promise<Provider> | undefined;
  let failed: { readonly error: unknown; readonly atMs: number } | undefined;
  return () => {
    if (reading !== undefined) return reading;
    if (failed !== undefined && wallMs() - failed.atMs < PAUSE_MS) return Promise.reject(failed.error);
    reading = discover(issuer).catch((error: unknown) => {
      reading = undefined;
      failed = { error, atMs: wallMs() };
      throw error;
    });
    return reading;
  };
};

const discover = async (issuer: string): Promise<Provider> => {
  if (!mayBeAsked(issuer)) throw new Error(`issuer ${issuer} is not an https address`);
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS_MAX) }).catch(
    (error: unknown) => {
      throw new Error(`${url} does not answer: ${causeOf(error)}`);
    },
  );
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  const told = documentSchema.safeParse(await answer.json().catch(() => undefined));
  if (!told.success) throw new Error(`${url} is no OpenID Connect configuration`);
  const { data } = told;
  if (data.issuer !== issuer)
    throw new Error(`${url} speaks for issuer ${data.issuer}; configured is ${issuer}, letter by letter`);
  const provider: Provider = {
    issuer,
    authorizationEndpoint: data.authorization_endpoint,
    tokenEndpoint: data.token_endpoint,
    jwksUri: data.jwks_uri,
    saysIssuer: data.authorization_response_iss_parameter_supported === true,
  };
  for (const address of [provider.authorizationEndpoint, provider.tokenEndpoint, provider.jwksUri])
    if (!mayBeAsked(address)) throw new Error(`${url} names ${address}, which is not an https address`);
  return provider;
};

const documentSchema = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  jwks_uri: z.string(),
  authorization_response_iss_parameter_supported: z.optional(z.boolean()),
});

/** Nobody listens between https and whoever is asked, nor on this very machine. */
const mayBeAsked = (address: string): boolean => {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
};

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

export const causeOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
};
