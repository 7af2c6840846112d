/**
 * How many compliance events a second the local service takes in: events go onto the bus of the sandbox's
 * accounts, and the clock stops when their queue is empty and every finding has its case.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { clientSettings, HUB_REGION, TABLE_NAME } from '../sandbox/deployment.ts';
import { HUB_ACCOUNT } from '../sandbox/world/roles.ts';
import { type Figure, tidy } from './figure.ts';
import type { IntakeReply } from './intake-service.ts';

export interface IntakeSizes {
  readonly newFindings: number;
  readonly duplicates: number;
  /** Over how many events memory is watched, all of the above included. */
  readonly eventsInAll: number;
}

export interface Intake extends IntakeSizes {
  readonly newPerSecond: number;
  readonly duplicatesPerSecond: number;
  /** Processor time of the whole process: unlike the rates it says little of what else the machine does. */
  readonly cpuMsPerNew: number;
  readonly cpuMsPerDuplicate: number;
  readonly memory: readonly {
    readonly events: number;
    readonly heapMb: number;
    readonly residentMb: number;
  }[];
}

export const measureIntake = async (sizes: IntakeSizes): Promise<Intake> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'selfheal-bench-'));
  const child = startChild(dataDir);
  try {
    const { sandboxUrl } = await reply(child, 'started');
    const pump = createPump(sandboxUrl);
    const memory: { events: number; heapMb: number; residentMb: number }[] = [];
    let events = 0;
    let cpuMicros = 0;
    /** Notes the memory in use, and answers the processor time since the last look. */
    const look = async (): Promise<number> => {
      const asked = reply(child, 'state');
      child.send('state');
      const state = await asked;
      memory.push({ events, heapMb: inMb(state.heapBytes), residentMb: inMb(state.residentBytes) });
      const sinceMicros = state.cpuMicros - cpuMicros;
      cpuMicros = state.cpuMicros;
      return sinceMicros;
    };
    const take = async (findings: readonly object[]) => {
      const perSecond = await pump(findings);
      events += findings.length;
      return { perSecond, cpuMsPerEvent: (await look()) / 1_000 / findings.length };
    };

    await take(findingsOf(0, WARM_UP));
    const fresh = findingsOf(WARM_UP, sizes.newFindings);
    const taken = await take(fresh);
    const again = Array.from({ length: sizes.duplicates }, (_, n) => fresh[n % fresh.length] as object);
    const takenAgain = await take(again);
    while (events < sizes.eventsInAll) await take(again.slice(0, sizes.eventsInAll - events));
    await expectCases(sandboxUrl, WARM_UP + sizes.newFindings);
    return {
      ...sizes,
      newPerSecond: taken.perSecond,
      duplicatesPerSecond: takenAgain.perSecond,
      cpuMsPerNew: taken.cpuMsPerEvent,
      cpuMsPerDuplicate: takenAgain.cpuMsPerEvent,
      memory,
    };
  } finally {
    child.disconnect();
    await once(child, 'exit');
    rmSync(dataDir, { recursive: true, force: true });
  }
};

const startChild = (dataDir: string): ChildProcess =>
  fork(new URL('./intake-service.ts', import.meta.url), [dataDir], {
    execArgv: ['--import', 'tsx', '--expose-gc', ...(process.env.BENCH_NODE_FLAGS?.split(' ') ?? [])],
  });

