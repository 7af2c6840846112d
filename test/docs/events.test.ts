import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minuteMs } from '../../domain/time.ts';
import { clientSettings, EVENT_BUS_NAME, HUB_REGION } from '../../sandbox/deployment.ts';
import { breakResource } from '../../sandbox/world/admin.ts';
import { HUB_ACCOUNT } from '../../sandbox/world/roles.ts';
import { type DrivenWorld, drivenWorld } from '../support/driven-world.ts';
import { queueFor } from '../support/queue-for.ts';
import { codeBlocks } from './markdown.ts';

const documented = (kind: string) => {
  const block = codeBlocks('docs/events.md').find(({ info }) => info[0] === 'json' && info[1] === kind);
  return JSON.parse(block?.text ?? '');
};

const ajv = new Ajv({ allErrors: true, strict: false, formats: { 'date-time': isInstant } });
const validate = ajv.compile(documented('schema'));

function isInstant(text: string): boolean {
  return /Z$/.test(text) && new Date(text).toISOString() === text;
}

let world: DrivenWorld;
beforeAll(async () => {
  world = await drivenWorld();
});
afterAll(() => world.close());

describe('the events that selfheal publishes', () => {
  it('are as docs/events.md says, from the opening to the end, and its pattern finds those for people', async () => {
    const everything = await listen('everything', { source: ['selfheal'] });
    const forPeople = await listen('for-people', documented('pattern'));
    breakIt('shop-prod-invoices-us-east-1', 'S3_BUCKET_VERSIONING_ENABLED');
    breakIt('shop-prod-payroll-us-east-1', 'S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED');
    await world.until(async () => {
      const states = (await world.cases()).map(({ state }) => state.name);
      return states.includes('resolved') && states.includes('awaiting-approval');
    }, 10 * minuteMs);

    const events = await everything();
    for (const { detail } of events) expect(validate(detail) || [detail, validate.errors]).toBe(true);
    expect(new Set(events.map((event) => event['detail-type']))).toEqual(
      new Set(['Selfheal Case State Changed']),
    );
    expect(new Set(events.map(({ detail }) => detail.to))).toEqual(
      new Set(['starting', 'running', 'verifying', 'resolved', 'awaiting-approval']),
    );
    expect(events.find(({ detail }) => detail.to === 'starting')?.detail).toMatchObject({
      from: null,
      caseVersion: 2,
      what: 'attempt-intended',
    });
    expect((await forPeople()).map(({ detail }) => detail.to)).toEqual(['awaiting-approval']);
  });

  it('are shown by an example that is one', () => {
    expect(validate(documented('example')) || validate.errors).toBe(true);
  });

  it.each([
    ['a field is missing', ({ why: _, ...rest }: Record<string, unknown>) => rest],
    ['a state is unknown', (event: Record<string, unknown>) => ({ ...event, to: 'fixed' })],
    ['the version is another', (event: Record<string, unknown>) => ({ ...event, version: '2' })],
  ])('are no longer so when %s', (_, change) => {
    expect(validate(change(documented('example')))).toBe(false);
  });
});

const breakIt = (what: string, rule: string): void => {
  const place = { account: '222222222222', region: 'us-east-1' };
  breakResource(world.sandbox.world, what, { ...place, rule, nowMs: world.sandbox.clock.nowMs() });
  world.sandbox.wake();
};

interface Delivered {
  readonly 'detail-type': string;
  readonly detail: { readonly to: string };
}

/** Has events that fit the pattern delivered to a queue; answers what takes them from there. */
const listen = async (name: string, pattern: object): Promise<() => Promise<readonly Delivered[]>> => {
  const hub = clientSettings(world.sandbox.url, HUB_ACCOUNT, HUB_REGION);
  const sqs = new SQSClient(hub);
  const events = new EventBridgeClient(hub);
  const { QueueUrl } = await sqs.send(queueFor(name, 'events.amazonaws.com'));
  const rule = { Name: name, EventBusName: EVENT_BUS_NAME };
  await events.send(new PutRuleCommand({ ...rule, EventPattern: JSON.stringify(pattern) }));
  const Arn = `arn:aws:sqs:${HUB_REGION}:${HUB_ACCOUNT}:${name}`;
  await events.send(
    new PutTargetsCommand({ Rule: name, EventBusName: EVENT_BUS_NAME, Targets: [{ Id: 'queue', Arn }] }),
  );
  return async () => {
    const taken: Delivered[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 43_200 }),
      );
      if (Messages.length === 0) return taken;
      taken.push(...Messages.map(({ Body }) => JSON.parse(Body ?? '') as Delivered));
    }
  };
};
