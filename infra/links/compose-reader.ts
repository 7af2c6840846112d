/** What opens links, where there are pages that they lead to. */
import { type LinkParts, linksOptions } from './compose-links.ts';
import { createLinkReader, type LinkReader } from './link-reader.ts';

export const composeLinkReader = (parts: LinkParts): LinkReader => createLinkReader(linksOptions(parts));