const reply = <K extends IntakeReply['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<IntakeReply, { kind: K }>> =>
  new Promise((resolve, reject) => {
    const onExit = (code: number | null) =>
      reject(new Error(`the service under load ended with ${code} before it was ${kind}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message as Extract<IntakeReply, { kind: K }>);
    });
  });

/** Answers events a second, from the first post until the queue is empty and nothing is at work. */
const createPump = (sandboxUrl: string) => {
  const sqs = new SQSClient(clientSettings(sandboxUrl, HUB_ACCOUNT, HUB_REGION));
  let queueUrl: string | undefined;
  const left = async (): Promise<number> => {
    queueUrl ??= (await sqs.send(new GetQueueUrlCommand({ QueueName: QUEUE }))).QueueUrl;
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return Object.values(Attributes ?? {}).reduce((sum, count) => sum + Number(count), 0);
  };
  return async (events: readonly object[]): Promise<number> => {
    await left();
    const startedAt = performance.now();
    for (let from = 0; from < events.length; from += POST_MAX) {
      const answer = await fetch(`${sandboxUrl}/_sandbox/events`, {
        method: 'POST',
        body: JSON.stringify(events.slice(from, from + POST_MAX)),
      });
      const { refused } = (await answer.json()) as { refused: number };
      if (refused !== 0) throw new Error(`the sandbox refused ${refused} of the events`);
    }
    while ((await left()) > 0) await sleep(POLL_MS);
    return events.length / ((performance.now() - startedAt) / 1_000);
  };
};

/** An empty queue alone would not show that every finding has its case: the figures of such a run are void. */
const expectCases = async (sandboxUrl: string, expected: number): Promise<void> => {
  const dynamodb = new DynamoDBClient(clientSettings(sandboxUrl, HUB_ACCOUNT, HUB_REGION));
  const pages = paginateScan(
    { client: dynamodb },
    {
      TableName: TABLE_NAME,
      Select: 'COUNT',
      ConsistentRead: true,
      FilterExpression: 'begins_with(pk, :case)',
      ExpressionAttributeValues: { ':case': { S: 'case#' } },
    },
  );
  let found = 0;
  for await (const { Count = 0 } of pages) found += Count;
  if (found !== expected) throw new Error(`${expected} findings were posted, ${found} have their case`);
};

/** Databases that nobody knows of, spread over the lanes: a rule that the default policy only observes. */
const findingsOf = (from: number, count: number): object[] => {
  const recordedAt = new Date().toISOString();
  return Array.from({ length: count }, (_, n) => finding(from + n, recordedAt));
};

const finding = (number: number, recordedAt: string): object => {
  const lane = LANES[number % LANES.length] as (typeof LANES)[number];
  const resourceId = `db-BENCH${String(number).padStart(20, '0')}`;
  return {
    version: '0',
    id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    'detail-type': 'Config Rules Compliance Change',
    source: 'aws.config',
    account: lane.account,
    time: recordedAt,
    region: lane.region,
    resources: [],
    detail: {
      resourceId,
      awsRegion: lane.region,
      awsAccountId: lane.account,
      configRuleName: RULE,
      recordVersion: '1.0',
      configRuleARN: `arn:aws:config:${lane.region}:${lane.account}:config-rule/config-rule-bench1`,
      messageType: 'ComplianceChangeNotification',
      newEvaluationResult: {
        evaluationResultIdentifier: {
          evaluationResultQualifier: {
            configRuleName: RULE,
            resourceType: RESOURCE_TYPE,
            resourceId,
            evaluationMode: 'DETECTIVE',
          },
          orderingTimestamp: recordedAt,
        },
        complianceType: 'NON_COMPLIANT',
        resultRecordedTime: recordedAt,
        configRuleInvokedTime: recordedAt,
      },
      notificationCreationTime: recordedAt,
      resourceType: RESOURCE_TYPE,
    },
  };
};

export const figuresOfIntake = (runs: readonly Intake[]): Figure[] => {
  const [first] = runs;
  if (first === undefined) throw new Error('no run to tell of');
  const best = (of: (run: Intake) => number) => Math.max(...runs.map(of));
  const least = (of: (run: Intake) => number) => Math.min(...runs.map(of));
  const { memory } = runs.reduce((longest, run) => (run.eventsInAll > longest.eventsInAll ? run : longest));
  const start = memory[2];
  const end = memory[memory.length - 1];
  return [
    {
      what: 'local service: new findings taken in',
      value: best(({ newPerSecond }) => newPerSecond),
      unit: '/s',
      budget: 300,
      budgetIsFloor: true,
      how:
        `${first.newFindings} findings of ${RULE}, which the default policy observes, in ${LANES.length} lanes; ` +
        'from the first event posted to the queue empty and every case written. One process: service, sandbox ' +
        `and DynamoDB together, with its data on disk. Best of ${runs.length}.`,
      parts: [
        `processor time of a new finding, all threads: ${tidy(least(({ cpuMsPerNew }) => cpuMsPerNew))} ms`,
      ],
    },
    {
      what: 'local service: duplicates taken in',
      value: best(({ duplicatesPerSecond }) => duplicatesPerSecond),
      unit: '/s',
      budget: 1_000,
      budgetIsFloor: true,
      how: `${first.duplicates} events, each of them known already. Best of ${runs.length}.`,
      parts: [
        `processor time of a duplicate, all threads: ${tidy(least(({ cpuMsPerDuplicate }) => cpuMsPerDuplicate))} ms`,
      ],
    },
    ...(start && end && end.events > start.events
      ? [
          {
            what: `local service: heap growth, event ${start.events} to ${end.events}`,
            value: end.heapMb - start.heapMb,
            unit: 'MB',
            how: 'Heap in use after a full collection, with the events between posted as duplicates.',
            parts: memory.map(
              ({ events, heapMb, residentMb }) =>
                `after ${events} events: heap ${heapMb} MB, resident ${residentMb} MB`,
            ),
          },
        ]
      : []),
  ];
};

const inMb = (bytes: number): number => Math.round(bytes / 104_857.6) / 10;

const QUEUE = 'selfheal-compliance';
const RULE = 'rds-storage-encrypted';
const RESOURCE_TYPE = 'AWS::RDS::DBInstance';
const LANES = ['222222222222', '333333333333'].flatMap((account) =>
  ['us-east-1', 'eu-west-1'].map((region) => ({ account, region })),
);
const WARM_UP = 500;
const POST_MAX = 1_000;
/** Each look counts the queue through, and its cost is the service's. */
const POLL_MS = 100;
