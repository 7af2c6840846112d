/**
 * How long the weekly report takes over a large history, and how much memory: made of what lies in DynamoDB, with the
 * digests of its cases, as on each Monday.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  type WriteRequest,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { type Case, isClosed } from '../domain/case/case.ts';
import { rowsSince } from '../domain/report/make-weekly-report.ts';
import { type Week, weekNamed } from '../domain/report/week.ts';
import { epochMs, type Instant, minuteMs, plusMs } from '../domain/time.ts';
import { toItem } from '../infra/dynamodb/case-item.ts';
import { tableDefinition } from '../infra/dynamodb/table.ts';
import { startDynamodb } from '../sandbox/dynamodb/dynamodb.ts';
import { caseHistory } from '../test/support/case-history.ts';
import type { Figure } from './figure.ts';

export interface ReportOrder {
  readonly endpoint: string;
  readonly tableName: string;
  readonly week: Week;
  readonly now: Instant;
}

export interface ReportRun {
  readonly seconds: number;
  /** That the report looked at. */
  readonly cases: number;
  /** In its week. */
  readonly opened: number;
  readonly reportBytes: number;
  /** Largest resident memory of its process. */
  readonly peakBytes: number;
  /** Of its process, all threads, while it made the report. */
  readonly cpuSeconds: number;
}

/** @param cases opened over twelve weeks, the last of them the one that is reported */
export const measureReport = async (cases: number, runs: number): Promise<readonly ReportRun[]> => {
  const week = weekNamed('2026-W47', 'Europe/Berlin');
  if (week === undefined) throw new Error('there is no week 2026-W47');
  const dynamodb = await startDynamodb({ account: ACCOUNT });
  const client = new DynamoDBClient({
    endpoint: dynamodb.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'bench' },
  });
  try {
    await client.send(new CreateTableCommand(tableDefinition(TABLE)));
    await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { TableName: TABLE });
    const { cases: history } = caseHistory({
      seed: 47,
      cases,
      fromMs: epochMs(rowsSince(week)),
      toMs: epochMs(week.to),
      timezones: [],
      leftOpenPercent: LEFT_OPEN_PERCENT,
    });
    await putAll(client, history);
    const order = { endpoint: dynamodb.endpoint, tableName: TABLE, week, now: plusMs(week.to, 5 * minuteMs) };
    const made: ReportRun[] = [];
    for (let run = 0; run < runs; run += 1) made.push(await makeOne(order));
    return made;
  } finally {
    client.destroy();
    await dynamodb.close();
  }
};

const makeOne = async (order: ReportOrder): Promise<ReportRun> => {
  const child = fork(new URL('./report-process.ts', import.meta.url), {
    execArgv: ['--import', 'tsx', ...HEAP_FLAGS],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the process that makes the report ended with ${code} before it had`);
  });
  child.send(order);
  const [run] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return run as ReportRun;
};

const putAll = async (client: DynamoDBClient, history: Iterable<Case>): Promise<void> => {
  const source = history[Symbol.iterator]();
  const writer = async (): Promise<void> => {
    for (let batch = take(source); batch.length > 0; batch = take(source)) {
      let left: WriteRequest[] = batch.map((about) => ({
        PutRequest: { Item: marshall(asIndexed(about), { removeUndefinedValues: true }) },
      }));
      while (left.length > 0) {
        const { UnprocessedItems } = await client.send(
          new BatchWriteItemCommand({ RequestItems: { [TABLE]: left } }),
        );
        left = UnprocessedItems?.[TABLE] ?? [];
      }
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
};

/**
 * The index of closed cases holds keys and rows. That of the embedded server holds all of an item, and reading it takes
 * as long as that does; so what the index has not is not put. A report that read more would find nothing.
 */
const asIndexed = (about: Case): Record<string, unknown> => {
  const { case: whole, ...indexed } = toItem(about);
  return isClosed(about.state) ? indexed : { ...indexed, case: whole };
};

const take = (source: Iterator<Case>): readonly Case[] => {
  const batch: Case[] = [];
  while (batch.length < BATCH) {
    const { value, done } = source.next();
    if (done) break;
    batch.push(value);
  }
  return batch;
};

/** Time is the best of the runs, memory the worst. */
export const figuresOfReport = (runs: readonly ReportRun[]): readonly Figure[] => {
  const [first] = runs;
  if (first === undefined) throw new Error('no report was made');
  const best = Math.min(...runs.map(({ seconds }) => seconds));
  const peakMb = Math.max(...runs.map(({ peakBytes }) => peakBytes)) / 2 ** 20;
  const how =
    'Cases of a generated history over twelve weeks, in the embedded DynamoDB as the index of DynamoDB has them; the report of the last week with its digests, made in a process of its own, run by tsx, over HTTP.';
  return [
    {
      what: `weekly report of ${first.cases} cases`,
      value: best,
      unit: 's',
      budget: 5,
      how: `${how} From the first query to the report; best of ${runs.length}. The embedded server's own work is in it.`,
      parts: runs.map(
        ({ seconds, cpuSeconds, opened, reportBytes }) =>
          `${seconds.toFixed(1)} s; ${cpuSeconds.toFixed(1)} s of processor time in the process that makes it; ${opened} cases opened in the week; ${Math.round(reportBytes / 1_024)} KB as JSON`,
      ),
    },
    {
      what: 'memory of the process that makes it, at most',
      value: Math.round(peakMb),
      unit: 'MB',
      budget: 300,
      how: `Resident memory at its highest, Node, tsx and the SDK included, with a heap limited to ${HEAP_MB} MB, which is enough; the worst of the runs.`,
    },
  ];
};

/** Lambda gives a heap by the function's memory too; without limits Node keeps what it no longer needs. */
const HEAP_MB = 224;
const HEAP_FLAGS = [`--max-old-space-size=${HEAP_MB}`];
const ACCOUNT = '222222222222';
const TABLE = 'selfheal-bench-report';
/** As many as one request takes. */
const BATCH = 25;
const WRITERS = 8;
/** Where selfheal works, few cases stay open: some hundred of fifty thousand. */
const LEFT_OPEN_PERCENT = 5;
