import { CreateTableCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { clientsOf, openSandbox, refusal } from '../core/with-sandbox.ts';

const createCases = new CreateTableCommand({
  TableName: 'cases',
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
});
const put = new PutItemCommand({ TableName: 'cases', Item: { pk: { S: 'a' } } });
const scan = new ScanCommand({ TableName: 'cases' });

test('what is written directly is read through the front door, which counts', async () => {
  const sandbox = await openSandbox();
  const { dynamodb } = clientsOf(sandbox);
  const direct = new DynamoDBClient({
    endpoint: sandbox.dynamodbEndpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  await direct.send(createCases);
  await direct.send(put);
  expect((await dynamodb.send(scan)).Items).toEqual([{ pk: { S: 'a' } }]);
  expect(sandbox.calls.counts()).toEqual({ 'dynamodb.Scan': 1 });
  direct.destroy();
});

test('a throttled write did not happen; one whose answer was dropped did', async () => {
  const sandbox = await openSandbox();
  const { dynamodb } = clientsOf(sandbox);
  await dynamodb.send(createCases);
  sandbox.faults.add({ kind: 'throttle', service: 'dynamodb', operation: 'PutItem', nextCalls: 1 });
  expect((await refusal(dynamodb.send(put))).name).toBe('ThrottlingException');
  expect((await dynamodb.send(scan)).Count).toBe(0);
  sandbox.faults.add({ kind: 'drop-response', service: 'dynamodb', operation: 'PutItem', nextCalls: 1 });
  await refusal(dynamodb.send(put));
  expect((await dynamodb.send(scan)).Count).toBe(1);
});
