/** Config's answers about resources: what it has recorded of them, and the recorder itself. */
import { AwsError, type CallContext, type Operation, type World } from '../../service.ts';
import { noteChange, resourcesSeenFrom } from '../../world/resource.ts';
import type { Lane } from './deployed-rules.ts';
import { page } from './paging.ts';
import {
  isRecording,
  type RecordedItem,
  type Recorder,
  type RecorderTrouble,
  recordedItems,
  recorderIn,
  seenKey,
  startRecorder,
  stopRecorder,
} from './recorder.ts';
import { parseSelect, selectFrom } from './select.ts';

export const resourceOperations = (world: World): Readonly<Record<string, Operation>> => ({
  SelectResourceConfig: (input: SelectInput, context) => select(world, input, context),
  BatchGetResourceConfig: (input: { resourceKeys: readonly ResourceKey[] }, context) =>
    batchGet(world, input.resourceKeys, context),
  ListDiscoveredResources: (input: ListInput, context) => listDiscovered(world, input, context),
  GetDiscoveredResourceCounts: (input: CountsInput, context) => countDiscovered(world, input, context),
  DescribeConfigurationRecorders: (input: NamesInput, context) => ({
    ConfigurationRecorders: namedRecorders(world, input, context).map(describeRecorder),
  }),
  DescribeConfigurationRecorderStatus: (input: NamesInput, context) => ({
    ConfigurationRecordersStatus: namedRecorders(world, input, context).map(recorderStatus),
  }),
  DescribeDeliveryChannelStatus: (input: ChannelNamesInput, context) => ({
    DeliveryChannelsStatus: namedChannels(world, input, context).map(channelStatus),
  }),
  StartConfigurationRecorder: (input: NameInput, context) => {
    namedRecorders(world, { ConfigurationRecorderNames: [input.ConfigurationRecorderName] }, context);
    startRecording(world, context);
    return {};
  },
  StopConfigurationRecorder: (input: NameInput, context) => {
    namedRecorders(world, { ConfigurationRecorderNames: [input.ConfigurationRecorderName] }, context);
    stopRecorder(world, { account: context.account, region: context.region }, context.nowMs);
    return {};
  },
});

/** A recorder that starts looks at everything anew. */
export const startRecording = (
  world: World,
  { account, region, nowMs }: Lane & { readonly nowMs: number },
): void => {
  startRecorder(world, { account, region }, nowMs);
  for (const resource of [...resourcesSeenFrom(world, account, region)]) {
    const item = recordedItems(world).get(seenKey({ ...resource, region }));
    if (JSON.stringify(item?.resource) !== JSON.stringify(resource)) noteChange(world, resource, nowMs);
  }
};

interface SelectInput {
  Expression: string;
  Limit?: number;
  NextToken?: string;
}

const select = (world: World, input: SelectInput, context: CallContext) => {
  const query = parseSelect(input.Expression);
  const rows = selectFrom(itemsSeenFrom(world, context), query);
  const found = page(rows, input.Limit || 25, input.NextToken);
  return {
    Results: found.items.map((row) => JSON.stringify(row)),
    QueryInfo: { SelectFields: query.fields.map((Name) => ({ Name })) },
    ...(found.nextToken === undefined ? {} : { NextToken: found.nextToken }),
  };
};

const itemsSeenFrom = (world: World, { account, region }: CallContext): readonly RecordedItem[] =>
  [...recordedItems(world).values()].filter(
    (item) => item.resource.account === account && item.region === region,
  );

interface ResourceKey {
  resourceType: string;
  resourceId: string;
}

const batchGet = (world: World, keys: readonly ResourceKey[], context: CallContext) => {
  refuseWithoutRecorder(world, context);
  const { account, region } = context;
  const found: unknown[] = [];
  const missing: ResourceKey[] = [];
  for (const key of keys) {
    const ref = { account, region, type: key.resourceType, id: key.resourceId };
    const item = recordedItems(world).get(seenKey(ref));
    if (item === undefined) missing.push(key);
    else found.push(baseItem(item));
  }
  return { baseConfigurationItems: found, unprocessedResourceKeys: missing };
};

/** A configuration item without its tags and relationships: this operation never tells them. */
const baseItem = ({ resource, region, capturedMs, stateId }: RecordedItem) => ({
  version: '1.3',
  accountId: resource.account,
  configurationItemCaptureTime: capturedMs / 1000,
  configurationItemStatus: 'OK',
  configurationStateId: String(stateId),
  arn: resource.arn,
  resourceType: resource.type,
  resourceId: resource.id,
  resourceName: resource.name,
  awsRegion: resource.region === 'global' ? 'global' : region,
  availabilityZone: resource.region === 'global' ? 'Not Applicable' : 'Regional',
  resourceCreationTime: resource.createdMs / 1000,
  configuration: JSON.stringify(resource.configuration),
  supplementaryConfiguration: {},
});

const refuseWithoutRecorder = (world: World, context: CallContext): void => {
  if (!isRecording(world, context))
    throw new AwsError(
      'NoAvailableConfigurationRecorderException',
      'There are no configuration recorders available to provide the role needed to describe your resources.',
    );
};

interface ListInput {
  resourceType: string;
  resourceIds?: readonly string[];
  resourceName?: string;
  limit?: number;
  nextToken?: string;
}

