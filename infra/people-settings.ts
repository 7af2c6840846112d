/** What a function behind the HTTP API must know besides: by what people are told apart there, and where they sign in. */
import * as z from '../domain/zod.ts';

export interface PeopleSettings {
  /** Roles whose session names are their people's, since nobody can choose them. Identity Center's are always. */
  readonly sessionNameRoles: readonly string[];
  /** The claim of a token that names a person, where the identity provider lets nobody choose it. */
  readonly personClaim?: string;
  /** The claim of a token that lists the groups of a person, e.g. `cognito:groups`. */
  readonly groupsClaim: string;
  /** Absent: nobody signs in on the pages. */
  readonly signIn?: SignInSettings;
}

/** Whose tokens hold. */
export interface OidcSettings {
  /** As the tokens spell it. */
  readonly issuer: string;
  /** Whom the tokens must be made for. */
  readonly audience: string;
}

export interface SignInSettings extends OidcSettings {
  /** A public client: it proves itself by PKCE, not by a secret. */
  readonly clientId: string;
  readonly scopes: string;
  /** Where people reach the pages, e.g. `https://selfheal.example.com`: the provider sends them back there only. */
  readonly consoleUrl: string;
}

export const GROUPS_CLAIM = 'groups';

const text = z._default(z.string().check(z.trim()), '');
const peopleSchema = z.object({
  SELFHEAL_SESSION_NAME_ROLES: text,
  SELFHEAL_PERSON_CLAIM: text,
  SELFHEAL_GROUPS_CLAIM: text,
  SELFHEAL_OIDC_ISSUER: text,
  SELFHEAL_OIDC_CLIENT_ID: text,
  SELFHEAL_OIDC_AUDIENCE: text,
  SELFHEAL_OIDC_SCOPES: text,
  SELFHEAL_CONSOLE_URL: text,
});

/** @throws Error when pages are to be signed in to, and a part of what that needs is missing */
export const readPeople = (environment: Readonly<Record<string, string | undefined>>): PeopleSettings => {
  const read = peopleSchema.parse(environment);
  const signIn = signInOf(read);
  return {
    sessionNameRoles: read.SELFHEAL_SESSION_NAME_ROLES.split(',').flatMap((name) => name.trim() || []),
    ...(read.SELFHEAL_PERSON_CLAIM === '' ? {} : { personClaim: read.SELFHEAL_PERSON_CLAIM }),
    groupsClaim: read.SELFHEAL_GROUPS_CLAIM || GROUPS_CLAIM,
    ...(signIn === undefined ? {} : { signIn }),
  };
};

const signInOf = ({
  SELFHEAL_OIDC_ISSUER: issuer,
  SELFHEAL_OIDC_CLIENT_ID: clientId,
  SELFHEAL_OIDC_AUDIENCE: audience,
  SELFHEAL_OIDC_SCOPES: scopes,
  SELFHEAL_CONSOLE_URL: consoleUrl,
}: z.infer<typeof peopleSchema>): SignInSettings | undefined => {
  if (issuer === '' || clientId === '') return undefined;
  if (!isOrigin(consoleUrl))
    throw new Error(
      `SELFHEAL_CONSOLE_URL is "${consoleUrl}": people who sign in come back to it, so expected is an address such as https://selfheal.example.com, without a path`,
    );
  return { issuer, clientId, audience: audience || clientId, scopes: scopes || SCOPES, consoleUrl };
};

/** What every provider has; `groups` is known to some only, and the others refuse whoever asks for it. */
export const SCOPES = 'openid email';

const isOrigin = (url: string): boolean => URL.canParse(url) && new URL(url).origin === url;
