/** AWS Config: the recorder of a lane. Delivery and aggregation have one shape in the sandbox, and are there already. */
import * as z from 'zod';
import { recorders, startRecorder } from '../../services/config/recorder.ts';
import { anything, generatedName, type ResourceTypes, resourceType, unnamed } from '../resource-type.ts';

const recorderSchema = z.strictObject({
  Name: z.string().optional(),
  RoleARN: z.string(),
  RecordingGroup: anything,
  RecordingMode: anything,
});

const channelSchema = z.strictObject({
  Name: z.string().optional(),
  S3BucketName: z.string(),
  S3KeyPrefix: anything,
  S3KmsKeyArn: anything,
  SnsTopicARN: anything,
  ConfigSnapshotDeliveryProperties: anything,
});

const aggregatorSchema = z.strictObject({
  ConfigurationAggregatorName: z.string().optional(),
  OrganizationAggregationSource: anything,
  AccountAggregationSources: anything,
  Tags: anything,
});

const authorizationSchema = z.strictObject({
  AuthorizedAccountId: z.string(),
  AuthorizedAwsRegion: z.string(),
  Tags: anything,
});

export const configTypes: ResourceTypes = {
  'AWS::Config::ConfigurationRecorder': resourceType({
    schema: recorderSchema,
    put: (_recorder, { world, account, region, nowMs }) => {
      const lane = { account, region };
      const isThere = [...recorders(world).values()].some(
        (each) => each.account === account && each.region === region && each.recording,
      );
      if (!isThere) startRecorder(world, lane, nowMs);
    },
    identify: ({ Name = 'default' }) => ({ ref: Name, attributes: {} }),
  }),
  'AWS::Config::DeliveryChannel': resourceType({
    schema: channelSchema,
    identify: ({ Name = 'default' }) => ({ ref: Name, attributes: {} }),
  }),
  'AWS::Config::ConfigurationAggregator': resourceType({
    schema: aggregatorSchema,
    identify: ({ ConfigurationAggregatorName }, place) => {
      const ref = ConfigurationAggregatorName ?? generatedName(place);
      const ConfigurationAggregatorArn = `arn:aws:config:${place.region}:${place.account}:config-aggregator/${ref}`;
      return { ref, attributes: { ConfigurationAggregatorArn } };
    },
  }),
  'AWS::Config::AggregationAuthorization': resourceType({
    schema: authorizationSchema,
    identify: (_authorization, place) => unnamed(place),
  }),
};
