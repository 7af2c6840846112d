/** Links put together: who signs and who opens them go by the same keys. */
import type { Links } from '../../domain/ports.ts';
import type { Instant } from '../../domain/time.ts';
import type { Documents } from '../dynamodb/documents.ts';
import { createLinkKeyStore } from '../dynamodb/link-key-store.ts';
import type { Settings } from '../settings.ts';
import { createKeyRing } from './key-ring.ts';
import { audienceOf, createLinkReader, createLinks, type LinkReader } from './links.ts';

export interface LinkParts {
  readonly settings: Pick<Settings, 'hubAccount' | 'region' | 'tableName' | 'consoleUrl'>;
  readonly client: Documents;
  readonly now: () => Instant;
}

export interface ComposedLinks {
  readonly links: Links;
  readonly linkReader: LinkReader;
}

export const composeLinks = ({ settings, client, now }: LinkParts): ComposedLinks => {
  const { tableName, consoleUrl } = settings;
  const keys = createKeyRing({ store: createLinkKeyStore({ client, tableName }), now });
  const options = { keys, now, audience: audienceOf(settings) };
  return {
    links:
      consoleUrl === undefined ? { toDecision: async () => undefined } : createLinks(options, consoleUrl),
    linkReader: createLinkReader(options),
  };
};
