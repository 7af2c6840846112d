import { expect, it } from 'vitest';
import { createFaults, faultProblem } from '../../../sandbox/core/faults.ts';
import { ACCOUNT, REGION, testSandbox } from '../world/test-sandbox.ts';

it('the aggregator tells in pages which accounts and Regions it gathers from', async () => {
  const { call } = testSandbox();
  const sources = (more: object = {}) =>
    call('config', 'DescribeConfigurationAggregatorSourcesStatus', {
      ConfigurationAggregatorName: 'organization',
      ...more,
    });
  const all = (await sources()).AggregatedSourceStatusList;
  expect(all).toContainEqual({
    SourceId: ACCOUNT,
    SourceType: 'ACCOUNT',
    AwsRegion: REGION,
    LastUpdateStatus: 'SUCCEEDED',
    LastUpdateTime: expect.any(Number),
  });
  const first = await sources({ Limit: 1 });
  const rest = await sources({ Limit: 100, NextToken: first.NextToken });
  expect([...first.AggregatedSourceStatusList, ...rest.AggregatedSourceStatusList]).toEqual(all);
  expect((await sources({ UpdateStatus: ['FAILED'] })).AggregatedSourceStatusList).toEqual([]);
  await expect(sources({ ConfigurationAggregatorName: 'none' })).rejects.toMatchObject({
    name: 'NoSuchConfigurationAggregatorException',
  });
});

it('a recorder has a delivery channel beside it, and a lane without one has none', async () => {
  const { call } = testSandbox();
  const channels = (input: object, place = {}) =>
    call('config', 'DescribeDeliveryChannelStatus', input, place);
  expect((await channels({})).DeliveryChannelsStatus).toEqual([
    expect.objectContaining({
      name: 'default',
      configHistoryDeliveryInfo: expect.objectContaining({ lastStatus: 'SUCCESS' }),
    }),
  ]);
  expect((await channels({}, { region: 'sa-east-1' })).DeliveryChannelsStatus).toEqual([]);
  await expect(channels({ DeliveryChannelNames: ['mine'] })).rejects.toMatchObject({
    name: 'NoSuchDeliveryChannelException',
  });
});

it('a Region that is off knows nobody, whatever the service, and its neighbours do', () => {
  const faults = createFaults(1);
  faults.add({ kind: 'region-off', account: ACCOUNT, region: REGION });
  const at = (service: string, account: string, region: string) =>
    faults.forCall({ service, operation: 'Any', account, region })?.errorCode;
  expect(['ssm', 'config', 'events'].map((service) => at(service, ACCOUNT, REGION))).toEqual(
    Array(3).fill('InvalidClientTokenId'),
  );
  expect(at('ssm', ACCOUNT, 'eu-west-1')).toBeUndefined();
  expect(at('ssm', '333333333333', REGION)).toBeUndefined();
  expect(faultProblem({ kind: 'region-off', account: ACCOUNT })).toMatch(/account and region/);
  expect(faultProblem({ kind: 'region-off', account: ACCOUNT, region: REGION })).toBeUndefined();
});
