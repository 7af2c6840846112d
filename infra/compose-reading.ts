/** What shows what there is, put together: beside the adapters it opens the links that messages carry, and reports. */
import { type AppBase, composePorts, documentsOf, type Surroundings } from './compose-ports.ts';
import type { LinkReader } from './links/link-reader.ts';
import { linkReaderOnDemand } from './links/reader-on-demand.ts';
import type { Reporting } from './report/reporting.ts';
import { reportingOnDemand } from './report/reporting-on-demand.ts';
import type { Settings } from './settings.ts';

export interface ReadingApp extends AppBase {
  /** Opens the links that messages carry. */
  readonly linkReader: LinkReader;
  readonly reporting: Reporting;
  /** Where people open the pages, without a slash at its end; absent: there are none. */
  readonly consoleUrl?: string;
}

export const composeReading = (settings: Settings, surroundings: Surroundings): ReadingApp =>
  withLinkReader(composePorts(settings, surroundings), settings, surroundings);

export const withLinkReader = <A extends AppBase>(
  base: A,
  settings: Settings,
  { documents, connection, clock }: Surroundings,
): A & ReadingApp => {
  const client = documents ?? documentsOf(settings, connection);
  return {
    ...base,
    linkReader: linkReaderOnDemand({ settings, client, now: clock.now }),
    reporting: reportingOnDemand({ settings, client, app: base }),
    ...(settings.consoleUrl !== undefined && { consoleUrl: settings.consoleUrl }),
  };
};
