/** What is done on the schedule of reports, put together without the engine: it tells, and heals nothing. */
import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { createMeasure, type MeasureDeps } from '../domain/health/measure.ts';
import { coveredLanes } from '../domain/sweep/covered-lanes.ts';
import {
  type AppBase,
  type Connection,
  clientSettingsOf,
  documentsOf,
  type Surroundings,
} from './compose-ports.ts';
import { createAggregatedSource } from './config/aggregated-source.ts';
import { createComplianceSource } from './config/compliance-source.ts';
import { createRecorderSource } from './config/recorder-health.ts';
import { createCaseRows } from './dynamodb/case-rows.ts';
import { createControlJournal } from './dynamodb/control-journal.ts';
import { createRecorderStore, createSlowFigures } from './dynamodb/measured-store.ts';
import { createPermitsInUse } from './dynamodb/permits-in-use.ts';
import { createReportStore } from './dynamodb/report-store.ts';
import type { ReportOrder } from './report-orders.ts';
import type { ReportSettings } from './report-settings.ts';
import type { Settings } from './settings.ts';

/** Each answers what it has done, for the log. */
export type ReportJobs = Readonly<Record<ReportOrder, () => Promise<Readonly<Record<string, unknown>>>>>;

export interface ReportSurroundings extends Pick<Surroundings, 'documents' | 'connection'> {
  readonly reports: ReportSettings;
}

export const composeReport = (
  base: AppBase,
  settings: Settings,
  { reports, documents, connection }: ReportSurroundings,
): ReportJobs => {
  const client = documents ?? documentsOf(settings, connection);
  const table = { client, tableName: settings.tableName };
  const journal = createControlJournal(table);
  return {
    measure: createMeasure({
      ports: base.ports,
      policy: base.policy,
      rows: createCaseRows({ ...table, now: base.ports.clock.now }),
      reports: createReportStore(table),
      journal,
      permitsInUse: createPermitsInUse(table),
      recorderStore: createRecorderStore(table),
      slowFigures: createSlowFigures(table),
      stopwatch: () => {
        const startedAt = performance.now();
        return () => performance.now() - startedAt;
      },
      ...lookingAround(base, settings, connection),
    }),
    // Twelve times as rare as the other.
    weekly: async () => {
      const { composeWeekly } = await import('./compose-weekly.ts');
      return {
        ...(await composeWeekly(base, { settings, reports, client, ...(connection && { connection }) })()),
      };
    },
  };
};

/** What is asked of AWS Config, in all lanes that there are. */
const lookingAround = (
  { members, catalog, sweeps, ports }: AppBase,
  settings: Settings,
  connection: Connection | undefined,
): Pick<MeasureDeps, 'recorders' | 'compliance'> => {
  const config = new ConfigServiceClient({
    ...clientSettingsOf(settings, connection),
    maxAttempts: 3,
    retryMode: 'adaptive',
  });
  const covered = () =>
    coveredLanes({
      source: createAggregatedSource(config),
      sweeps,
      lanes: [{ account: settings.hubAccount, region: settings.region }, ...(settings.sweepLanes ?? [])],
    });
  const recorders = createRecorderSource({ members, lanes: covered });
  return {
    recorders,
    compliance: createComplianceSource({
      config,
      members,
      catalog,
      covered,
      // An aggregator does not know what is short of data: who cannot be asked is told as unread.
      standsIn: false,
      recorder: recorders.read,
      now: ports.clock.now,
    }),
  };
};
