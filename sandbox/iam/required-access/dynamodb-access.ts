/**
 * What DynamoDB's operations need, read from the requests that are passed on to it. Which partitions a request
 * touches is told as `dynamodb:LeadingKeys`; where that cannot be read, nothing is allowed.
 */
import { tableDefinition } from '../../../infra/dynamodb/table.ts';
import { AwsError } from '../../service.ts';
import { type AccessRow, type AccessRows, type CallSite, type Need, withoutResource } from './access-row.ts';
import { attributesOf, type WriteRequest } from './dynamodb-attributes.ts';

type Item = Readonly<Record<string, { readonly S?: string; readonly N?: string; readonly B?: string }>>;

interface KeyRequest {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
}

const onItem =
  (operation: string): AccessRow =>
  ({ TableName, Key, Item }: KeyRequest, site) => [
    need(operation, tableArn(TableName, site), [leadingKey(Key ?? Item)]),
  ];

/** Of a write to parts of an item, it counts which parts. */
const onParts =
  (operation: string): AccessRow =>
  (request: KeyRequest & WriteRequest, site) => [
    need(operation, tableArn(request.TableName, site), [leadingKey(request.Key)], attributesOf(request)),
  ];

interface BatchInput {
  readonly RequestItems: Readonly<
    Record<
      string,
      | { readonly Keys: readonly Item[] }
      | readonly {
          readonly PutRequest?: { readonly Item: Item };
          readonly DeleteRequest?: { readonly Key: Item };
        }[]
    >
  >;
}

const onBatch =
  (operation: string): AccessRow =>
  ({ RequestItems }: BatchInput, site) =>
    Object.entries(RequestItems).map(([table, requests]) => {
      const items =
        'Keys' in requests
          ? requests.Keys
          : requests.map(({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key);
      return need(operation, tableArn(table, site), items.map(leadingKey));
    });

interface QueryInput {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
}

/** An index's leading key is its own partition key. */
const query: AccessRow = (input: QueryInput, site) => {
  const hash = input.IndexName === undefined ? HASH : INDEX_HASHES[input.IndexName];
  const key = equalities(input).find(([name]) => name === hash)?.[1];
  return [need('Query', tableOrIndexArn(input, site), [asText(key)])];
};

/** The `name = :value` parts of a key condition, resolved. */
const equalities = (input: QueryInput): readonly (readonly [string, Item[string] | undefined])[] =>
  [...(input.KeyConditionExpression ?? '').matchAll(/([#\w]+)\s*=\s*(:\w+)/g)].map(
    ([, name = '', value = '']) => [
      input.ExpressionAttributeNames?.[name] ?? name,
      input.ExpressionAttributeValues?.[value],
    ],
  );

const onTable =
  (operation: string): AccessRow =>
  ({ TableName }: { readonly TableName: string }, site) => [need(operation, tableArn(TableName, site))];

const scan: AccessRow = (input: QueryInput, site) => [need('Scan', tableOrIndexArn(input, site))];

const onArn =
  (operation: string): AccessRow =>
  ({ ResourceArn }: { readonly ResourceArn: string }) => [need(operation, ResourceArn)];

const need = (
  operation: string,
  resource: string,
  leadingKeys?: readonly string[],
  attributes?: readonly string[],
): Need => ({
  action: `dynamodb:${operation}`,
  resource,
  ...(leadingKeys === undefined
    ? {}
    : {
        context: {
          'dynamodb:LeadingKeys': [...new Set(leadingKeys)].sort(),
          ...(attributes && { 'dynamodb:Attributes': attributes }),
        },
      }),
});

const tableArn = (name: string, { account, region }: CallSite): string =>
  name.startsWith('arn:') ? name : `arn:aws:dynamodb:${region}:${account}:table/${name}`;

const tableOrIndexArn = ({ TableName, IndexName }: QueryInput, site: CallSite): string =>
  `${tableArn(TableName, site)}${IndexName === undefined ? '' : `/index/${IndexName}`}`;

const leadingKey = (item: Item | undefined): string => asText(item?.[HASH]);

const asText = (value: Item[string] | undefined): string => {
  const text = value?.S ?? value?.N ?? value?.B;
  if (text !== undefined) return text;
  throw new AwsError(
    'AccessDeniedException',
    'The sandbox cannot tell which partition this request is about, so it allows no role to make it.',
  );
};

const { KeySchema = [], GlobalSecondaryIndexes = [] } = tableDefinition('any');
const hashOf = (schema: typeof KeySchema): string =>
  schema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '';
const HASH = hashOf(KeySchema);
const INDEX_HASHES: Readonly<Record<string, string>> = Object.fromEntries(
  GlobalSecondaryIndexes.map(({ IndexName = '', KeySchema: schema = [] }) => [IndexName, hashOf(schema)]),
);

export const DYNAMODB_ACCESS: AccessRows = {
  ...withoutResource('dynamodb', ['ListTables']),
  BatchGetItem: onBatch('BatchGetItem'),
  BatchWriteItem: onBatch('BatchWriteItem'),
  DeleteItem: onItem('DeleteItem'),
  GetItem: onItem('GetItem'),
  PutItem: onItem('PutItem'),
  UpdateItem: onParts('UpdateItem'),
  Query: query,
  Scan: scan,
  CreateTable: onTable('CreateTable'),
  DeleteTable: onTable('DeleteTable'),
  DescribeTable: onTable('DescribeTable'),
  DescribeContinuousBackups: onTable('DescribeContinuousBackups'),
  DescribeTimeToLive: onTable('DescribeTimeToLive'),
  UpdateTable: onTable('UpdateTable'),
  ListTagsOfResource: onArn('ListTagsOfResource'),
  TagResource: onArn('TagResource'),
  UntagResource: onArn('UntagResource'),
};
