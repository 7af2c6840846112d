/** DynamoDB tables, in the embedded server. It knows neither backups, keys, protection nor tags. */
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import {
  aFlag,
  aNumber,
  anything,
  generatedName,
  type ResourcePlace,
  type ResourceTypes,
  resourceType,
} from '../resource-type.ts';

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const throughput = z.strictObject({ ReadCapacityUnits: aNumber, WriteCapacityUnits: aNumber });

const tableSchema = z.strictObject({
  TableName: z.string().optional(),
  BillingMode: z.enum(['PAY_PER_REQUEST', 'PROVISIONED']).default('PROVISIONED'),
  ProvisionedThroughput: throughput.optional(),
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: z.strictObject({
          ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
          NonKeyAttributes: z.array(z.string()).optional(),
        }),
        ProvisionedThroughput: throughput.optional(),
      }),
    )
    .optional(),
  DeletionProtectionEnabled: aFlag.optional(),
  PointInTimeRecoverySpecification: anything,
  SSESpecification: anything,
  TimeToLiveSpecification: anything,
  ContributorInsightsSpecification: anything,
  Tags: anything,
});

type Table = z.infer<typeof tableSchema>;

export const dynamodbTypes: ResourceTypes = {
  'AWS::DynamoDB::Table': resourceType({
    schema: tableSchema,
    put: async (table, place) => {
      const client = clientOf(place);
      try {
        await client.send(new CreateTableCommand(inputOf(table, place)));
      } catch (error) {
        if ((error as Error).name !== 'ResourceInUseException') throw error;
        await checkSame(client, inputOf(table, place));
      } finally {
        client.destroy();
      }
    },
    identify: (table, place) => {
      const ref = nameOf(table, place);
      return {
        ref,
        attributes: { Arn: `arn:aws:dynamodb:${place.region}:${place.account}:table/${ref}` },
      };
    },
  }),
};

const nameOf = ({ TableName }: Table, place: ResourcePlace): string => TableName ?? generatedName(place, 255);

const clientOf = ({ account, region, dynamodbEndpoint }: ResourcePlace): DynamoDBClient =>
  new DynamoDBClient({
    endpoint: dynamodbEndpoint,
    region,
    credentials: { accessKeyId: account, secretAccessKey: 'sandbox' },
  });

const inputOf = (table: Table, place: ResourcePlace): CreateTableCommandInput => {
  const { BillingMode, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, ProvisionedThroughput } =
    table;
  // As plain data: where zod says "or undefined" the SDK wants the member left out.
  return JSON.parse(
    JSON.stringify({
      TableName: nameOf(table, place),
      BillingMode,
      AttributeDefinitions,
      KeySchema,
      GlobalSecondaryIndexes,
      ProvisionedThroughput,
    }),
  );
};

/** Keys and indexes are what the code relies on; the embedded server cannot change those of a table in use. */
const checkSame = async (client: DynamoDBClient, input: CreateTableCommandInput): Promise<void> => {
  const { Table: existing } = await client.send(new DescribeTableCommand({ TableName: input.TableName }));
  if (shapeOf(existing ?? {}) === shapeOf(input)) return;
  throw new Error(
    `the table ${input.TableName} is there with other keys or indexes, which the sandbox cannot change; start with an empty data directory`,
  );
};

const shapeOf = ({ KeySchema, GlobalSecondaryIndexes }: CreateTableCommandInput | TableDescription): string =>
  JSON.stringify([
    KeySchema,
    (GlobalSecondaryIndexes ?? [])
      .map((index) => [index.IndexName, index.KeySchema, index.Projection])
      .sort(([a], [b]) => String(a).localeCompare(String(b))),
  ]);
