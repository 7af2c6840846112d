/** A person as the claims of a verified token describe them. */
import type { Identity } from '../../domain/identity.ts';
import { personName } from '../who-is.ts';

export interface ClaimOptions {
  /** The claim that names a person, where the identity provider lets nobody choose it. Default: see `claimedName`. */
  readonly personClaim?: string;
  /** The claim that lists the groups of a person. */
  readonly groupsClaim: string;
}

export type Claims = Readonly<Record<string, unknown>>;

/**
 * Undefined when the token names nobody, or somebody whose name cannot stand in a decision.
 *
 * @example
 * identityOfClaims({ sub: 'Ada', groups: ['sre'] }, { groupsClaim: 'groups' }) // { name: 'ada', claims: ['sre'] }
 */
export const identityOfClaims = (
  claims: Claims,
  { personClaim, groupsClaim }: ClaimOptions,
): Identity | undefined => {
  const name = personName(claimedName(claims, personClaim));
  return name.ok ? { name: name.name, claims: listed(claims[groupsClaim]) } : undefined;
};

/**
 * A verified e-mail address, else the subject. OpenID Connect lets people choose every other name.
 *
 * @example claimedName({ sub: '1f0c', email: 'ada@example.com', email_verified: 'true' }) // 'ada@example.com'
 */
export const claimedName = (claims: Claims, personClaim?: string): string | undefined => {
  if (personClaim !== undefined) return textOf(claims[personClaim]);
  const isVerified = String(claims.email_verified) === 'true';
  return (isVerified ? textOf(claims.email) : undefined) ?? textOf(claims.sub);
};

const textOf = (claim: unknown): string | undefined =>
  typeof claim === 'string' && claim !== '' ? claim : undefined;

/** One group alone is a text with some providers; what is no text is no group. */
const listed = (claim: unknown): readonly string[] =>
  [claim].flat().filter((each): each is string => typeof each === 'string' && each !== '');
