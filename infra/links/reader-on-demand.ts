/** What opens links, read when the first is opened. */
import type { LinkParts } from './compose-links.ts';
import type { LinkReader } from './link-reader.ts';
import { onceLoaded } from './once-loaded.ts';

export const linkReaderOnDemand = (parts: LinkParts): LinkReader => {
  const loaded = onceLoaded(async () => (await import('./compose-reader.ts')).composeLinkReader(parts));
  return { open: async (token) => (await loaded()).open(token) };
};
