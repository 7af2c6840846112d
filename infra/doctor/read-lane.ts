/** A lane's facts, each read by itself: what one question does not answer, the others still can. */
import { DescribeRuleCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { LaneFacts } from '../../domain/doctor/judge-lane.ts';
import type { Reading } from '../../domain/doctor/reading.ts';
import type { Lane } from '../../domain/finding.ts';
import { readChannels, readRecorders } from '../config/recorder-health.ts';
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
