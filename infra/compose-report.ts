/** What is done on the schedule of reports, put together without the engine: it tells, and heals nothing. */
import { noteControls } from '../domain/health/note-controls.ts';
import { type AppBase, documentsOf, type Surroundings } from './compose-ports.ts';
import { createControlJournal } from './dynamodb/control-journal.ts';
import type { ReportOrder } from './report-orders.ts';
import type { Settings } from './settings.ts';

/** Each answers what it has done, for the log. */
export type ReportJobs = Readonly<Record<ReportOrder, () => Promise<Readonly<Record<string, unknown>>>>>;

export const composeReport = (
  { ports }: AppBase,
  settings: Settings,
  { documents, connection }: Pick<Surroundings, 'documents' | 'connection'>,
): ReportJobs => {
  const client = documents ?? documentsOf(settings, connection);
  const journal = createControlJournal({ client, tableName: settings.tableName });
  return {
    measure: async () => ({ controlEvents: await noteControls({ ...ports, journal }) }),
  };
};
