/** Recorders over Config's real protocol, from a Config that answers whatever a test has it answer. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigServiceClient } from '@aws-sdk/client-config-service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecorderHealth } from '../../../domain/health/recorder-health.ts';
import { createRecorderSource } from '../../../infra/config/recorder-health.ts';
import { clientSettings } from '../../../sandbox/deployment.ts';

const LANE = { account: '222222222222', region: 'eu-west-1' };
const RECORDERS = 'DescribeConfigurationRecorderStatus';
const CHANNELS = 'DescribeDeliveryChannelStatus';
/** In seconds, as AWS writes times. */
const AT = 1_763_700_000;

/** By operation: what is answered; a number is an HTTP status with an error; undefined: nothing ever is. */
type Answers = Readonly<Record<typeof RECORDERS | typeof CHANNELS, unknown>>;
let answers: Answers;
let server: Server;
beforeAll(async () => {
  server = createServer((request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] as keyof Answers;
    const answer = answers[operation];
    if (answer === undefined) return;
    response.writeHead(typeof answer === 'number' ? answer : 200, {
      'content-type': 'application/x-amz-json-1.1',
    });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const recorder = {
  name: 'default',
  recording: true,
  lastStatus: 'SUCCESS',
  lastStartTime: AT,
  lastStatusChangeTime: AT,
};
const channel = {
  name: 'default',
  configHistoryDeliveryInfo: { lastStatus: 'SUCCESS', lastAttemptTime: AT },
  configStreamDeliveryInfo: { lastStatus: 'NOT_APPLICABLE' },
};

const read = async (recorders: unknown, channels: unknown = [channel], laneMsMax = 60_000) => {
  answers = {
    [RECORDERS]: Array.isArray(recorders) ? { ConfigurationRecordersStatus: recorders } : recorders,
    [CHANNELS]: Array.isArray(channels) ? { DeliveryChannelsStatus: channels } : channels,
  };
  const { port } = server.address() as AddressInfo;
  const config = new ConfigServiceClient({
    ...clientSettings(`http://127.0.0.1:${port}`, LANE.account, LANE.region),
    maxAttempts: 1,
  });
  const source = createRecorderSource({
    members: { config: () => config },
    lanes: async () => ({ lanes: [], troubles: [] }),
    laneMsMax,
  });
  const health: RecorderHealth = await source.read(LANE);
  config.destroy();
  return health;
};

describe('a recorder', () => {
  it.each(['SUCCESS', 'Success', 'PENDING', 'NOT_APPLICABLE', 'NotApplicable'])(
    'whose last status is %s records',
    async (lastStatus) => {
      expect(await read([{ ...recorder, lastStatus }])).toEqual({ lane: LANE, state: 'recording' });
    },
  );

  it('that is off is so since it was stopped, not since it last changed', async () => {
    const off = { ...recorder, recording: false, lastStopTime: AT + 60 };
    expect(await read([off])).toMatchObject({ state: 'stopped', since: '2025-11-21T04:41:00.000Z' });
  });

  it.each(['FAILURE', 'Failure'])('whose last status is %s is failing, and why', async (lastStatus) => {
    const failing = { ...recorder, lastStatus, lastErrorCode: 'AccessDenied', lastErrorMessage: 'no role' };
    expect(await read([failing])).toEqual({
      lane: LANE,
      state: 'failing',
      since: '2025-11-21T04:40:00.000Z',
      why: 'the recorder default fails: AccessDenied: no role',
    });
  });

  it('whose channel cannot deliver one of three things is failing', async () => {
    const info = { lastStatus: 'FAILURE', lastErrorCode: 'NoSuchBucket', lastErrorMessage: 'gone' };
    for (const part of [
      'configHistoryDeliveryInfo',
      'configSnapshotDeliveryInfo',
      'configStreamDeliveryInfo',
    ])
      expect(await read([recorder], [{ ...channel, [part]: info }])).toMatchObject({
        state: 'failing',
        why: expect.stringContaining('fails with NoSuchBucket: gone'),
      });
  });
});

describe('an answer that makes no sense is not taken for well', () => {
  it.each<[string, unknown, unknown]>([
    ['has no list', {}, [channel]],
    ['has no list of channels', [recorder], {}],
    ['is no JSON', '<html>busy</html>', [channel]],
    ['is an error without a name', 500, [channel]],
    ['does not say whether it records', [{ ...recorder, recording: undefined }], [channel]],
    ['says so in a word', [{ ...recorder, recording: 'perhaps' }], [channel]],
    ['has a status that nobody knows', [{ ...recorder, lastStatus: 'DIZZY' }], [channel]],
    [
      'has a delivery that nobody knows',
      [recorder],
      [{ ...channel, configHistoryDeliveryInfo: { lastStatus: 'DIZZY' } }],
    ],
  ])('when it %s', async (_, recorders, channels) => {
    expect(await read(recorders, channels)).toEqual({
      lane: LANE,
      state: 'unknown',
      why: expect.stringMatching(/./),
    });
  });

  it('when a time is none', async () => {
    const odd = { ...recorder, recording: false, lastStopTime: 'yesterday' };
    expect(['stopped', 'unknown']).toContain((await read([odd])).state);
  });

  it('when none comes in time', async () => {
    expect(await read(undefined, [channel], 50)).toEqual({
      lane: LANE,
      state: 'unknown',
      why: `config:${RECORDERS} was not answered in time`,
    });
  });
});
