/** The identity provider as selfheal uses it. Read on demand: most functions never see a token. */
import type { OidcSettings } from '../people-settings.ts';
import { exchangeCode } from './exchange-code.ts';
import { createReadProvider, type ReadProvider } from './provider.ts';
import { createTokenVerifier, type VerifyToken } from './token-verifier.ts';

export interface Oidc {
  readonly provider: ReadProvider;
  readonly verify: VerifyToken;
  readonly exchangeCode: typeof exchangeCode;
}

export const createOidc = ({ issuer, audience }: OidcSettings, nowMs: () => number): Oidc => {
  const provider = createReadProvider({ issuer });
  return { provider, verify: createTokenVerifier({ provider, issuer, audience, nowMs }), exchangeCode };
};
