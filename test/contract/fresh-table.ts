/**
 * A DynamoDB to run the contracts against: the embedded one, or any other whose address
 * SELFHEAL_DYNAMODB_ENDPOINT gives. Every test gets a table of its own, so none sees another's items.
 */
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { createDocuments, type Documents } from '../../infra/dynamodb/documents.ts';
import { tableDefinition } from '../../infra/dynamodb/table.ts';
import { startDynamodb } from '../../sandbox/dynamodb/dynamodb.ts';

export interface FreshTable {
  readonly client: Documents;
  readonly tableName: string;
  drop(): Promise<void>;
}

export interface ContractDynamodb {
  readonly keepsEmptyText: boolean;
  freshTable(): Promise<FreshTable>;
  close(): Promise<void>;
}

export const contractDynamodb = async (
  endpoint = process.env.SELFHEAL_DYNAMODB_ENDPOINT,
): Promise<ContractDynamodb> => {
  const embedded = endpoint === undefined ? await startDynamodb({ account: ACCOUNT }) : undefined;
  const dynamodb = new DynamoDBClient({
    endpoint: endpoint ?? embedded?.endpoint ?? '',
    region: 'us-east-1',
    credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'contract' },
  });
  const client = createDocuments(dynamodb);
  let tables = 0;
  const freshTable = async (): Promise<FreshTable> => {
    tables += 1;
    const tableName = `selfheal-contract-${process.pid}-${tables}`;
    await dynamodb.send(new CreateTableCommand(tableDefinition(tableName)));
    await waitUntilTableExists(
      { client: dynamodb, maxWaitTime: 60, minDelay: 1, maxDelay: 2 },
      { TableName: tableName },
    );
    const drop = async () => {
      await dynamodb.send(new DeleteTableCommand({ TableName: tableName }));
    };
    return { client, tableName, drop };
  };
  return {
    keepsEmptyText: await keepsEmptyText(await freshTable()),
    freshTable,
    close: async () => {
      dynamodb.destroy();
      await embedded?.close();
    },
  };
};

const keepsEmptyText = async ({ client, tableName, drop }: FreshTable): Promise<boolean> => {
  try {
    await client.put({ TableName: tableName, Item: { pk: 'probe', sk: 'probe', text: '' } });
    return true;
  } catch (error) {
    if ((error as { name?: string }).name === 'ValidationException') return false;
    throw error;
  } finally {
    await drop();
  }
};

const ACCOUNT = '111111111111';
