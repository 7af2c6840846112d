/** What shows what there is, put together: beside the adapters it opens the links that messages carry. */
import { type AppBase, composePorts, documentsOf, type Surroundings } from './compose-ports.ts';
import type { LinkReader } from './links/link-reader.ts';
import { linkReaderOnDemand } from './links/reader-on-demand.ts';
import type { Settings } from './settings.ts';

export interface ReadingApp extends AppBase {
  /** Opens the links that messages carry. */
  readonly linkReader: LinkReader;
}

export const composeReading = (settings: Settings, surroundings: Surroundings): ReadingApp =>
  withLinkReader(composePorts(settings, surroundings), settings, surroundings);

export const withLinkReader = <A extends AppBase>(
  base: A,
  settings: Settings,
  { documents, connection, clock }: Surroundings,
): A & ReadingApp => ({
  ...base,
  linkReader: linkReaderOnDemand({
    settings,
    client: documents ?? documentsOf(settings, connection),
    now: clock.now,
  }),
});
