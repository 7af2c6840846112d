/** What a function behind the HTTP API must know besides: by what people are told apart there. */
import * as z from '../domain/zod.ts';

export interface PeopleSettings {
  /** Roles whose session names are their people's, since nobody can choose them. Identity Center's are always. */
  readonly sessionNameRoles: readonly string[];
  /** The claim of a token that names a person, where the identity provider lets nobody choose it. */
  readonly personClaim?: string;
}

const peopleSchema = z.object({
  SELFHEAL_SESSION_NAME_ROLES: z._default(z.string(), ''),
  SELFHEAL_PERSON_CLAIM: z._default(z.string(), ''),
});

export const readPeople = (environment: Readonly<Record<string, string | undefined>>): PeopleSettings => {
  const { SELFHEAL_SESSION_NAME_ROLES: roles, SELFHEAL_PERSON_CLAIM: personClaim } =
    peopleSchema.parse(environment);
  return {
    sessionNameRoles: roles.split(',').flatMap((name) => name.trim() || []),
    ...(personClaim === '' ? {} : { personClaim }),
  };
};
