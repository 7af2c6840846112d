/** What signing in on pages stands on: the identity provider, read on demand, and who its tokens name. */
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Identity } from '../../domain/identity.ts';
import type { Log } from '../../domain/ports.ts';
import type { Oidc } from '../../infra/identity/oidc.ts';
import type { SignInSettings } from '../../infra/people-settings.ts';
import { type ClaimOptions, type Claims, identityOfClaims } from './claims.ts';
import { csrfOf, type SessionOf } from './session.ts';

export interface SignIn {
  readonly clientId: string;
  readonly scopes: string;
  /** Where this very request reached the pages, without a path: the provider sends people back there. */
  readonly consoleUrl: (context: Context) => string;
  readonly oidc: () => Promise<Oidc>;
  readonly identityOf: (claims: Claims) => Identity | undefined;
  readonly nowMs: () => number;
  readonly log: Log;
}

export interface SignInOptions extends ClaimOptions {
  /** Without an address of their own the pages are wherever the request found them: on one's own machine. */
  readonly settings: Omit<SignInSettings, 'consoleUrl'> & { readonly consoleUrl?: string };
  readonly nowMs: () => number;
  readonly log: Log;
}

export const createSignIn = ({ settings, nowMs, log, ...options }: SignInOptions): SignIn => {
  const { clientId, scopes, consoleUrl } = settings;
  let oidc: Promise<Oidc> | undefined;
  return {
    clientId,
    scopes,
    consoleUrl: (context) => consoleUrl ?? new URL(context.req.url).origin,
    // An import that failed is tried again: nobody shall stay outside for it.
    oidc: () => {
      oidc ??= import('../../infra/identity/oidc.ts')
        .then(({ createOidc }) => createOidc(settings, nowMs))
        .catch((error: unknown) => {
          oidc = undefined;
          throw error;
        });
      return oidc;
    },
    identityOf: (claims) => identityOfClaims(claims, options),
    nowMs,
    log,
  };
};

/** The prefix has browsers take it from this host alone, over a safe connection, for all of its paths. */
export const SESSION_COOKIE = '__Host-selfheal';

export const sessionsOf =
  ({ oidc, identityOf, log }: SignIn): SessionOf =>
  async (context) => {
    const token = getCookie(context, SESSION_COOKIE);
    if (token === undefined || token === '') return undefined;
    const reading = await oidc().then(
      ({ verify }) => verify(token),
      (error: unknown) => ({ kind: 'refused', why: String(error) }) as const,
    );
    if (reading.kind === 'refused') log.warn('session refused', { reason: reading.why });
    if (reading.kind !== 'holds') return undefined;
    const identity = identityOf(reading.claims);
    if (identity === undefined) log.warn('session refused', { reason: 'it names nobody who can decide' });
    return identity === undefined ? undefined : { identity, csrf: csrfOf(token) };
  };

export interface Visits {
  readonly signIn: SignIn;
  readonly sessionOf: SessionOf;
}

export type VisitsOf = (options: SignInOptions) => Visits;

export const visitsOf: VisitsOf = (options) => {
  const signIn = createSignIn(options);
  return { signIn, sessionOf: sessionsOf(signIn) };
};
