/** Who is behind a request that carries a token of the identity provider: `authorization: Bearer …`. */
import type { Log } from '../../domain/ports.ts';
import type { VerifyToken } from '../../infra/identity/token-verifier.ts';
import { HttpError } from '../http-error.ts';
import type { WhoIs } from '../who-is.ts';
import { type ClaimOptions, identityOfClaims } from './claims.ts';

export interface BearerOptions extends ClaimOptions {
  readonly verify: VerifyToken;
  readonly log: Log;
}

export const bearer =
  ({ verify, log, ...options }: BearerOptions): WhoIs =>
  async (context) => {
    const given = context.req.header('authorization');
    if (given === undefined || given === '') return undefined;
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(given)?.[1];
    if (token === undefined)
      throw unheard('the authorization header is not "Bearer" and a token: send the whole token');
    const reading = await verify(token);
    if (reading.kind === 'expired')
      throw unheard('your token has expired: sign in again, or get a new one from selfheal start');
    if (reading.kind === 'refused') {
      log.warn('token refused', { reason: reading.why });
      throw unheard(
        "your token does not hold here; selfheal's log says why. It holds until selfheal is started again: get a new one from there",
      );
    }
    const identity = identityOfClaims(reading.claims, options);
    if (identity === undefined) {
      log.warn('token refused', { reason: 'it names nobody who can decide' });
      throw unheard('your token names nobody: a name has letters, digits, spaces and . _ @ + - only');
    }
    return identity;
  };

const unheard = (message: string): HttpError => new HttpError(401, 'nobody', message);
