/**
 * The credentials STS hands out, written so that nothing need be remembered: the access key id carries the
 * account, the session token carries the role. Signatures are not verified anywhere in the sandbox, so
 * neither is a secret: never let these decide about anything outside it.
 */
export interface RoleSession {
  /** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. */
  readonly principalArn: string;
  readonly expiresMs: number;
}

const TOKEN_PREFIX = 'sandbox.';

export const accessKeyIdFor = (account: string, random4: string): string =>
  `ASIA${account}${random4.toUpperCase()}`;

/** A 12-digit access key id is the account itself; STS's carry it after `ASIA`; others are the hub's. */
export const accountOf = (accessKeyId: string, hubAccount: string): string =>
  /^(?:ASIA)?(\d{12})(?:[0-9A-Z]{4})?$/.exec(accessKeyId)?.[1] ?? hubAccount;

export const writeSessionToken = (session: RoleSession): string =>
  TOKEN_PREFIX + Buffer.from(JSON.stringify([session.principalArn, session.expiresMs])).toString('base64url');

/** Undefined when the token is none of ours. */
export const readSessionToken = (token: string): RoleSession | undefined => {
  if (!token.startsWith(TOKEN_PREFIX)) return undefined;
  try {
    const [principalArn, expiresMs] = JSON.parse(
      Buffer.from(token.slice(TOKEN_PREFIX.length), 'base64url').toString(),
    );
    return typeof principalArn === 'string' && typeof expiresMs === 'number'
      ? { principalArn, expiresMs }
      : undefined;
  } catch {
    return undefined;
  }
};
