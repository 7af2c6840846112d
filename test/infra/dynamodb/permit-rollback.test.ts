import { expect, it } from 'vitest';
import { PortError } from '../../../domain/ports.ts';
import { hourMs, plusMs } from '../../../domain/time.ts';
import { createPermitStore } from '../../../infra/dynamodb/permit-store.ts';
import { MemoryTable, tableClient } from '../../simulation/memory-table.ts';
import { NOW } from '../../support/cases.ts';

it('leaves a lease to the other who asked for the same attempt, when prolonging it comes to nothing half-way', async () => {
  const table = new MemoryTable();
  let fails = (_: string): boolean => false;
  const client = tableClient(async (command) => {
    const { UpdateExpression = '', Key } = (command as { input: Record<string, unknown> }).input as {
      UpdateExpression?: string;
      Key?: { pk: string };
    };
    if (fails(`${Key?.pk} ${UpdateExpression}`))
      throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    return table.execute(command);
  });
  const permits = createPermitStore({ client, tableName: 'cases' });
  const ask = (now: string) =>
    permits.acquire({
      scopes: [
        { id: 'organization', concurrencyMax: 1 },
        { id: 'lane#222222222222/us-east-1', concurrencyMax: 80 },
      ],
      resourceKey: 'bucket',
      holder: 'the same attempt',
      now,
      expiresAt: plusMs(now, hourMs),
      queueUp: false,
    });
  expect((await ask(NOW)).kind).toBe('granted');
  // Another process asks a moment later, prolongs the first lease, and gets no answer about the second.
  fails = (update) => update === 'scope#lane#222222222222/us-east-1 SET #lease.expiresAt = :expiresAt';
  await expect(ask(plusMs(NOW, 1_000))).rejects.toThrow(PortError);
  fails = () => false;
  for (const id of ['organization', 'lane#222222222222/us-east-1'])
    expect(table.item(`scope#${id}`, 'scope'), id).toMatchObject({ held: 1 });
});
