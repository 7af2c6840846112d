/** What the hub's facts say: queues, topics, table, buses, the policy in force and what is stopped. */
import { inert } from '../message.ts';
import type { FailedReading, Reading } from './reading.ts';
import { type Trouble, type TroubleSeverity, unread } from './trouble.ts';

export interface QueueFacts {
  readonly name: string;
  /** Undefined: there is no such queue. */
  readonly queue: Reading<
    | {
        readonly messages: number;
        /** Name of the queue to which SQS moves what fails again and again. */
        readonly deadLetterQueue?: string;
      }
    | undefined
  >;
  /** What it should be; a queue of dead letters has none of its own. */
  readonly deadLetterQueue?: string;
}

export interface TopicFacts {
  readonly name: string;
  /** Undefined: there is no such topic. */
  readonly topic: Reading<{ readonly confirmed: number; readonly pending: number } | undefined>;
}

export interface TableFacts {
  readonly status: string;
  /** Indexes by name, with their status. */
  readonly indexes: Readonly<Record<string, string>>;
}

export interface PolicyFacts {
  /** Why none can be trusted just now, if none can. */
  readonly doubt?: string;
  /** Newer versions that are not in force, each with the reason. */
  readonly refused: readonly string[];
}

export interface HubFacts {
  readonly queues: readonly QueueFacts[];
  readonly topics: readonly TopicFacts[];
  readonly tableName: string;
  readonly table: Reading<TableFacts>;
  readonly indexesWanted: readonly string[];
  /** Undefined where the store knows no such thing. */
  readonly pointInTimeRecovery: Reading<boolean | undefined>;
  readonly buses: readonly { readonly name: string; readonly bus: Reading<boolean> }[];
  readonly policy: Reading<PolicyFacts>;
  /** What is stopped, each in one line. */
  readonly stops: Reading<readonly string[]>;
  /** Those that are open, each in one line; none where the stops could not be read either. */
  readonly breakers: readonly string[];
  /** What should have been looked at long ago, if anything: a case or a lane. */
  readonly overdue: Reading<string | undefined>;
}

export const judgeHub = (facts: HubFacts): readonly Trouble[] => [
  ...facts.queues.flatMap(queueTroubles),
  ...facts.topics.flatMap(topicTroubles),
  ...tableTroubles(facts),
  ...recoveryTroubles(facts),
  ...facts.buses.flatMap(({ name, bus }) => busTroubles(name, bus)),
  ...policyTroubles(facts.policy),
  ...stopTroubles(facts.stops),
  ...facts.breakers.map((breaker) =>
    trouble(
      'risk',
      'breakers',
      breaker,
      'mend why the attempts fail; a probe closes it then, or: selfheal breaker reset --rule X or --runbook Y --reason "..."',
    ),
  ),
  ...timerTroubles(facts.overdue),
];

const DEPLOY_HUB = 'deploy the hub stack again: npx osls deploy';
const AGAIN = 'selfheal doctor';

const queueTroubles = ({ name, queue, deadLetterQueue }: QueueFacts): readonly Trouble[] => {
  const where = `queue ${name}`;
  if (!queue.ok) return [unread(where, queue, AGAIN)];
  if (queue.value === undefined) return [trouble('broken', where, 'is not there', DEPLOY_HUB)];
  const { messages, deadLetterQueue: actual } = queue.value;
  if (deadLetterQueue !== undefined && actual !== deadLetterQueue)
    return [
      trouble(
        'broken',
        where,
        `moves what fails again and again to ${actual ?? 'nowhere'}, not to ${deadLetterQueue}: it would be lost, or block its neighbours`,
        DEPLOY_HUB,
      ),
    ];
  return deadLetterQueue === undefined && messages > 0
    ? [
        trouble(
          'risk',
          where,
          `${messages === 1 ? 'one message lies' : `${messages} messages lie`} there that nobody works on`,
          'selfheal dlq list; when what stopped them is mended: selfheal dlq redrive',
        ),
      ]
    : [];
};

