/** Before an invocation the published policy is looked for; what becomes of that decides whether anything is done. */
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { PortError } from '../../domain/ports.ts';
import { minuteMs, plusMs } from '../../domain/time.ts';
import { followingPolicy } from '../../handlers/follow-policy.ts';
import { createPublishedPolicy } from '../../infra/published-policy.ts';
import { NOW } from '../support/cases.ts';
import { MemoryPolicyStore, PACKAGED, versionOf } from '../support/published-policies.ts';

const throttled = new PortError('transient', 'ThrottlingException', 'dynamodb:GetItem', 'Rate exceeded');

let store: MemoryPolicyStore;
let now: string;
let warnings: string[];
let invoke: () => Promise<number>;
beforeEach(() => {
  store = new MemoryPolicyStore();
  now = NOW;
  warnings = [];
  const silent = () => undefined;
  const log = { info: silent, error: silent, warn: (message: string) => warnings.push(message) };
  const published = createPublishedPolicy({
    store,
    packaged: PACKAGED,
    log,
    metrics: { count: silent, gauge: silent, time: silent },
    now: () => now,
  });
  const handler = middy(async () => published.current().sequence).use(followingPolicy(published, log));
  invoke = () => handler({}, {} as Context);
});

describe('a function', () => {
  it('works by the newest policy, and looks for another one once a minute', async () => {
    store.publish(versionOf(1, 'first'));
    expect(await invoke()).toBe(1);
    store.publish(versionOf(2, 'second'));
    expect(await invoke()).toBe(1);
    now = plusMs(NOW, minuteMs);
    expect(await invoke()).toBe(2);
  });

  it('does nothing while it has never been able to look, so that its messages come again', async () => {
    store.failing = throttled;
    await expect(invoke()).rejects.toBe(throttled);
    store.failing = undefined;
    expect(await invoke()).toBe(0);
  });

  it('goes on by what it knows when it cannot look again, and says so', async () => {
    store.publish(versionOf(1, 'first'));
    await invoke();
    store.failing = throttled;
    now = plusMs(NOW, minuteMs);
    expect(await invoke()).toBe(1);
    expect(warnings).toEqual(['policy not looked at, the one known goes on']);
    store.failing = undefined;
    store.publish(versionOf(2, 'second'));
    expect(await invoke()).toBe(2);
  });
});
