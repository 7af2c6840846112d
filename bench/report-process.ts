/** Makes one weekly report out of a table, in a process of its own: started by `report.ts`. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { loadCatalog } from '../infra/catalog/load-catalog.ts';
import { createCaseRows } from '../infra/dynamodb/case-rows.ts';
import { createControlJournal } from '../infra/dynamodb/control-journal.ts';
import { createDocuments } from '../infra/dynamodb/documents.ts';
import { createExemptionStore } from '../infra/dynamodb/exemption-store.ts';
import { createRecorderStore } from '../infra/dynamodb/measured-store.ts';
import { loadPolicy } from '../infra/policy-file.ts';
import { reportToStore } from '../infra/report/make-report.ts';
import { SDK_SETTINGS } from '../infra/sdk-settings.ts';
import type { ReportOrder, ReportRun } from './report.ts';

const make = async ({ endpoint, tableName, week, now }: ReportOrder): Promise<ReportRun> => {
  const client = createDocuments(
    new DynamoDBClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
      ...SDK_SETTINGS,
    }),
  );
  const policy = loadPolicy('policy.yml');
  const from = { client, tableName };
  const deps = {
    rows: createCaseRows({ ...from, now: () => now }),
    exemptions: createExemptionStore(from),
    journal: createControlJournal(from),
    recorders: createRecorderStore(from),
    policy: () => policy,
    catalog: loadCatalog(),
    now: () => now,
  };
  const startedAt = performance.now();
  const usedBefore = process.cpuUsage();
  const { report, digests } = await reportToStore(deps, week);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(usedBefore);
  return {
    seconds,
    cases: digests.size,
    opened: report.total.figures.opened,
    reportBytes: JSON.stringify(report).length,
    // In KB, as the kernel tells it, and of the whole of the process's life.
    peakBytes: process.resourceUsage().maxRSS * 1_024,
    cpuSeconds: (user + system) / 1_000_000,
  };
};

process.once('message', async (order) => {
  process.send?.(await make(order as ReportOrder));
  process.disconnect();
});
