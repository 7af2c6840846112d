/** A sandbox in a process of its own, to be killed: writes to a queue and a table until then. */
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startSandbox } from '../../../sandbox/sandbox.ts';

const sandbox = await startSandbox({ dataDir: process.argv[2] ?? '', clock: { kind: 'real', speed: 10 } });
const config = {
  endpoint: sandbox.url,
  region: 'us-east-1',
  credentials: { accessKeyId: '222222222222', secretAccessKey: 'x' },
};
const sqs = new SQSClient(config);
const dynamodb = new DynamoDBClient({ ...config, endpoint: sandbox.dynamodbEndpoint });
const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'q' }));
await dynamodb.send(
  new CreateTableCommand({
    TableName: 'cases',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  }),
);
for (let n = 1; ; n += 1) {
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: `${n}` }));
  await dynamodb.send(new PutItemCommand({ TableName: 'cases', Item: { pk: { S: `${n}` } } }));
  // Told only once both were answered: what was told must be there after the kill.
  console.log(`${n} ${sandbox.clock.nowMs()}`);
}
