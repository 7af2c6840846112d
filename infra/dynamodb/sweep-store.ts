/** The reports of sweeps: one item of everything, one of what was asked for. One sweep at a time writes each. */
import type { SweepKind, SweepMemory, SweepStore } from '../../domain/sweep/sweep-store.ts';
import { calling } from '../aws-errors.ts';
import type { Documents } from './documents.ts';

export interface SweepStoreOptions {
  readonly client: Documents;
  readonly tableName: string;
}

export const createSweepStore = ({ client, tableName }: SweepStoreOptions): SweepStore => ({
  read: async (kind) => {
    const { Item } = await calling('dynamodb:GetItem', () =>
      client.get({ TableName: tableName, Key: keyOf(kind), ConsistentRead: true }),
    );
    return Item && (Item.memory as SweepMemory);
  },

  write: async (kind, memory) => {
    await calling('dynamodb:PutItem', () =>
      client.put({ TableName: tableName, Item: { ...keyOf(kind), memory } }),
    );
  },
});

const keyOf = (kind: SweepKind) => ({ pk: 'sweep', sk: kind });
