/**
 * SQS over the query protocol, which it spoke before JSON and which Debian's `aws` still speaks. Its XML
 * names its lists by hand (`Message`, `Attribute`), and its error codes differ from those in JSON.
 */
import type { QueryNames } from './query-input.ts';
import { element, escapeXml } from './query-output.ts';

export const SQS_INPUT_NAMES: QueryNames = {
  AttributeNames: { element: 'AttributeName' },
  MessageAttributeNames: { element: 'MessageAttributeName' },
  MessageSystemAttributeNames: { element: 'MessageSystemAttributeName' },
  Attributes: { element: 'Attribute', entry: ['Name', 'Value'] },
  MessageAttributes: { element: 'MessageAttribute', entry: ['Name', 'Value'] },
  MessageSystemAttributes: { element: 'MessageSystemAttribute', entry: ['Name', 'Value'] },
  tags: { element: 'Tag', entry: ['Key', 'Value'] },
  Tags: { element: 'Tag', entry: ['Key', 'Value'] },
  TagKeys: { element: 'TagKey' },
};

/** Batches name their entries after the operation: `SendMessageBatchRequestEntry.1.Id`. */
export const sqsInputNames = (operation: string): QueryNames => ({
  ...SQS_INPUT_NAMES,
  Entries: { element: `${operation}RequestEntry` },
});

const OUTPUT_LISTS: Readonly<Record<string, string>> = {
  QueueUrls: 'QueueUrl',
  queueUrls: 'QueueUrl',
  Messages: 'Message',
  Failed: 'BatchResultErrorEntry',
  Results: 'ListMessageMoveTasksResultEntry',
};
const OUTPUT_MAPS: Readonly<Record<string, readonly [element: string, key: string, value: string]>> = {
  Attributes: ['Attribute', 'Name', 'Value'],
  MessageAttributes: ['MessageAttribute', 'Name', 'Value'],
  Tags: ['Tag', 'Key', 'Value'],
};

export const sqsResultXml = (operation: string, output: unknown): string =>
  membersXml(operation, output ?? {});

const membersXml = (operation: string, output: object): string =>
  Object.entries(output)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => memberXml(operation, name, value))
    .join('');

const memberXml = (operation: string, name: string, value: unknown): string => {
  const map = OUTPUT_MAPS[name];
  if (map !== undefined) {
    const [entry, keyName, valueName] = map;
    return Object.entries(value as object)
      .map(([key, item]) =>
        element(entry, element(keyName, escapeXml(key)) + element(valueName, valueXml(operation, item))),
      )
      .join('');
  }
  if (Array.isArray(value)) {
    const item = name === 'Successful' ? `${operation}ResultEntry` : (OUTPUT_LISTS[name] ?? name);
    return value.map((each) => element(item, valueXml(operation, each))).join('');
  }
  return element(name, valueXml(operation, value));
};

const valueXml = (operation: string, value: unknown): string =>
  typeof value === 'object' && value !== null ? membersXml(operation, value) : escapeXml(String(value));

const QUERY_CODES: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueDeletedRecently: 'AWS.SimpleQueueService.QueueDeletedRecently',
  QueueNameExists: 'QueueAlreadyExists',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
  PurgeQueueInProgress: 'AWS.SimpleQueueService.PurgeQueueInProgress',
  UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  ValidationException: 'InvalidParameterValue',
};

/** The code of the query protocol for the JSON protocol's error name. */
export const sqsQueryCode = (name: string): string => QUERY_CODES[name] ?? name;
