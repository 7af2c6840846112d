/** A DynamoDB client for a test's own questions. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { clientSettings, HUB_REGION } from '../../sandbox/deployment.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';

export const documentClient = (sandbox: Sandbox): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(
    new DynamoDBClient({
      ...clientSettings(sandbox.url, HUB_ACCOUNT, HUB_REGION),
      endpoint: sandbox.dynamodbEndpoint,
    }),
  );
