/** A lane's facts, each read by itself: what one question does not answer, the others still can. */
import {
  type ConfigServiceClient,
  type ConfigurationRecorderStatus,
  type DeliveryChannelStatus,
  DescribeConfigurationRecorderStatusCommand,
  DescribeDeliveryChannelStatusCommand,
} from '@aws-sdk/client-config-service';
import { DescribeRuleCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { DeliveryFacts, LaneFacts, RecorderFacts } from '../../domain/doctor/judge-lane.ts';
import type { Reading } from '../../domain/doctor/reading.ts';
import type { Lane } from '../../domain/finding.ts';
import type { Ask } from './ask.ts';
import type { LaneClients } from './lane-clients.ts';

export const readLane = async (lane: Lane, { config, events }: LaneClients, ask: Ask): Promise<LaneFacts> => {
  const [recorders, channels, forwarding] = await Promise.all([
    readRecorders(config, ask),
    readChannels(config, ask),
    readForwarding(events, ask),
  ]);
  return { lane, entry: { ok: true, value: true }, recorders, channels, forwarding };
};

const readRecorders = (config: ConfigServiceClient, ask: Ask): Promise<Reading<readonly RecorderFacts[]>> =>
  ask('config:DescribeConfigurationRecorderStatus', async (abortSignal) => {
    const { ConfigurationRecordersStatus = [] } = await config.send(
      new DescribeConfigurationRecorderStatusCommand({}),
      { abortSignal },
    );
    return ConfigurationRecordersStatus.map(recorderFacts);
  });

/** What an answer does not say is not taken for well. */
const recorderFacts = (status: ConfigurationRecorderStatus): RecorderFacts => ({
  name: status.name ?? 'without a name',
  recording: status.recording === true,
  ...(status.lastStatus === undefined ? {} : { lastStatus: capitalized(status.lastStatus) }),
  ...(status.lastErrorCode === undefined
    ? {}
    : { lastError: [status.lastErrorCode, status.lastErrorMessage].filter(Boolean).join(': ') }),
});

const readChannels = (config: ConfigServiceClient, ask: Ask): Promise<Reading<readonly DeliveryFacts[]>> =>
  ask('config:DescribeDeliveryChannelStatus', async (abortSignal) => {
    const { DeliveryChannelsStatus = [] } = await config.send(new DescribeDeliveryChannelStatusCommand({}), {
      abortSignal,
    });
    return DeliveryChannelsStatus.map(deliveryFacts);
  });

const deliveryFacts = (status: DeliveryChannelStatus): DeliveryFacts => {
  const parts = {
    'the history of resources': status.configHistoryDeliveryInfo,
    snapshots: status.configSnapshotDeliveryInfo,
    'the stream of changes': status.configStreamDeliveryInfo,
  };
  return {
    name: status.name ?? 'without a name',
    failures: Object.entries(parts).flatMap(([part, info]) =>
      capitalized(info?.lastStatus ?? '') === 'Failure'
        ? [
            `${part} fails with ${info?.lastErrorCode ?? 'no code'}: ${info?.lastErrorMessage ?? 'no message'}`,
          ]
        : [],
    ),
  };
};

/** AWS writes `Success` in one place and `SUCCESS` in another. */
const capitalized = (word: string): string =>
  `${word.slice(0, 1).toUpperCase()}${word.slice(1).toLowerCase()}`;

const readForwarding = (
  events: EventBridgeClient,
  ask: Ask,
): Promise<Reading<'enabled' | 'disabled' | 'missing'>> =>
  ask('events:DescribeRule', async (abortSignal) => {
    try {
      const { State } = await events.send(new DescribeRuleCommand({ Name: FORWARDING_RULE }), {
        abortSignal,
      });
      return State === 'ENABLED' ? 'enabled' : 'disabled';
    } catch (error) {
      if ((error as { name?: string }).name === 'ResourceNotFoundException') return 'missing';
      throw error;
    }
  });

/** As the member stack names it. */
const FORWARDING_RULE = 'selfheal-forward-compliance-change';
