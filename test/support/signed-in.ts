/** People of the tests, as the sandbox's own identity provider vouches for them: real tokens, verified for real. */
import {
  type IdentityProvider,
  SANDBOX_CLIENT_ID,
  startIdentityProvider,
} from '../../sandbox/http-api/identity-provider.ts';
import { SANDBOX_AUDIENCE } from '../../sandbox/http-api/token-issuer.ts';

/** What a service must know of a provider. */
export const identityOf = ({ url }: Pick<IdentityProvider, 'url'>) => ({
  issuer: url,
  clientId: SANDBOX_CLIENT_ID,
  audience: SANDBOX_AUDIENCE,
});

/** Driven worlds pass through weeks. */
const YEAR_SECONDS = 366 * 86_400;

/** A token for somebody, from now on, whenever that is. */
export const tokenOf = (
  { issuer }: Pick<IdentityProvider, 'issuer'>,
  sub: string,
  nowMs: number,
  claims: Readonly<Record<string, unknown>> = {},
): string => issuer.issue({ sub, lifetimeSeconds: YEAR_SECONDS, ...claims }, nowMs);

export const asBearer = (token: string) => ({ authorization: `Bearer ${token}` });

export interface People {
  readonly identity: ReturnType<typeof identityOf>;
  /** The header by which somebody is known. */
  as(sub: string, claims?: Readonly<Record<string, unknown>>): { readonly authorization: string };
  token(sub: string, claims?: Readonly<Record<string, unknown>>): string;
  close(): Promise<void>;
}

/** Where there is no sandbox: its identity provider alone. */
export const startPeople = async (nowMs: () => number): Promise<People> => {
  const provider = await startIdentityProvider({ nowMs });
  const token: People['token'] = (sub, claims) => tokenOf(provider, sub, nowMs(), claims);
  return {
    identity: identityOf(provider),
    token,
    as: (sub, claims) => asBearer(token(sub, claims)),
    close: provider.close,
  };
};

/** The header of another local user of a running service, as its own provider vouches for them. */
export const alsoAs = async (
  { url, token }: { readonly url: string; readonly token: string },
  sub: string,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly authorization: string }> => {
  const answer = await fetch(`${url}/api/sandbox/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...asBearer(token) },
    body: JSON.stringify({ sub, lifetimeSeconds: YEAR_SECONDS, ...claims }),
  });
  if (!answer.ok) throw new Error(`no token for ${sub}: ${await answer.text()}`);
  return asBearer(((await answer.json()) as { readonly token: string }).token);
};
