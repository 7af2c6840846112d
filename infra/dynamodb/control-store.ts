/** The control item: the stop switches, and which version of the policy is the newest. Read consistently before every start. */
import type { ControlStore } from '../../domain/ports.ts';
import { type StopSwitch, stopScopeId } from '../../domain/stop-switch.ts';
import { calling } from '../aws-errors.ts';
import type { Documents } from './documents.ts';
import { sequenceOf } from './policy-item.ts';
import { CONTROL_KEY as KEY } from './table.ts';

const attribute = (scope: StopSwitch['scope']): string => `stop#${stopScopeId(scope)}`;

export const createControlStore = ({
  client,
  tableName,
}: {
  readonly client: Documents;
  readonly tableName: string;
}): ControlStore => ({
  read: async () => {
    const { Item } = await calling('dynamodb:GetItem', () =>
      client.get({ TableName: tableName, Key: KEY, ConsistentRead: true }),
    );
    const stops = Object.entries(Item ?? {})
      .filter(([name]) => name.startsWith('stop#'))
      .map(([, stop]) => stop as StopSwitch);
    return { stops, policySequence: sequenceOf(Item, 'policySequence') };
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