const listDiscovered = (world: World, input: ListInput, context: CallContext) => {
  refuseWithoutRecorder(world, context);
  const matching = itemsSeenFrom(world, context)
    .map(({ resource }) => resource)
    .filter(({ type }) => type === input.resourceType)
    .filter(({ id }) => input.resourceIds?.includes(id) ?? true)
    .filter(({ name }) => (input.resourceName ?? name) === name);
  const found = page(matching, input.limit || 100, input.nextToken);
  return {
    resourceIdentifiers: found.items.map(({ type, id, name }) => ({
      resourceType: type,
      resourceId: id,
      resourceName: name,
    })),
    ...(found.nextToken === undefined ? {} : { nextToken: found.nextToken }),
  };
};

interface CountsInput {
  resourceTypes?: readonly string[];
  limit?: number;
  nextToken?: string;
}

/** The types that there are most of come first. */
const countDiscovered = (world: World, input: CountsInput, context: CallContext) => {
  const counts = new Map<string, number>();
  for (const { resource } of itemsSeenFrom(world, context))
    if (!input.resourceTypes?.length || input.resourceTypes.includes(resource.type))
      counts.set(resource.type, (counts.get(resource.type) ?? 0) + 1);
  const rows = [...counts].sort(([one, many], [other, more]) => more - many || (one < other ? -1 : 1));
  const found = page(rows, input.limit || 100, input.nextToken);
  return {
    totalDiscoveredResources: rows.reduce((sum, [, count]) => sum + count, 0),
    resourceCounts: found.items.map(([resourceType, count]) => ({ resourceType, count })),
    ...(found.nextToken === undefined ? {} : { nextToken: found.nextToken }),
  };
};

interface NamesInput {
  ConfigurationRecorderNames?: readonly string[];
}

interface ChannelNamesInput {
  DeliveryChannelNames?: readonly string[];
}

interface NameInput {
  ConfigurationRecorderName: string;
}

const namedRecorders = (world: World, input: NamesInput, context: CallContext): readonly Recorder[] => {
  const recorder = recorderIn(world, context);
  for (const name of input.ConfigurationRecorderNames ?? [])
    if (recorder?.name !== name)
      throw new AwsError(
        'NoSuchConfigurationRecorderException',
        `Cannot find configuration recorder with the specified name '${name}'.`,
      );
  return recorder === undefined ? [] : [recorder];
};

const recorderArn = ({ account, region, name }: Recorder): string =>
  `arn:aws:config:${region}:${account}:configuration-recorder/${name}`;

const describeRecorder = (recorder: Recorder) => ({
  arn: recorderArn(recorder),
  name: recorder.name,
  roleARN: `arn:aws:iam::${recorder.account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`,
  recordingGroup: { allSupported: true, includeGlobalResourceTypes: true, resourceTypes: [] },
  recordingMode: { recordingFrequency: 'CONTINUOUS' },
});

const recorderStatus = (recorder: Recorder) => ({
  arn: recorderArn(recorder),
  name: recorder.name,
  lastStartTime: recorder.lastStartMs / 1000,
  ...(recorder.lastStopMs === undefined ? {} : { lastStopTime: recorder.lastStopMs / 1000 }),
  recording: recorder.recording,
  ...recordingStatus(recorder),
});

const recordingStatus = ({ recording, lastStartMs, lastStopMs = 0, trouble }: Recorder) =>
  trouble?.of === 'recording'
    ? failure(trouble)
    : { lastStatus: 'SUCCESS', lastStatusChangeTime: (recording ? lastStartMs : lastStopMs) / 1000 };

const failure = ({ errorCode, message, sinceMs }: RecorderTrouble) => ({
  lastStatus: 'FAILURE',
  lastErrorCode: errorCode,
  lastErrorMessage: message,
  lastStatusChangeTime: sinceMs / 1000,
});

/** Every recorder has a channel beside it; without one AWS would not let it start. */
const namedChannels = (world: World, input: ChannelNamesInput, context: CallContext): readonly Recorder[] => {
  const recorder = recorderIn(world, context);
  for (const name of input.DeliveryChannelNames ?? [])
    if (recorder === undefined || name !== CHANNEL)
      throw new AwsError(
        'NoSuchDeliveryChannelException',
        `Cannot find delivery channel with specified name '${name}'.`,
      );
  return recorder === undefined ? [] : [recorder];
};

const CHANNEL = 'default';

const channelStatus = ({ lastStartMs, trouble }: Recorder) => {
  if (trouble?.of === 'delivery') {
    const { lastStatusChangeTime: lastAttemptTime, ...failed } = failure(trouble);
    const undelivered = { ...failed, lastAttemptTime, lastSuccessfulTime: lastStartMs / 1000 };
    return {
      name: CHANNEL,
      configSnapshotDeliveryInfo: undelivered,
      configHistoryDeliveryInfo: undelivered,
      configStreamDeliveryInfo: { lastStatus: 'SUCCESS', lastStatusChangeTime: lastStartMs / 1000 },
    };
  }
  const delivered = {
    lastStatus: 'SUCCESS',
    lastAttemptTime: lastStartMs / 1000,
    lastSuccessfulTime: lastStartMs / 1000,
  };
  return {
    name: CHANNEL,
    configSnapshotDeliveryInfo: delivered,
    configHistoryDeliveryInfo: delivered,
    configStreamDeliveryInfo: { lastStatus: 'SUCCESS', lastStatusChangeTime: lastStartMs / 1000 },
  };
};
