/** How messages name things: resources, accounts, times. All that comes from outside is made harmless here. */
import type { Finding } from '../finding.ts';
import { inert } from '../message.ts';
import { epochMs, type Instant, instant, minuteMs } from '../time.ts';
import { redactText } from './redact.ts';

/** One line of text from outside: no control characters, no secret, cut to length. */
export const shown = (text: string, charsMax: number): string => {
  // Long before it is cut: nobody reads what comes then, and a megabyte of it is not searched for secrets.
  const line = inert(text.slice(0, charsMax * 4 + 200), charsMax * 4 + 200);
  return inert(redactText(line), charsMax);
};

/**
 * A type in words that people use.
 *
 * @example
 * typeWords('AWS::S3::Bucket') // 'S3 bucket'
 * typeWords('AWS::EC2::SecurityGroup') // 'security group'
 */
export const typeWords = (resourceType: string): string => {
  const [, service = '', kind = ''] = resourceType.split('::');
  const words = kind
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(' ')
    .map((word) => (word === word.toUpperCase() ? word : word.toLowerCase()))
    .join(' ');
  const name = SERVICES[service] ?? service;
  return shown([name, words].filter((part) => part !== '').join(' ') || resourceType, 60);
};

/** What their resources are called without them, or under a shorter name. */
const SERVICES: Readonly<Record<string, string>> = {
  EC2: '',
  ElasticLoadBalancing: 'classic',
  ElasticLoadBalancingV2: '',
  KMS: 'KMS',
  SecretsManager: '',
  ApiGateway: 'API Gateway',
  AutoScaling: '',
  StepFunctions: 'Step Functions',
};

/** The part of a resource's id by which people know it: of an ARN what names the thing. */
export const shortId = (resourceId: string): string => {
  const arn = /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.+)$/s.exec(resourceId.slice(0, 2_000));
  return arn?.[1]?.split(/[:/]/).findLast((part) => part !== '') ?? resourceId;
};

/** True where the finding is about an account and nothing in it. */
export const isAboutAccount = ({ resourceType }: Pick<Finding, 'resourceType'>): boolean =>
  resourceType === 'AWS::::Account' || resourceType === 'AWS::S3::AccountPublicAccessBlock';

/** `2026-11-21 03:00Z`: to the minute, in UTC, which is what everybody on call agrees on. */
export const shownTime = (at: Instant): string => {
  const ms = epochMs(at);
  return Number.isNaN(ms)
    ? shown(at, 40)
    : instant(ms)
        .replace('T', ' ')
        .replace(/:\d\d\.\d+Z$/, 'Z');
};

/**
 * A stretch of time as one says it.
 *
 * @example
 * inWords(90 * 60_000) // '90 minutes'
 */
export const inWords = (ms: number): string => {
  const minutes = Math.max(0, Math.round(ms / minuteMs));
  if (minutes < 120) return counted(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  return hours < 48 ? counted(hours, 'hour') : counted(Math.round(hours / 24), 'day');
};

/** @example counted(1, 'case') // '1 case' */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** @example ordinal(2) // 'second' */
export const ordinal = (count: number): string =>
  ['', 'first', 'second', 'third', 'fourth', 'fifth'][count] ?? `${count}th`;

/** @example listed(['a', 'b', 'c']) // 'a, b or c' */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
