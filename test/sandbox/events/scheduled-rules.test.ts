import {
  CreateEventBusCommand,
  DescribeRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { describe, expect, it, test } from 'vitest';
import { functionKey, functionTable, permissionTable } from '../../../sandbox/lambda/records.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { InvalidSchedule, parseSchedule } from '../../../sandbox/services/events/schedule.ts';
import { clientsOf, HUB, openSandbox, refusal, START_MS } from '../core/with-sandbox.ts';

const REGION = 'us-east-1';
const ARN = `arn:aws:lambda:${REGION}:${HUB}:function:tick`;
const MINUTE_MS = 60_000;

const withFunction = ({ world }: Sandbox, isPermitted = true): void => {
  const place = { account: HUB, region: REGION };
  functionTable(world).put(functionKey(HUB, REGION, 'tick'), {
    ...place,
    name: 'tick',
    roleArn: `arn:aws:iam::${HUB}:role/tick`,
    handler: 'index.handler',
    runtime: 'nodejs22.x',
    timeoutSeconds: 30,
    memoryMb: 256,
    environment: {},
    codePath: '/nowhere',
  });
  if (isPermitted)
    permissionTable(world).put(`${functionKey(HUB, REGION, 'tick')}/events`, {
      ...place,
      functionName: 'tick',
      id: 'events',
      principal: 'events.amazonaws.com',
      action: 'lambda:InvokeFunction',
      sourceArn: `arn:aws:events:${REGION}:${HUB}:rule/*`,
    });
};

const everyMinute = async (sandbox: Sandbox): Promise<void> => {
  const { events } = clientsOf(sandbox);
  await events.send(new PutRuleCommand({ Name: 'every-minute', ScheduleExpression: 'rate(1 minute)' }));
  await events.send(new PutTargetsCommand({ Rule: 'every-minute', Targets: [{ Id: 'tick', Arn: ARN }] }));
};

/** What the function was given, and when; it fails as often as it is told to. */
const runs = (sandbox: Sandbox, failures = 0) => {
  const seen: { readonly atMs: number; readonly event: Record<string, unknown> }[] = [];
  sandbox.functions.connect(async (_record, payload) => {
    seen.push({ atMs: sandbox.clock.nowMs() - START_MS, event: JSON.parse(payload) });
    return seen.length > failures;
  });
  return seen;
};

const minutesPass = async (sandbox: Sandbox, count: number): Promise<void> => {
  for (let n = 0; n < count; n += 1) {
    sandbox.advanceBy(MINUTE_MS);
    await Promise.resolve();
    await Promise.resolve();
  }
};

describe('a scheduled rule', () => {
  it('invokes its function every minute of sandbox time', async () => {
    const sandbox = await openSandbox();
    withFunction(sandbox);
    const seen = runs(sandbox);
    await everyMinute(sandbox);
    await minutesPass(sandbox, 3);
    expect(seen.map(({ atMs }) => atMs)).toEqual([1, 2, 3].map((n) => n * MINUTE_MS));
    expect(seen[0]?.event).toMatchObject({
      source: 'aws.events',
      'detail-type': 'Scheduled Event',
      resources: [`arn:aws:events:${REGION}:${HUB}:rule/every-minute`],
      time: '2026-01-01T00:01:00Z',
    });
  });

  it('does not invoke a function that permits no rule to', async () => {
    const sandbox = await openSandbox();
    withFunction(sandbox, false);
    const seen = runs(sandbox);
    await everyMinute(sandbox);
    await minutesPass(sandbox, 2);
    expect(seen).toEqual([]);
  });

  it('invokes again after an error: a minute later, then two', async () => {
    const sandbox = await openSandbox();
    withFunction(sandbox);
    await everyMinute(sandbox);
    const seen = runs(sandbox, 9);
    await minutesPass(sandbox, 4);
    const first = seen.filter(({ event }) => event.time === '2026-01-01T00:01:00Z');
    expect(first.map(({ atMs }) => atMs / MINUTE_MS)).toEqual([1, 2, 4]);
  });

  it('is taken on the default bus only, and told as it was put', async () => {
    const { events } = clientsOf(await openSandbox());
    await events.send(new CreateEventBusCommand({ Name: 'own' }));
    const onOwn = new PutRuleCommand({
      Name: 'r',
      ScheduleExpression: 'rate(1 minute)',
      EventBusName: 'own',
    });
    expect(await refusal(events.send(onOwn))).toMatchObject({
      name: 'ValidationException',
      message: 'ScheduleExpression is supported only on the default event bus.',
    });
    await events.send(new PutRuleCommand({ Name: 'r', ScheduleExpression: 'rate(5 minutes)' }));
    expect((await events.send(new DescribeRuleCommand({ Name: 'r' }))).ScheduleExpression).toBe(
      'rate(5 minutes)',
    );
  });
});

test.each([
  ['rate(5 minutes)', '2026-01-01T00:05:00Z'],
  ['rate(1 day)', '2026-01-02T00:00:00Z'],
  ['cron(0 8 ? * MON *)', '2026-01-05T08:00:00Z'],
  ['cron(0/15 * * * ? *)', '2026-01-01T00:15:00Z'],
  ['cron(30 6 1,15 * ? *)', '2026-01-01T06:30:00Z'],
  ['cron(0 0 29 FEB ? *)', '2028-02-29T00:00:00Z'],
  ['cron(0 12 ? * MON-FRI 2027)', '2027-01-01T12:00:00Z'],
])('%s fires next at %s', (expression, expected) => {
  expect(parseSchedule(expression).nextAfter(START_MS)).toBe(Date.parse(expected));
});

test.each([
  'rate(1 minutes)',
  'rate(5 minute)',
  'rate(0 minutes)',
  'every day',
  'cron(0 8 * * * *)',
  'cron(61 8 ? * MON *)',
  'cron(0 8 ? *)',
])('%s is no schedule', (expression) => expect(() => parseSchedule(expression)).toThrow(InvalidSchedule));
