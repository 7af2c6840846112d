/**
 * Who is behind a request to a deployed selfheal: whom API Gateway's authorizer has made sure of. What the request
 * itself claims counts for nothing.
 *
 * One person must not count twice, nor pass for another. So a name is only believed where the person cannot choose
 * it: an IAM user's, an Identity Center session's, an e-mail address that the identity provider has verified. The
 * session name of any other role is chosen by whoever assumes it: all its sessions are one person, the role.
 */
import type { Context } from 'hono';
import type { WhoIs } from './who-is.ts';

export interface SignedInOptions {
  /** The account selfheal runs in: an IAM identity of another one is nobody here. */
  readonly hubAccount: string;
  /**
   * Names of roles whose session names can be believed, since their trust policy or their identity provider sets
   * them (`sts:RoleSessionName`). Identity Center's own are always.
   */
  readonly sessionNameRoles?: readonly string[];
  /** The claim that names a person, where the identity provider lets nobody choose it. Default: see `claimedName`. */
  readonly personClaim?: string;
}

export const signedIn =
  (options: SignedInOptions): WhoIs =>
  (context) => {
    const { iam, jwt } = authorizerOf(context);
    // Never both: a route has one authorizer.
    if (typeof iam?.userArn === 'string') return nameOfArn(iam.userArn, options);
    return jwt?.claims === undefined ? undefined : claimedName(jwt.claims, options.personClaim);
  };

interface Authorizer {
  readonly iam?: { readonly userArn?: unknown };
  readonly jwt?: { readonly claims?: Readonly<Record<string, unknown>> };
}

const authorizerOf = ({ env }: Context): Authorizer =>
  (env as { readonly requestContext?: { readonly authorizer?: Authorizer } } | undefined)?.requestContext
    ?.authorizer ?? {};

/**
 * @example
 * nameOfArn('arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Oncall_0a1b/ada@example.com', options)
 * // 'ada@example.com'
 */
export const nameOfArn = (
  arn: string,
  { hubAccount, sessionNameRoles = [] }: SignedInOptions,
): string | undefined => {
  const [, account, kind, rest = ''] = ARN.exec(arn) ?? [];
  if (account !== hubAccount) return undefined;
  const names = rest.split('/');
  if (kind === 'user') return names.at(-1);
  const [role = '', session] = names;
  if (kind !== 'assumed-role' || session === undefined) return undefined;
  return role.startsWith(IDENTITY_CENTER) || sessionNameRoles.includes(role) ? session : `role ${role}`;
};

/** Federated users and the root user are left out: the one's name is free to choose, the other is nobody. */
const ARN = /^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):(user|assumed-role)\/(.+)$/;

/** Identity Center makes the roles of this name, and names their sessions after its users. */
const IDENTITY_CENTER = 'AWSReservedSSO_';

/**
 * A verified e-mail address, else the subject. OpenID Connect lets people choose every other name.
 *
 * @example claimedName({ sub: '1f0c', email: 'ada@example.com', email_verified: 'true' }) // 'ada@example.com'
 */
export const claimedName = (
  claims: Readonly<Record<string, unknown>>,
  personClaim?: string,
): string | undefined => {
  if (personClaim !== undefined) return textOf(claims[personClaim]);
  const isVerified = String(claims.email_verified) === 'true';
  return (isVerified ? textOf(claims.email) : undefined) ?? textOf(claims.sub);
};

const textOf = (claim: unknown): string | undefined =>
  typeof claim === 'string' && claim !== '' ? claim : undefined;
