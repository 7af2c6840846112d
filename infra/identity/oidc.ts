/** The identity provider as selfheal uses it. Read on demand: most functions never see a token. */
import type { OidcSettings } from '../people-settings.ts';
import { createReadProvider, type ReadProvider } from './provider.ts';
import { createTokenVerifier, type VerifyToken } from './token-verifier.ts';

export interface Oidc {
  readonly provider: ReadProvider;
  readonly verify: VerifyToken;
}

export const createOidc = ({ issuer, audience }: OidcSettings, nowMs: () => number): Oidc => {
  const provider = createReadProvider({ issuer });
  return { provider, verify: createTokenVerifier({ provider, issuer, audience, nowMs }) };
};
