/** What answers questions about weekly reports, put together; it reads the table and nothing else. */
import type { AppBase } from '../compose-ports.ts';
import { createCaseRows } from '../dynamodb/case-rows.ts';
import { createControlJournal } from '../dynamodb/control-journal.ts';
import type { Documents } from '../dynamodb/documents.ts';
import { createRecorderStore } from '../dynamodb/measured-store.ts';
import { createReportStore } from '../dynamodb/report-store.ts';
import type { Settings } from '../settings.ts';
import { createReporting, type Reporting, type ReportingDeps } from './reporting.ts';

export interface ReportingParts {
  readonly settings: Pick<Settings, 'tableName'>;
  /** The client of the table. */
  readonly client: Documents;
  readonly app: Pick<AppBase, 'ports' | 'policy' | 'catalog'>;
}

export const composeReporting = (parts: ReportingParts): Omit<Reporting, 'verify'> =>
  createReporting(reportingDeps(parts));

/** Also for who makes a report and stores it. */
export const reportingDeps = ({
  settings: { tableName },
  client,
  app: { ports, policy, catalog },
}: ReportingParts): ReportingDeps => {
  const { now } = ports.clock;
  return {
    rows: createCaseRows({ client, tableName, now }),
    reports: createReportStore({ client, tableName }),
    journal: createControlJournal({ client, tableName }),
    recorders: createRecorderStore({ client, tableName }),
    exemptions: ports.exemptions,
    policy,
    catalog,
    now,
  };
};
