/**
 * What healing costs on AWS: the requests of one case, measured or counted, times AWS's prices. Prices are
 * us-east-1's list prices without free tiers; look them up for your Region before you quote the sum.
 */

import { OPEN_STATES } from '../domain/case/case.ts';
import { METRICS, type Metric } from '../domain/metrics.ts';
import { AUTOMATION_STEPS_A_RUN, DOLLARS_PER_AUTOMATION_STEP } from '../domain/price-of-run.ts';

/** What one successful case in mode `auto` uses, from its event to `resolved`. */
export interface CaseUsage {
  readonly automationSteps: number;
  readonly dynamodbWriteUnits: number;
  readonly dynamodbReadUnits: number;
  /** Events that are paid for: forwarded from a member to the hub, and selfheal's own. */
  readonly customEvents: number;
  /** A message is sent, received and deleted. */
  readonly sqsRequests: number;
  readonly lambdaInvocations: number;
  readonly lambdaGbSeconds: number;
  readonly snsMessages: number;
}

/** What runs whether or not there are cases, in a month. */
export interface IdleUsage {
  readonly sqsRequests: number;
  readonly lambdaInvocations: number;
  readonly lambdaGbSeconds: number;
  readonly dynamodbReadUnits: number;
  readonly watching: Watching;
}

/** What is paid for by the month in CloudWatch. */
export interface Watching {
  readonly alarms: number;
  /** Each combination of a name and values of dimensions is one. */
  readonly metrics: number;
  readonly dashboards: number;
}

interface Price {
  readonly what: string;
  /** US dollars for a million. */
  readonly perMillion: number;
}

export const PRICES = {
  automationSteps: { what: 'SSM Automation steps', perMillion: DOLLARS_PER_AUTOMATION_STEP * 1_000_000 },
  dynamodbWriteUnits: { what: 'DynamoDB write request units', perMillion: 0.625 },
  dynamodbReadUnits: { what: 'DynamoDB read request units', perMillion: 0.125 },
  customEvents: { what: 'EventBridge custom events', perMillion: 1 },
  sqsRequests: { what: 'SQS requests', perMillion: 0.4 },
  lambdaInvocations: { what: 'Lambda invocations', perMillion: 0.2 },
  lambdaGbSeconds: { what: 'Lambda GB-seconds', perMillion: 16.67 },
  snsMessages: { what: 'SNS messages', perMillion: 0.5 },
} as const satisfies Readonly<Record<keyof CaseUsage, Price>>;

const DOLLARS_A_MONTH = { alarms: 0.1, metrics: 0.3, dashboards: 3 } as const satisfies Readonly<
  Record<keyof Watching, number>
>;

export interface CostRow {
  readonly what: string;
  readonly perCase: number;
  readonly dollarsPerMillion: number;
  readonly dollarsPer1000Cases: number;
  readonly dollarsPer1000000Cases: number;
}

/** @example costOfCases({ ...usage, automationSteps: 3 })[0].dollarsPer1000Cases // 6 */
export const costOfCases = (usage: CaseUsage): readonly CostRow[] =>
  (Object.keys(PRICES) as (keyof CaseUsage)[]).map((key) => {
    const { what, perMillion } = PRICES[key];
    const dollarsPer1000000Cases = usage[key] * perMillion;
    return {
      what,
      perCase: usage[key],
      dollarsPerMillion: perMillion,
      dollarsPer1000Cases: dollarsPer1000000Cases / 1_000,
      dollarsPer1000000Cases,
    };
  });

/** US dollars a month with no case at all. */
export const costOfIdling = (usage: IdleUsage): number => {
  const { watching, ...requests } = usage;
  const dollars = Object.entries(requests).map(
    ([key, count]) => (count * PRICES[key as keyof typeof requests].perMillion) / 1_000_000,
  );
  const watched = Object.entries(watching).map(
    ([key, count]) => count * DOLLARS_A_MONTH[key as keyof Watching],
  );
  return [...dollars, ...watched].reduce((sum, each) => sum + each, 0);
};

/**
 * One case that heals at the first attempt. DynamoDB's units are measured by `npm run bench`; so are the
 * messages: Config's two events and SSM's one, each forwarded to the hub and through a queue; five events of
 * selfheal's own.
 */
export const HEALED_CASE: CaseUsage = {
  automationSteps: AUTOMATION_STEPS_A_RUN,
  dynamodbWriteUnits: 34,
  dynamodbReadUnits: 3.5,
  customEvents: 3 + 5,
  sqsRequests: 3 * 3,
  lambdaInvocations: 3,
  /** Three invocations of half a second at 512 MB. */
  lambdaGbSeconds: 3 * 0.5 * 0.5,
  snsMessages: 0,
};

const SECONDS_A_MONTH = 30 * 24 * 3_600;
const TICKS_A_MONTH = SECONDS_A_MONTH / 60;
/** Lambda keeps five receivers at each of three queues, each of which waits for 20 s. */
const EMPTY_RECEIVES_A_MONTH = (3 * 5 * SECONDS_A_MONTH) / 20;

const MEASUREMENTS_A_MONTH = SECONDS_A_MONTH / 300;

export const idleUsage = (watching: Watching): IdleUsage => ({
  sqsRequests: EMPTY_RECEIVES_A_MONTH,
  lambdaInvocations: TICKS_A_MONTH + MEASUREMENTS_A_MONTH,
  /** A tick takes 0.2 s at 512 MB, a measurement of a few lanes a second at 1 GB. */
  lambdaGbSeconds: TICKS_A_MONTH * 0.2 * 0.5 + MEASUREMENTS_A_MONTH,
  /** Three queries, stale by choice, and one item read for sure; a measurement asks a dozen times. */
  dynamodbReadUnits: TICKS_A_MONTH * 2.5 + MEASUREMENTS_A_MONTH * 12,
  watching,
});

/** The metrics that are written even where nothing happens: what is measured, and that it was. */
export const metricsAtRest = (): number =>
  Object.values(METRICS as Readonly<Record<string, Metric>>)
    .filter(({ kind }) => kind === 'gauge')
    .reduce((sum, { dimensions }) => sum + (dimensions.length === 0 ? 1 : OPEN_STATES.length), 1);
