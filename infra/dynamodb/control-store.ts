/** The stop switches: one item, read consistently before every start. */
import type { ControlStore } from '../../domain/ports.ts';
import { type StopSwitch, stopScopeId } from '../../domain/stop-switch.ts';
import { calling } from '../aws-errors.ts';
import type { Documents } from './documents.ts';

const KEY = { pk: 'control', sk: 'stop' };
const attribute = (scope: StopSwitch['scope']): string => `stop#${stopScopeId(scope)}`;

export const createControlStore = ({
  client,
  tableName,
}: {
  readonly client: Documents;
  readonly tableName: string;
}): ControlStore => ({
  stopSwitches: async () => {
    const { Item } = await calling('dynamodb:GetItem', () =>
      client.get({ TableName: tableName, Key: KEY, ConsistentRead: true }),
    );
    return Object.entries(Item ?? {})
      .filter(([name]) => name.startsWith('stop#'))
      .map(([, stop]) => stop as StopSwitch);
  },

  addStopSwitch: async (stop) => {
    await calling('dynamodb:UpdateItem', () =>
      client.update({
        TableName: tableName,
        Key: KEY,
        UpdateExpression: 'SET #stop = :stop',
        ExpressionAttributeNames: { '#stop': attribute(stop.scope) },
        ExpressionAttributeValues: { ':stop': stop },
      }),
    );
  },

  removeStopSwitch: async (scope) => {
    await calling('dynamodb:UpdateItem', () =>
      client.update({
        TableName: tableName,
        Key: KEY,
        UpdateExpression: 'REMOVE #stop',
        ExpressionAttributeNames: { '#stop': attribute(scope) },
      }),
    );
  },
});
