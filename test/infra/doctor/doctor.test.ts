/** The doctor in an organization of the sandbox, three lanes of which are broken, each in another way. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../../domain/doctor/trouble.ts';
import { type Lane, laneId } from '../../../domain/finding.ts';
import { PortError } from '../../../domain/ports.ts';
import { createOperations, type Operations } from '../../../infra/operations.ts';
import { clientSettings, HUB_REGION } from '../../../sandbox/deployment.ts';
import { startRecorder, stopRecorder } from '../../../sandbox/services/config/recorder.ts';
import { EXECUTOR_ROLE, HUB_ACCOUNT, roleKey, roleTable } from '../../../sandbox/world/roles.ts';
import { changeSettings } from '../../../sandbox/world/settings.ts';
import { type DrivenWorld, drivenWorld } from '../../support/driven-world.ts';

const ACCOUNTS = [HUB_ACCOUNT, '300000000001', '300000000002', '300000000003'].map((account, n) => ({
  account,
  name: `team-${n}-prod`,
}));
const REGIONS = [HUB_REGION, 'eu-west-1'];
const SILENT: Lane = { account: '300000000001', region: 'eu-west-1' };
const THROTTLED: Lane = { account: '300000000002', region: HUB_REGION };
const REGION_OFF: Lane = { account: '300000000003', region: 'eu-west-1' };

let silentMsMax = 60_000;
let world: DrivenWorld;
let operations: Operations;
beforeAll(async () => {
  world = await drivenWorld({ accounts: ACCOUNTS, regions: REGIONS });
  operations = operationsOf(world.app);
});
const operationsOf = (app: DrivenWorld['app']): Operations => {
  const connection = {
    ...clientSettings(world.sandbox.url, HUB_ACCOUNT, HUB_REGION),
    dynamodbEndpoint: world.sandbox.dynamodbEndpoint,
  };
  return createOperations(world.deployment.settings, app, {
    connection,
    // As long as a machine with other work may take, but for the lane that never answers.
    patience: {
      wholeMsMax: 60_000,
      placeMsMax: (account, region) =>
        account === SILENT.account && region === SILENT.region ? silentMsMax : 60_000,
    },
  });
};
afterAll(() => world.close());
beforeEach(() => world.sandbox.faults.clear());

const told = ({ troubles }: Diagnosis) =>
  troubles.filter(({ severity }) => severity !== 'risk').map(({ where, what }) => `${where}: ${what}`);

describe('the doctor', () => {
  it('looks at every lane that the aggregator knows, and at the hub, and finds all well', async () => {
    const diagnosis = await operations.doctor.examine();
    expect(told(diagnosis)).toEqual([]);
    expect(diagnosis).toMatchObject({ healthy: true, lanes: 8 });
    // Every lane has its own questions, and every Region its runbooks.
    expect(diagnosis.checks).toBeGreaterThan(8 * 3 + 2 * 15);
  });

  it('says of each broken lane what is wrong, and has every answer of the others although one gives none', async () => {
    const { faults } = world.sandbox;
    for (const service of ['config', 'ssm', 'events'])
      faults.add({ kind: 'throttle', service, ...THROTTLED });
    faults.add({ kind: 'timeout', service: 'config', ...SILENT });
    silentMsMax = 500;
    faults.add({ kind: 'region-off', ...REGION_OFF });
    const diagnosis = await operations.doctor.examine();
    silentMsMax = 60_000;
    expect(diagnosis.healthy).toBe(false);
    const of = (lane: Lane) => told(diagnosis).filter((text) => text.startsWith(laneId(lane)));
    expect(of(REGION_OFF)).toEqual([
      expect.stringContaining('eu-west-1 is not enabled in account 300000000003'),
    ]);
    expect(of(THROTTLED)).toHaveLength(3);
    for (const text of of(THROTTLED)) expect(text).toContain('answers ThrottlingException again and again');
    for (const question of ['DescribeConfigurationRecorderStatus', 'DescribeDeliveryChannelStatus'])
      expect(of(SILENT).join()).toContain(`config:${question} was not answered in time`);
    const broken = [REGION_OFF, THROTTLED, SILENT].flatMap(of);
    expect(told(diagnosis).filter((text) => !broken.includes(text))).toEqual([]);
  });

  it('says that the role is gone and that the recorder is off, of the lanes that it is asked for alone', async () => {
    const key = roleKey('300000000001', EXECUTOR_ROLE);
    const role = roleTable(world.sandbox.world).get(key);
    roleTable(world.sandbox.world).delete(key);
    const off = { account: '300000000002', region: 'eu-west-1' };
    stopRecorder(world.sandbox.world, off, world.sandbox.clock.nowMs());
    const diagnosis = await operations.doctor.examine([SILENT, off]);
    if (role !== undefined) roleTable(world.sandbox.world).put(key, role);
    expect(diagnosis.lanes).toBe(2);
    expect(told(diagnosis)).toEqual([
      expect.stringMatching(/^300000000001\/eu-west-1: selfheal may not enter: the role selfheal-executor/),
      expect.stringMatching(/^300000000002\/eu-west-1: Config's recorder default is off/),
    ]);
  });

  it('looks also at lanes that no aggregator gathers from, and says when it cannot know all of those', async () => {
    changeSettings(world.sandbox.world, { aggregator: false });
    const off = { account: '300000000003', region: HUB_REGION };
    stopRecorder(world.sandbox.world, off, world.sandbox.clock.nowMs());
    const remembered = { ended: [], laneSeenAt: { [laneId(off)]: world.now() } };
    await world.app.sweeps.write('everything', remembered);
    const diagnosis = await operations.doctor.examine();
    expect(diagnosis.lanes).toBe(2);
    expect(told(diagnosis)).toEqual([
      expect.stringMatching(/^300000000003\/us-east-1: Config's recorder default is off since /),
      expect.stringMatching(/^aggregator: .*only lanes that are known otherwise were looked at/),
    ]);
    const throttled = new PortError('transient', 'ThrottlingException', 'dynamodb:GetItem', 'Rate exceeded');
    const read = () => Promise.reject(throttled);
    const forgetful = operationsOf({ ...world.app, sweeps: { ...world.app.sweeps, read } });
    expect(told(await forgetful.doctor.examine())).toContainEqual(
      expect.stringContaining(
        'lanes that no aggregator gathers from: could not be checked: dynamodb:GetItem',
      ),
    );
    await world.app.sweeps.write('everything', { ended: [], laneSeenAt: {} });
    changeSettings(world.sandbox.world, { aggregator: true });
    startRecorder(world.sandbox.world, off, world.sandbox.clock.nowMs());
  });

  it('does not take a hub for healthy that it cannot see', async () => {
    for (const service of ['sqs', 'sns', 'events'])
      world.sandbox.faults.add({
        kind: 'error',
        errorCode: 'AccessDeniedException',
        service,
        account: HUB_ACCOUNT,
        region: HUB_REGION,
      });
    world.sandbox.faults.add({
      kind: 'error',
      errorCode: 'AccessDeniedException',
      service: 'config',
      operation: 'DescribeConfigurationAggregators',
    });
    const diagnosis = await operations.doctor.examine();
    const unknown = diagnosis.troubles
      .filter(({ severity }) => severity === 'unknown')
      .map(({ where }) => where);
    for (const part of ['aggregator', 'event bus selfheal', 'queue selfheal-wakes', 'topic selfheal-oncall'])
      expect(unknown).toContain(part);
    // Its own it knows all the same.
    expect(diagnosis.lanes).toBe(1);
  });
});
