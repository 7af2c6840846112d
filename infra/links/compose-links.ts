/** Links put together: who signs them reads this. Who opens them goes by the same keys: see `compose-reader.ts`. */
import type { Links } from '../../domain/ports.ts';
import type { Instant } from '../../domain/time.ts';
import type { Documents } from '../dynamodb/documents.ts';
import { createLinkKeyStore } from '../dynamodb/link-key-store.ts';
import type { Settings } from '../settings.ts';
import { createKeyRing } from './key-ring.ts';
import { audienceOf, createLinks, type LinksOptions } from './links.ts';

export interface LinkParts {
  readonly settings: Pick<Settings, 'hubAccount' | 'region' | 'tableName' | 'consoleUrl'>;
  readonly client: Documents;
  readonly now: () => Instant;
}

export const composeLinks = (parts: LinkParts): Links => {
  const { consoleUrl } = parts.settings;
  return consoleUrl === undefined
    ? { toDecision: async () => undefined }
    : createLinks(linksOptions(parts), consoleUrl);
};

export const linksOptions = ({ settings, client, now }: LinkParts): LinksOptions => {
  const keys = createKeyRing({
    store: createLinkKeyStore({ client, tableName: settings.tableName }),
    now,
  });
  return { keys, now, audience: audienceOf(settings) };
};
