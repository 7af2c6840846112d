/** A DynamoDB client for a test's own questions. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDocuments, type Documents } from '../../infra/dynamodb/documents.ts';
import { clientSettings, HUB_REGION } from '../../sandbox/deployment.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';

export const documents = (sandbox: Sandbox): Documents =>
  createDocuments(
    new DynamoDBClient({
      ...clientSettings(sandbox.url, HUB_ACCOUNT, HUB_REGION),
      endpoint: sandbox.dynamodbEndpoint,
    }),
  );
