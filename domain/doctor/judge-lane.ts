/**
 * What a lane's facts say: may selfheal enter the account, does Config record and deliver there, and do its events
 * reach the hub.
 */
import { type Lane, laneId } from '../finding.ts';
import {
  channelDefects,
  type DeliveryFacts,
  type RecorderFacts,
  recorderDefects,
} from '../health/recorder-facts.ts';
import { inert } from '../message.ts';
import { unreachable } from '../unreachable.ts';
import type { FailedReading, Reading } from './reading.ts';
import { type Trouble, unread } from './trouble.ts';

export interface LaneFacts {
  readonly lane: Lane;
  /** Assuming the executor role. The other readings are absent where selfheal could not enter. */
  readonly entry: Reading<true>;
  readonly recorders?: Reading<readonly RecorderFacts[]>;
  readonly channels?: Reading<readonly DeliveryFacts[]>;
  /** Whether the rule that forwards Config's events is there and on. */
  readonly forwarding?: Reading<'enabled' | 'disabled' | 'missing'>;
}

export const judgeLane = (facts: LaneFacts): readonly Trouble[] => {
  const { lane, entry, recorders, channels, forwarding } = facts;
  if (!entry.ok) return [notEntered(lane, entry)];
  const failed = [recorders, channels, forwarding].filter((reading) => reading?.ok === false);
  // Credentials that were good a moment ago are unknown to a Region that is off in the account.
  if (failed.some((reading) => reading?.ok === false && STRANGER.has(reading.code))) return [regionOff(lane)];
  return [
    ...(recorders === undefined ? [] : judged(lane, recorders, recorderTroubles)),
    ...(channels === undefined ? [] : judged(lane, channels, channelTroubles)),
    ...(forwarding === undefined ? [] : judged(lane, forwarding, forwardingTroubles)),
  ];
};

const STRANGER: ReadonlySet<string> = new Set(['UnrecognizedClientException', 'InvalidClientTokenId']);

const judged = <T>(
  lane: Lane,
  reading: Reading<T>,
  judge: (lane: Lane, value: T) => readonly Trouble[],
): readonly Trouble[] =>
  reading.ok ? judge(lane, reading.value) : [unread(laneId(lane), reading, checkAgain(lane))];

const checkAgain = (lane: Lane): string => `selfheal doctor --lane ${laneId(lane)}`;

const notEntered = (lane: Lane, failed: FailedReading): Trouble => {
  const denied = failed.code === 'AccessDenied' || failed.code === 'AccessDeniedException';
  if (!denied) return unread(laneId(lane), failed, checkAgain(lane));
  return { severity: 'broken', where: laneId(lane), ...whyDenied(lane, failed.message) };
};

/** AWS says who refused when a policy did; about the other account's role it says nothing at all. */
const whyDenied = ({ account }: Lane, message: string): Pick<Trouble, 'what' | 'mend'> => {
  const told = inert(message, 300);
  if (/service control policy/i.test(message))
    return {
      what: `selfheal may not enter: a service control policy of the organization denies it (${told})`,
      mend: `let the policy leave out the role selfheal-executor in account ${account}`,
    };
  if (/identity-based policy|permissions boundary|session policy/i.test(message))
    return {
      what: `selfheal may not enter: its own role in the hub does not allow it (${told})`,
      mend: 'deploy the hub stack again: npx osls deploy',
    };
  return {
    what: `selfheal may not enter: the role selfheal-executor is not there, or does not trust this hub's functions, or wants another ExternalId; AWS does not say which (${told})`,
    mend: `deploy the member stack to account ${account} again, with this hub's roles and ExternalId (docs/deploy.md)`,
  };
};

const regionOff = (lane: Lane): Trouble => ({
  severity: 'broken',
  where: laneId(lane),
  what: `Region ${lane.region} is not enabled in account ${lane.account}: it does not know credentials that are good elsewhere`,
  mend: `aws account enable-region --account-id ${lane.account} --region-name ${lane.region}, or leave the Region out of the aggregator`,
});

const recorderTroubles = (lane: Lane, recorders: readonly RecorderFacts[]): readonly Trouble[] => {
  const at = `--region ${lane.region}`;
  return recorderDefects(recorders).map((defect) => {
    switch (defect.kind) {
      case 'missing':
        return broken(
          lane,
          'Config has no recorder: nothing is evaluated, and nothing will be healed',
          `deploy the member stack there with its recorder (RecordConfig=scoped), or: aws configservice put-configuration-recorder … ${at}`,
        );
      case 'off':
        return broken(
          lane,
          `Config's recorder ${defect.name} is off${defect.since === undefined ? '' : ` since ${defect.since}`}: changes are not seen, verdicts do not come`,
          `aws configservice start-configuration-recorder --configuration-recorder-name ${defect.name} ${at}`,
        );
      case 'failing':
        return broken(
          lane,
          `Config's recorder ${defect.name} is on and fails: ${defect.error ?? 'it does not say why'}`,
          `mend its role or its bucket, then: aws configservice describe-configuration-recorder-status ${at}`,
        );
      case 'unclear':
        return unclear(lane, `Config's recorder ${defect.name}: ${defect.what}`);
      default:
        return unreachable(defect);
    }
  });
};

const channelTroubles = (lane: Lane, channels: readonly DeliveryFacts[]): readonly Trouble[] =>
  channelDefects(channels).map((defect) => {
    switch (defect.kind) {
      case 'no-channel':
        return broken(
          lane,
          'Config has no delivery channel: its recorder cannot be started',
          `deploy the member stack there with its recorder (RecordConfig=scoped), or: aws configservice put-delivery-channel … --region ${lane.region}`,
        );
      case 'undelivered':
        return broken(
          lane,
          `Config's delivery channel ${defect.name} does not deliver: ${defect.failure}`,
          `let Config write to its bucket and topic, then: aws configservice describe-delivery-channel-status --region ${lane.region}`,
        );
      case 'unclear-channel':
        return unclear(lane, `Config's delivery channel ${defect.name}: ${defect.what}`);
      default:
        return unreachable(defect);
    }
  });

const forwardingTroubles = (lane: Lane, rule: 'enabled' | 'disabled' | 'missing'): readonly Trouble[] =>
  rule === 'enabled'
    ? []
    : [
        broken(
          lane,
          `the rule that forwards Config's events to the hub is ${rule === 'missing' ? 'not there' : 'off'}: only sweeps find what breaks`,
          rule === 'missing'
            ? `deploy the member stack to ${laneId(lane)}`
            : `aws events enable-rule --name selfheal-forward-compliance-change --region ${lane.region}`,
        ),
      ];

const broken = (lane: Lane, what: string, mend: string): Trouble => ({
  severity: 'broken',
  where: laneId(lane),
  what: inert(what, 500),
  mend,
});

/** Config answered, and not in words that are known: it is not taken for well. */
const unclear = (lane: Lane, what: string): Trouble => ({
  severity: 'unknown',
  where: laneId(lane),
  what: inert(what, 500),
  mend: checkAgain(lane),
});
