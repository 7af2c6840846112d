/**
 * Who is behind a request to a deployed selfheal: whom API Gateway's authorizer has made sure of. What the request
 * itself claims counts for nothing.
 *
 * One person must not count twice, nor pass for another. So a name is only believed where the person cannot choose
 * it: an IAM user's, an Identity Center session's, an e-mail address that the identity provider has verified. The
 * session name of any other role is chosen by whoever assumes it: all its sessions are one person, the role.
 */
import type { Context } from 'hono';
import type { Identity } from '../domain/identity.ts';
import { type ClaimOptions, type Claims, identityOfClaims } from './identity/claims.ts';
import { personName, type WhoIs } from './who-is.ts';

export interface SignedInOptions extends ClaimOptions {
  /** The account selfheal runs in: an IAM identity of another one is nobody here. */
  readonly hubAccount: string;
  /**
   * Names of roles whose session names can be believed, since their trust policy or their identity provider sets
   * them (`sts:RoleSessionName`). Identity Center's own are always.
   */
  readonly sessionNameRoles?: readonly string[];
}

export const signedIn =
  (options: SignedInOptions): WhoIs =>
  async (context) => {
    const { iam, jwt } = authorizerOf(context);
    // Never both: a route has one authorizer.
    if (typeof iam?.userArn === 'string') return identityOfArn(iam.userArn, options);
    if (jwt?.claims === undefined) return undefined;
    return identityOfClaims(
      { ...jwt.claims, [options.groupsClaim]: groupsIn(context, jwt.claims, options.groupsClaim) },
      options,
    );
  };

interface Authorizer {
  readonly iam?: { readonly userArn?: unknown };
  readonly jwt?: { readonly claims?: Claims };
}

const authorizerOf = ({ env }: Context): Authorizer =>
  (env as { readonly requestContext?: { readonly authorizer?: Authorizer } } | undefined)?.requestContext
    ?.authorizer ?? {};

/** @example identityOfArn('arn:aws:iam::111122223333:user/ada', { hubAccount: '111122223333' }) // { name: 'ada', claims: [] } */
export const identityOfArn = (
  arn: string,
  { hubAccount, sessionNameRoles = [] }: Pick<SignedInOptions, 'hubAccount' | 'sessionNameRoles'>,
): Identity | undefined => {
  const [, account, kind, rest = ''] = ARN.exec(arn) ?? [];
  if (account !== hubAccount) return undefined;
  const names = rest.split('/');
  if (kind === 'user') return identity(names.at(-1));
  const [role = '', session] = names;
  if (kind !== 'assumed-role' || session === undefined) return undefined;
  const isTold = role.startsWith(IDENTITY_CENTER) || sessionNameRoles.includes(role);
  return identity(isTold ? session : `role ${role}`, role);
};

const identity = (written: string | undefined, role?: string): Identity | undefined => {
  const name = personName(written);
  return name.ok ? { name: name.name, claims: [], ...(role === undefined ? {} : { role }) } : undefined;
};

/** Federated users and the root user are left out: the one's name is free to choose, the other is nobody. */
const ARN = /^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):(user|assumed-role)\/(.+)$/;

/** Identity Center makes the roles of this name, and names their sessions after its users. */
const IDENTITY_CENTER = 'AWSReservedSSO_';

/**
 * The groups as the token itself lists them. API Gateway hands a list on as one text, `[one two]`, in which a group
 * whose name has a space cannot be told from two groups: somebody in "sre oncall" would be in `oncall`. The token
 * that it has verified stands in the request, so the list is read there, once it is clear that it is this very one.
 */
const groupsIn = (context: Context, verified: Claims, groupsClaim: string): unknown => {
  const token = /^(?:bearer )?[\w-]+\.([\w-]+)\.[\w-]+$/i.exec(
    context.req.header('authorization') ?? '',
  )?.[1];
  const claims = token === undefined ? undefined : decoded(token);
  if (claims === undefined) return undefined;
  const isTheOne = SAME.every((name) => String(claims[name]) === String(verified[name]));
  return isTheOne ? claims[groupsClaim] : undefined;
};

const SAME = ['iss', 'sub', 'exp'];

const decoded = (part: string): Claims | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
};