const topicTroubles = ({ name, topic }: TopicFacts): readonly Trouble[] => {
  const where = `topic ${name}`;
  if (!topic.ok) return [unread(where, topic, AGAIN)];
  if (topic.value === undefined)
    return [trouble('broken', where, 'the policy tells people there, and it is not there', DEPLOY_HUB)];
  const { confirmed, pending } = topic.value;
  if (confirmed > 0) return [];
  return [
    trouble(
      'risk',
      where,
      pending > 0
        ? `${pending} subscribed, and nobody has confirmed: nobody is told anything`
        : 'nobody is subscribed: nobody is told anything',
      pending > 0
        ? 'follow the link in the message that SNS sent them'
        : `aws sns subscribe --topic-arn ARN-OF-${name} --protocol email --notification-endpoint YOU`,
    ),
  ];
};

const tableTroubles = ({ table, tableName, indexesWanted }: HubFacts): readonly Trouble[] => {
  const where = `table ${tableName}`;
  if (!table.ok)
    return [
      missing(table) ? trouble('broken', where, 'is not there', DEPLOY_HUB) : unread(where, table, AGAIN),
    ];
  const { status, indexes } = table.value;
  const wrong = indexesWanted.filter((name) => indexes[name] !== 'ACTIVE');
  return [
    ...(WORKING.has(status)
      ? []
      : [trouble('broken', where, `is ${status}`, `wait until it is ACTIVE, then: ${AGAIN}`)]),
    ...wrong.map((name) =>
      trouble('broken', where, `its index ${name} is ${indexes[name] ?? 'not there'}`, DEPLOY_HUB),
    ),
  ];
};

/** While it is being updated a table reads and writes as ever. */
const WORKING: ReadonlySet<string> = new Set(['ACTIVE', 'UPDATING']);

const missing = ({ code }: FailedReading): boolean => code === 'ResourceNotFoundException';

const recoveryTroubles = ({ pointInTimeRecovery: recovery, tableName }: HubFacts): readonly Trouble[] => {
  const where = `table ${tableName}`;
  if (!recovery.ok) return missing(recovery) ? [] : [unread(where, recovery, AGAIN)];
  return recovery.value === false
    ? [
        trouble(
          'risk',
          where,
          'has no point-in-time recovery: what is deleted by mistake is gone',
          DEPLOY_HUB,
        ),
      ]
    : [];
};

const busTroubles = (name: string, bus: Reading<boolean>): readonly Trouble[] => {
  const where = `event bus ${name}`;
  if (!bus.ok) return [unread(where, bus, AGAIN)];
  return bus.value ? [] : [trouble('broken', where, 'is not there', DEPLOY_HUB)];
};

const policyTroubles = (policy: Reading<PolicyFacts>): readonly Trouble[] => {
  const where = 'policy';
  if (!policy.ok) return [unread(where, policy, AGAIN)];
  const { doubt, refused } = policy.value;
  const mend = 'selfheal policy versions; then publish a valid one: selfheal policy publish policy.yml';
  return [
    ...(doubt === undefined
      ? []
      : [trouble('broken', where, `none can be trusted, so nothing is started: ${doubt}`, mend)]),
    ...refused.map((version) => trouble('risk', where, `${version}: the one before stays in force`, mend)),
  ];
};

const stopTroubles = (stops: Reading<readonly string[]>): readonly Trouble[] => {
  if (!stops.ok) return [unread('stop switches', stops, AGAIN)];
  return stops.value.map((stop) =>
    trouble('risk', 'stop switches', stop, 'when its reason is gone: selfheal resume'),
  );
};

const timerTroubles = (overdue: Reading<string | undefined>): readonly Trouble[] => {
  if (!overdue.ok) return [unread('timer', overdue, AGAIN)];
  return overdue.value === undefined
    ? []
    : [
        trouble(
          'broken',
          'timer',
          `${overdue.value} should have been looked at more than ${OVERDUE_MINUTES} minutes ago, and was not`,
          'look at the logs of the functions tick and wake, and whether they are throttled',
        ),
      ];
};

/** The timer comes once a minute, and a wake-up waits behind others; much later than that something stands still. */
export const OVERDUE_MINUTES = 15;

const trouble = (severity: TroubleSeverity, where: string, what: string, mend: string): Trouble => ({
  severity,
  where,
  what: inert(what, 500),
  mend,
});
