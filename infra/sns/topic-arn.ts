/** A policy names a topic by its name in the hub, or by the ARN of one that is somewhere else. */
import type { Settings } from '../settings.ts';

/** @example topicArn(settings, 'selfheal-oncall') // 'arn:aws:sns:us-east-1:222222222222:selfheal-oncall' */
export const topicArn = (
  { region, hubAccount }: Pick<Settings, 'region' | 'hubAccount'>,
  topic: string,
): string => (topic.startsWith('arn:') ? topic : `arn:aws:sns:${region}:${hubAccount}:${topic}`);
