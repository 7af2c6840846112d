import { expect, it } from 'vitest';
import { constraintsOf, type ServiceConstraints } from '../../../sandbox/protocol/constraints.ts';
import { validateInput } from '../../../sandbox/protocol/validate.ts';
import { changeRecorder, recorderList } from '../../../sandbox/recorder-routes.ts';
import { breakResource } from '../../../sandbox/world/admin.ts';
import { ACCOUNT, REGION, testSandbox } from '../world/test-sandbox.ts';

const BUCKET = 'shop-prod-payroll-us-east-1';
const RULE = 's3-bucket-versioning-enabled';
const LANE = { account: ACCOUNT, region: REGION };

type Sandbox = ReturnType<typeof testSandbox>;
type Change = Omit<Parameters<typeof changeRecorder>[1], 'account' | 'region'>;
const become = (sandbox: Sandbox, change: Change) =>
  changeRecorder(sandbox.world, { ...LANE, ...change }, sandbox.nowMs());
const breakBucket = ({ world, nowMs }: Sandbox) =>
  breakResource(world, BUCKET, { rule: 'S3_BUCKET_VERSIONING_ENABLED', nowMs: nowMs() });
const read = async ({ call }: Sandbox) => ({
  recorders: (await call('config', 'DescribeConfigurationRecorderStatus', {})).ConfigurationRecordersStatus,
  channels: (await call('config', 'DescribeDeliveryChannelStatus', {})).DeliveryChannelsStatus,
});

it('a recorder that fails records nothing, says why, and looks at everything anew when it is mended', async () => {
  const sandbox = testSandbox();
  become(sandbox, { state: 'failing', errorCode: 'AccessDenied', message: 'its role is gone' });
  breakBucket(sandbox);
  sandbox.advance(60_000);
  expect(sandbox.events).toEqual([]);
  expect(await read(sandbox)).toMatchObject({
    recorders: [
      {
        recording: true,
        lastStatus: 'FAILURE',
        lastErrorCode: 'AccessDenied',
        lastErrorMessage: 'its role is gone',
      },
    ],
    channels: [{ configHistoryDeliveryInfo: { lastStatus: 'SUCCESS' } }],
  });
  become(sandbox, { state: 'on' });
  sandbox.advance(13_000);
  expect(sandbox.complianceChanges()).toEqual([[RULE, BUCKET, 'NON_COMPLIANT']]);
  expect((await read(sandbox)).recorders).toMatchObject([{ recording: true, lastStatus: 'SUCCESS' }]);
});

it('a recorder whose deliveries fail goes on recording, and its channel says why', async () => {
  const sandbox = testSandbox();
  become(sandbox, { state: 'undelivered' });
  breakBucket(sandbox);
  sandbox.advance(13_000);
  expect(sandbox.complianceChanges()).toEqual([[RULE, BUCKET, 'NON_COMPLIANT']]);
  expect(await read(sandbox)).toMatchObject({
    recorders: [{ recording: true, lastStatus: 'SUCCESS' }],
    channels: [{ configHistoryDeliveryInfo: { lastStatus: 'FAILURE', lastErrorCode: 'NoSuchBucket' } }],
  });
});

it('a recorder that is deleted is in no list but the aggregator knows its lane, until it is made anew', async () => {
  const sandbox = testSandbox();
  become(sandbox, { state: 'missing' });
  expect(await read(sandbox)).toEqual({ recorders: [], channels: [] });
  await expect(
    sandbox.call('config', 'StopConfigurationRecorder', { ConfigurationRecorderName: 'default' }),
  ).rejects.toMatchObject({ name: 'NoSuchConfigurationRecorderException' });
  const { AggregatedSourceStatusList: sources } = await sandbox.call(
    'config',
    'DescribeConfigurationAggregatorSourcesStatus',
    { ConfigurationAggregatorName: 'organization' },
  );
  expect(sources).toContainEqual(expect.objectContaining({ SourceId: ACCOUNT, AwsRegion: REGION }));
  become(sandbox, { state: 'on' });
  expect((await read(sandbox)).recorders).toMatchObject([{ name: 'default', recording: true }]);
});

it('the list says of each lane how its recorder is, and an unknown lane is refused', () => {
  const sandbox = testSandbox();
  const states = () => recorderList(sandbox.world).recorders.map(({ state }) => state);
  expect(new Set(states())).toEqual(new Set(['on']));
  for (const state of ['off', 'failing', 'undelivered', 'missing'] as const) {
    expect(become(sandbox, { state })).toMatchObject({ ...LANE, state });
    expect(states().filter((one) => one !== 'on')).toEqual([state]);
  }
  expect(() =>
    changeRecorder(sandbox.world, { ...LANE, region: 'sa-east-1', state: 'off' }, sandbox.nowMs()),
  ).toThrow('The sandbox has no lane 222222222222/sa-east-1.');
});

it('a recorder is started and stopped by a name of at most 256 characters', () => {
  const config = constraintsOf('config') as ServiceConstraints;
  for (const operation of ['StartConfigurationRecorder', 'StopConfigurationRecorder']) {
    const problem = (input: object) => () => validateInput(config, operation, input);
    expect(problem({ ConfigurationRecorderName: 'default' })).not.toThrow();
    for (const input of [
      {},
      { ConfigurationRecorderName: '' },
      { ConfigurationRecorderName: 'r'.repeat(257) },
    ])
      expect(problem(input)).toThrow(/configurationRecorderName/i);
  }
});
