/** Links, whose code is read when the first is made or opened: most of what a function does needs none. */
import type { ComposedLinks, LinkParts } from './compose-links.ts';

export const linksOnDemand = (parts: LinkParts): ComposedLinks => {
  let loading: Promise<ComposedLinks> | undefined;
  const loaded = (): Promise<ComposedLinks> => {
    loading ??= import('./compose-links.ts').then(
      ({ composeLinks }) => composeLinks(parts),
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  return {
    links: { toDecision: async (...asked) => (await loaded()).links.toDecision(...asked) },
    linkReader: { open: async (token) => (await loaded()).linkReader.open(token) },
  };
};
