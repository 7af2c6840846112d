/** What came of publishing a policy, for people and for scripts. */
import { unreachable } from '../../domain/unreachable.ts';
import type { PolicyVersion } from '../../infra/dynamodb/policy-item.ts';
import type { Publication } from '../../infra/publish-policy.ts';
import { safe } from '../io.ts';
import { changesText, type PolicyChange } from './policy-changes.ts';
import { versionJson } from './policy-versions.ts';

/** What came of it, and what is different from the version that was in force before. */
export interface Done {
  readonly publication: Publication | { readonly kind: 'dry-run' };
  readonly before: PolicyVersion | undefined;
  readonly changes: readonly PolicyChange[];
}

export const publicationText = ({ publication, before, changes }: Done): string =>
  [headlineOf(publication, before), changesText(changes)].filter((part) => part !== '').join('\n');

export const publicationJson = ({ publication, before, changes }: Done) => {
  const version =
    'published' in publication
      ? publication.published
      : 'inForce' in publication
        ? publication.inForce
        : undefined;
  return {
    result: publication.kind,
    ...(version && { version: versionJson(version, version.sequence) }),
    before: before?.sequence ?? null,
    changes,
  };
};

const headlineOf = (publication: Done['publication'], before: PolicyVersion | undefined): string => {
  const against = before === undefined ? '' : ` Against version ${before.sequence}:`;
  switch (publication.kind) {
    case 'published':
      return `${named(publication.published)} is in force, published by ${safe(publication.published.publishedBy)}.${against}`;
    case 'not-announced':
      return `${named(publication.published)} is published. It could not be announced (${safe(String(publication.error))}), so it comes into force within two minutes and not at once.${against}`;
    case 'in-force':
      return `This policy is in force already, as version ${publication.inForce.sequence} (${publication.inForce.version}): nothing was written.`;
    case 'overtaken':
      return overtakenText(publication);
    case 'dry-run':
      return before === undefined
        ? 'It is valid. Nothing was written. There is no published version in force to compare it with.'
        : `Nothing was written.${against}`;
    default:
      return unreachable(publication);
  }
};

const named = ({ sequence, version }: PolicyVersion): string => `Version ${sequence} (${version})`;

export const overtakenText = ({ sequence, by }: Extract<Publication, { kind: 'overtaken' }>): string => {
  const who =
    by === undefined
      ? 'Somebody else'
      : `${safe(by.publishedBy)} (${safe(by.publishedAt)}: ${safe(by.reason)})`;
  return `${who} published version ${sequence} at the same moment, so yours was not written. See what it says with "selfheal policy show ${sequence}", and publish again if yours still holds.`;
};
