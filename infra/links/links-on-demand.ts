/** Links, whose code is read when the first is made: most of what a function does needs none. */
import type { Links } from '../../domain/ports.ts';
import type { LinkParts } from './compose-links.ts';
import { onceLoaded } from './once-loaded.ts';

export const linksOnDemand = (parts: LinkParts): Links => {
  const loaded = onceLoaded(async () => (await import('./compose-links.ts')).composeLinks(parts));
  return { toDecision: async (...asked) => (await loaded()).toDecision(...asked) };
};
