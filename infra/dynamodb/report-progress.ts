/** How far weekly reports came: one item, whose weeks only grow. */
import type { ReportProgress } from '../../domain/report/weekly-job.ts';
import { calling, hasCode } from '../aws-errors.ts';
import type { Documents } from './documents.ts';

export interface ReportProgressOptions {
  readonly client: Documents;
  readonly tableName: string;
}

export const createReportProgress = ({ client, tableName }: ReportProgressOptions): ReportProgress => ({
  read: async () => {
    const { Item = {} } = await calling('dynamodb:GetItem', () =>
      client.get({ TableName: tableName, Key: KEY, ConsistentRead: true }),
    );
    const { told, kept } = Item;
    return {
      ...(typeof told === 'string' && { told }),
      ...(typeof kept === 'string' && { kept }),
    };
  },

  record: async (what, week) => {
    try {
      await calling('dynamodb:UpdateItem', () =>
        client.update({
          TableName: tableName,
          Key: KEY,
          UpdateExpression: 'SET #what = :week',
          ConditionExpression: 'attribute_not_exists(#what) OR #what < :week',
          ExpressionAttributeNames: { '#what': what },
          ExpressionAttributeValues: { ':week': week },
        }),
      );
      return true;
    } catch (error) {
      if (hasCode(error, 'ConditionalCheckFailedException')) return false;
      throw error;
    }
  },
});

const KEY = { pk: 'report-told', sk: 'weeks' };
