/**
 * Follows one successful case in mode `auto`, from its event to `resolved`, and counts what it cost: API
 * calls, functions invoked before the start, DynamoDB units. A case in the same lane went before it, so that
 * clients, credentials and what is cached about the rule and the runbook are warm.
 */
import type { Ports } from '../domain/ports.ts';
import { minuteMs, secondMs } from '../domain/time.ts';
import { breakResource, createResource } from '../sandbox/world/admin.ts';
import { type DrivenWorld, drivenWorld } from '../test/support/driven-world.ts';
import type { Figure } from './figure.ts';
import { type DynamodbCall, watchDynamodb } from './watch-dynamodb.ts';

export interface HealedCase {
  /** Calls of selfheal by `service.Operation`, without Lambda's polling, EventBridge and the tick's looking. */
  readonly calls: Readonly<Record<string, number>>;
  readonly eventBridgeCalls: number;
  /** What the tick reads in that time with no case at all. */
  readonly tickCalls: number;
  readonly functionsUntilStart: number;
  readonly dynamodb: readonly DynamodbCall[];
}

export const followHealedCase = async (): Promise<HealedCase> => {
  const watch = watchDynamodb();
  const seen = createWitness();
  const world = await drivenWorld({ decorate: seen.around });
  try {
    const { sandbox } = world;
    for (const name of [WARM_UP_BUCKET, COUNTED_BUCKET])
      createResource(sandbox.world, { ...LANE, type: 'AWS::S3::Bucket', name }, sandbox.clock.nowMs());
    sandbox.wake();
    // Config finds the new buckets and judges them; that is no part of a case.
    await world.advance(3 * minuteMs);
    await heal(world, seen, WARM_UP_BUCKET);
    watch.reset();
    world.sandbox.calls.reset();
    seen.begin(() => invocationsEnded(world));
    const ticksBefore = ticksEnded(world);
    await heal(world, seen, COUNTED_BUCKET);
    const { calls } = watch;
    const { tallied, eventBridgeCalls } = tally(world.sandbox.calls.counts());
    watch.reset();
    const idleUntil = 2 * ticksEnded(world) - ticksBefore;
    while (ticksEnded(world) < idleUntil) await world.advance(secondMs);
    const dynamodb = without(calls, watch.calls);
    return {
      calls: { ...tallied, ...countBy(dynamodb.map(({ operation }) => `dynamodb.${operation}`)) },
      eventBridgeCalls,
      tickCalls: calls.length - dynamodb.length,
      functionsUntilStart: seen.functionsUntilStart(),
      dynamodb,
    };
  } finally {
    watch.stop();
    await world.close();
  }
};

const heal = async (world: DrivenWorld, seen: Witness, bucket: string): Promise<void> => {
  const { sandbox } = world;
  seen.forget();
  breakResource(sandbox.world, bucket, { ...LANE, rule: RULE, nowMs: sandbox.clock.nowMs() });
  sandbox.wake();
  await world.until(seen.isResolved, 15 * minuteMs);
  // What is sent after the last write, and a message that comes too late to matter, belong to the case.
  await world.advance(2 * minuteMs);
};

interface Witness {
  around(ports: Ports): Ports;
  forget(): void;
  isResolved(): boolean;
  /** @param invocationsEnded how many invocations have ended so far */
  begin(invocationsEnded: () => number): void;
  functionsUntilStart(): number;
}

/** Looks over the ports' shoulders: when the event was taken in, when the runbook started, when all was well. */
const createWitness = (): Witness => {
  let resolved = false;
  let ended = () => 0;
  let endedAtIntake: number | undefined;
  let endedAtStart: number | undefined;
  return {
    around: (ports) => ({
      ...ports,
      cases: {
        ...ports.cases,
        newestOf: (findingId) => {
          endedAtIntake ??= ended();
          return ports.cases.newestOf(findingId);
        },
      },
      runbooks: {
        ...ports.runbooks,
        start: (...args) => {
          endedAtStart ??= ended();
          return ports.runbooks.start(...args);
        },
      },
      events: {
        publish: async (changes) => {
          await ports.events.publish(changes);
          if (changes.some(({ to }) => to === 'resolved')) resolved = true;
        },
      },
    }),
    forget: () => {
      resolved = false;
      endedAtIntake = undefined;
      endedAtStart = undefined;
    },
    isResolved: () => resolved,
    begin: (invocationsEnded) => {
      ended = invocationsEnded;
    },
    functionsUntilStart: () => {
      if (endedAtIntake === undefined || endedAtStart === undefined)
        throw new Error('no start was seen: the case took another way than the one to be counted');
      return endedAtStart - endedAtIntake + 1;
    },
  };
};

