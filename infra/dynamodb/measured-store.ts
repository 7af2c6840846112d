/** What the measuring keeps: one item of the recorders, one for each figure that takes long to find. */
import type {
  MeasuredShare,
  RecorderStore,
  SlowFigure,
  SlowFigures,
} from '../../domain/health/measured-store.ts';
import type { RecordersSeen } from '../../domain/health/recorder-health.ts';
import { calling } from '../aws-errors.ts';
import type { Documents, Values } from './documents.ts';

export interface MeasuredStoreOptions {
  readonly client: Documents;
  readonly tableName: string;
}

export const createRecorderStore = (options: MeasuredStoreOptions): RecorderStore => ({
  read: async () => {
    const seen = (await readItem(options, 'recorders'))?.seen;
    return isSeen(seen) ? seen : undefined;
  },
  write: (seen) => putItem(options, 'recorders', { seen }),
});

export const createSlowFigures = (options: MeasuredStoreOptions): SlowFigures => ({
  read: async (name) => {
    const share = (await readItem(options, name))?.share;
    return isShare(share) ? share : undefined;
  },
  write: (name, share) => putItem(options, name, { share }),
});

/** What counts in a report; of each lane in trouble it is told as it lies there. */
const isSeen = (seen: unknown): seen is RecordersSeen => {
  const {
    at,
    lanes,
    troubledCount,
    troubled,
    lately = [],
  } = (seen ?? {}) as Readonly<Record<string, unknown>>;
  return (
    typeof at === 'string' &&
    Number.isFinite(Date.parse(at)) &&
    typeof lanes === 'number' &&
    typeof troubledCount === 'number' &&
    Array.isArray(troubled) &&
    Array.isArray(lately)
  );
};

const isShare = (share: unknown): share is MeasuredShare => {
  const { at, numerator, denominator } = (share ?? {}) as Readonly<Record<string, unknown>>;
  return (
    typeof at === 'string' &&
    Number.isFinite(Date.parse(at)) &&
    typeof numerator === 'number' &&
    typeof denominator === 'number'
  );
};

const readItem = async (
  { client, tableName }: MeasuredStoreOptions,
  sk: 'recorders' | SlowFigure,
): Promise<Values | undefined> => {
  const { Item } = await calling('dynamodb:GetItem', () =>
    client.get({ TableName: tableName, Key: { pk: HEALTH_PARTITION, sk } }),
  );
  return Item;
};

const putItem = ({ client, tableName }: MeasuredStoreOptions, sk: string, values: Values): Promise<void> =>
  calling('dynamodb:PutItem', () =>
    client.put({ TableName: tableName, Item: { pk: HEALTH_PARTITION, sk, ...values } }),
  );

const HEALTH_PARTITION = 'health';
