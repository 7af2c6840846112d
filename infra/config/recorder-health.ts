/** What Config tells of a lane's recorder and its delivery channel; a question without an answer is told as such. */
import {
  type ConfigServiceClient,
  type ConfigurationRecorderStatus,
  type DeliveryChannelStatus,
  DescribeConfigurationRecorderStatusCommand,
  DescribeDeliveryChannelStatusCommand,
} from '@aws-sdk/client-config-service';
import type { Reading } from '../../domain/doctor/reading.ts';
import { judgeRecorder } from '../../domain/health/judge-recorder.ts';
import type { DeliveryFacts, RecorderFacts } from '../../domain/health/recorder-facts.ts';
import type { RecorderSource } from '../../domain/health/recorder-source.ts';
import { PortError } from '../../domain/ports.ts';
import { type Instant, instant } from '../../domain/time.ts';
import { type Ask, askUntil } from '../doctor/ask.ts';
import type { MemberClients } from '../sts/member-clients.ts';

export interface RecorderSourceOptions {
  readonly members: Pick<MemberClients, 'config'>;
  /** See `coveredLanes`. */
  readonly lanes: RecorderSource['lanes'];
  /** How long a lane may take to answer, in ms. Default 8,000. */
  readonly laneMsMax?: number;
}

export const createRecorderSource = ({
  members,
  lanes,
  laneMsMax = 8_000,
}: RecorderSourceOptions): RecorderSource => ({
  lanes,
  read: async (lane) => {
    const ask = askUntil(AbortSignal.timeout(laneMsMax), () => undefined);
    const config = members.config(lane);
    const [recorders, channels] = await Promise.all([readRecorders(config, ask), readChannels(config, ask)]);
    return judgeRecorder(lane, recorders, channels);
  },
});

export const readRecorders = (
  config: ConfigServiceClient,
  ask: Ask,
): Promise<Reading<readonly RecorderFacts[]>> => {
  const operation = 'config:DescribeConfigurationRecorderStatus';
  return ask(operation, async (abortSignal) => {
    const { ConfigurationRecordersStatus: told } = await config.send(
      new DescribeConfigurationRecorderStatusCommand({}),
      { abortSignal },
    );
    return listed(told, operation).map(recorderFacts);
  });
};

export const readChannels = (
  config: ConfigServiceClient,
  ask: Ask,
): Promise<Reading<readonly DeliveryFacts[]>> => {
  const operation = 'config:DescribeDeliveryChannelStatus';
  return ask(operation, async (abortSignal) => {
    const { DeliveryChannelsStatus: told } = await config.send(new DescribeDeliveryChannelStatusCommand({}), {
      abortSignal,
    });
    return listed(told, operation).map(deliveryFacts);
  });
};

/** An answer without its list does not say that there are none. */
const listed = <T>(told: readonly T[] | undefined, operation: string): readonly T[] => {
  if (Array.isArray(told)) return told;
  throw new PortError('transient', 'MalformedAnswer', operation, 'an answer without its list');
};

const recorderFacts = (status: ConfigurationRecorderStatus): RecorderFacts => {
  const { name, recording, lastStatus, lastErrorCode, lastErrorMessage } = status;
  const since =
    recording === true ? status.lastStatusChangeTime : (status.lastStopTime ?? status.lastStatusChangeTime);
  return {
    name: name ?? 'without a name',
    ...(typeof recording === 'boolean' ? { recording } : {}),
    ...(typeof lastStatus === 'string' ? { lastStatus: capitalized(lastStatus) } : {}),
    ...(lastErrorCode === undefined
      ? {}
      : { lastError: [lastErrorCode, lastErrorMessage].filter(Boolean).join(': ') }),
    ...when(since),
  };
};

const deliveryFacts = (status: DeliveryChannelStatus): DeliveryFacts => {
  const parts = Object.entries({
    'the history of resources': status.configHistoryDeliveryInfo,
    snapshots: status.configSnapshotDeliveryInfo,
    'the stream of changes': status.configStreamDeliveryInfo,
  });
  return {
    name: status.name ?? 'without a name',
    failures: parts.flatMap(([part, info]) =>
      capitalized(info?.lastStatus ?? '') === 'Failure'
        ? [
            `${part} fails with ${info?.lastErrorCode ?? 'no code'}: ${info?.lastErrorMessage ?? 'no message'}`,
          ]
        : [],
    ),
    unclear: parts.flatMap(([part, info]) =>
      info?.lastStatus === undefined || KNOWN.has(capitalized(info.lastStatus))
        ? []
        : [`the last status of ${part} is ${info.lastStatus}`],
    ),
  };
};

const KNOWN: ReadonlySet<string> = new Set(['Success', 'Failure', 'Notapplicable']);

/** AWS writes `Success` in one place and `SUCCESS` in another, `NotApplicable` here and `Not_Applicable` there. */
const capitalized = (word: string): string => {
  const letters = word.replaceAll('_', '');
  return `${letters.slice(0, 1).toUpperCase()}${letters.slice(1).toLowerCase()}`;
};

const when = (at: Date | undefined): { readonly since?: Instant } =>
  at instanceof Date && Number.isFinite(at.getTime()) ? { since: instant(at.getTime()) } : {};