/** An invocation of a queue ends with its batch deleted, the tick with its line in the log. */
const invocationsEnded = (world: DrivenWorld): number =>
  (world.sandbox.calls.counts()['sqs.DeleteMessageBatch'] ?? 0) + ticksEnded(world);

const ticksEnded = (world: DrivenWorld): number =>
  world.log.filter(({ message }) => message === 'tick').length;

/** What goes on with no case at all, in as many ticks, is no part of the case. */
const without = (calls: readonly DynamodbCall[], idle: readonly DynamodbCall[]): readonly DynamodbCall[] => {
  const left = idle.map(signature);
  return calls.filter((call) => {
    const found = left.indexOf(signature(call));
    if (found >= 0) left.splice(found, 1);
    return found < 0;
  });
};

const signature = ({ operation, key, indexName }: DynamodbCall): string =>
  [operation, key, indexName].join(' ');

const tally = (counts: Readonly<Record<string, number>>) => {
  const tallied: Record<string, number> = {};
  let eventBridgeCalls = 0;
  for (const [name, count] of Object.entries(counts)) {
    if (name.startsWith('events.')) eventBridgeCalls += count;
    else if (!LAMBDA_POLLING.has(name)) tallied[name] = count;
  }
  return { tallied, eventBridgeCalls };
};

const countBy = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

export const figuresOfHealedCase = (seen: HealedCase): Figure[] => {
  const { calls, dynamodb } = seen;
  const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
  const sum = (unitsOf: (call: DynamodbCall) => number) =>
    dynamodb.reduce((units, call) => units + unitsOf(call), 0);
  const table = sum(({ tableWriteUnits }) => tableWriteUnits);
  const indexes = sum(({ indexWriteUnits }) => indexWriteUnits);
  const isWrite = ({ readUnits }: DynamodbCall) => readUnits === 0;
  const serverOf = (which: (call: DynamodbCall) => boolean) =>
    dynamodb.filter(which).reduce((units, { serverUnits }) => units + serverUnits, 0);
  const bytesMax = Math.max(0, ...dynamodb.map(({ itemBytes = 0 }) => itemBytes));
  return [
    {
      what: 'API calls for one successful auto case, warm',
      value: total,
      unit: 'calls',
      budget: 16,
      how:
        'Event in to resolved, and two minutes on, after a first case in the same lane: SSM, Config, DynamoDB, ' +
        'SNS, SQS and STS together, as the sandbox and the DynamoDB client saw them. Not counted: Lambda ' +
        'receiving and deleting from queues, and what the tick reads, measured over as many ticks with no case at all ' +
        `(${seen.tickCalls} in that time).`,
      parts: [
        ...Object.entries(calls).map(([name, count]) => `${String(count).padStart(3)}  ${name}`),
        `${String(seen.eventBridgeCalls).padStart(3)}  events.PutEvents, apart`,
      ],
    },
    {
      what: 'functions invoked, event to StartAutomationExecution',
      value: seen.functionsUntilStart,
      unit: 'functions',
      budget: 1,
      how: 'Invocations that ended between the intake of the event and the start, and the one that starts.',
    },
    {
      what: 'DynamoDB write units of that case, indexes included',
      value: table + indexes,
      unit: 'units',
      budget: 40,
      how:
        "Worked out from the items written, by DynamoDB's rules: 1 KB a unit, the larger of before and after, " +
        'and the same for each index entry that is put or deleted, by its size.',
      parts: [
        `${table} for the table, ${indexes} for the indexes; the largest item was ${bytesMax} bytes`,
        `the embedded server counts ${serverOf(isWrite)}: the table alone, indexes it leaves out`,
      ],
    },
    {
      what: 'DynamoDB read units of that case',
      value: sum(({ readUnits }) => readUnits),
      unit: 'units',
      budget: 20,
      how: 'From the items read: 4 KB a unit, half of that where the read need not be consistent.',
      parts: [`the embedded server counts ${serverOf((call) => !isWrite(call))}`],
    },
  ];
};

const LANE = { account: '222222222222', region: 'us-east-1' };
const RULE = 'S3_BUCKET_VERSIONING_ENABLED';
const WARM_UP_BUCKET = 'bench-warm-up';
const COUNTED_BUCKET = 'bench-counted';
const LAMBDA_POLLING: ReadonlySet<string> = new Set(['sqs.ReceiveMessage', 'sqs.DeleteMessageBatch']);
