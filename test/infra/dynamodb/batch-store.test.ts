import { expect, it } from 'vitest';
import { askedIn } from '../../../domain/batch-id.ts';
import { hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { createBatchStore } from '../../../infra/dynamodb/batch-store.ts';
import type { Documents } from '../../../infra/dynamodb/documents.ts';
import { MemoryTable, tableClient } from '../../simulation/memory-table.ts';
import { NOW } from '../../support/cases.ts';

const ASKED = askedIn('backlog', 'S3_BUCKET_VERSIONING_ENABLED', NOW);

it('is made once: who read that there is none, and is slow, takes nothing from what others wrote since', async () => {
  const table = new MemoryTable();
  const client = tableClient(async (command) => table.execute(command));
  const others = createBatchStore({ client, tableName: 'cases' });
  let meanwhile = async (): Promise<void> => undefined;
  const slow: Documents = {
    ...client,
    get: async (input) => {
      const answer = await client.get(input);
      await meanwhile();
      return answer;
    },
  };
  const toldAt = plusMs(NOW, minuteMs);
  meanwhile = async () => {
    await others.join(ASKED, NOW);
    const batch = await others.get(ASKED.id);
    if (batch === undefined) throw new Error('it was not made');
    const told = { at: toldAt, list: { digest: 'd', cases: 2, marks: 'm' } };
    await others.replace({ ...batch, version: 2, told }, plusMs(NOW, hourMs));
  };
  await createBatchStore({ client: slow, tableName: 'cases' }).join(ASKED, plusMs(NOW, 2 * minuteMs));
  expect(await others.get(ASKED.id)).toMatchObject({ version: 2, told: { at: toldAt } });
});
