/** Policies published into a running selfheal: what starts is decided by the newest valid one, and by nothing else. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import { PortError } from '../../../domain/ports.ts';
import { minuteMs, secondMs } from '../../../domain/time.ts';
import { createDocuments } from '../../../infra/dynamodb/documents.ts';
import type { PolicyStore } from '../../../infra/dynamodb/policy-store.ts';
import { createPolicyStore } from '../../../infra/dynamodb/policy-store.ts';
import { publishPolicy } from '../../../infra/publish-policy.ts';
import { clientSettings, HUB_REGION } from '../../../sandbox/deployment.ts';
import { executions } from '../../../sandbox/services/ssm/execution.ts';
import { breakResource } from '../../../sandbox/world/admin.ts';
import { HUB_ACCOUNT } from '../../../sandbox/world/roles.ts';
import { type DrivenWorld, drivenWorld } from '../../support/driven-world.ts';
import { parsedPolicy, policyText, sealedNonsense, versionOf } from '../../support/published-policies.ts';

let world: DrivenWorld;
let store: PolicyStore;
/** What the process under test reads the versions by, at the moment of each call. */
let faulty: Partial<PolicyStore> = {};
/** Done once, after the checks of a start have passed and its intent is written. */
let beforeStart: (() => Promise<void>) | undefined;
beforeEach(async () => {
  faulty = {};
  beforeStart = undefined;
  world = await drivenWorld({
    stepMs: 10 * secondMs,
    published: (given) => ({
      newestFirst: () => (faulty.newestFirst ?? given.newestFirst)(),
      get: given.get,
      put: given.put,
      progress: () => (faulty.progress ?? given.progress)(),
      raise: given.raise,
    }),
    decorate: (ports) => {
      const hooked =
        (write: (changed: Case) => Promise<boolean>) =>
        async (changed: Case): Promise<boolean> => {
          const written = await write(changed);
          const hook = changed.state.name === 'starting' ? beforeStart : undefined;
          if (hook !== undefined) {
            beforeStart = undefined;
            await hook();
          }
          return written;
        };
      const { open, replace } = ports.cases;
      return { ...ports, cases: { ...ports.cases, open: hooked(open), replace: hooked(replace) } };
    },
  });
  const { sandbox, deployment } = world;
  const client = new DynamoDBClient({
    ...clientSettings(sandbox.url, HUB_ACCOUNT, HUB_REGION),
    endpoint: sandbox.dynamodbEndpoint,
  });
  store = createPolicyStore({ client: createDocuments(client), tableName: deployment.settings.tableName });
});
afterEach(() => world.close());

const publish = async (mode: 'observe' | 'approve' | 'auto') => {
  const { policy, document } = parsedPolicy(policyText(mode, mode));
  const about = { publishedAt: world.now(), publishedBy: 'ada', reason: 'test' };
  return publishPolicy(store, { policy, document, ...about });
};
const publishBroken = async (sequence: number) => {
  await store.put(versionOf(sequence, 'x', sealedNonsense({ version: '0123456789ab', entries: 'none' })));
  await store.raise('policySequence', sequence);
};
const breakBucket = () => {
  const { sandbox } = world;
  breakResource(sandbox.world, 'shop-prod-invoices-us-east-1', {
    account: '222222222222',
    region: 'us-east-1',
    rule: 'S3_BUCKET_VERSIONING_ENABLED',
    nowMs: sandbox.clock.nowMs(),
  });
  sandbox.wake();
};
const started = () => executions(world.sandbox.world).size;
const theCase = async (): Promise<Case | undefined> => (await world.cases())[0];
const stateName = async () => (await theCase())?.state.name;
const fails = (error: unknown) => () => {
  throw error;
};

describe('a policy that is published', () => {
  it('has cases that were only observed looked at again, and healed', async () => {
    await publish('observe');
    breakBucket();
    await world.until(async () => (await stateName()) === 'observing', minuteMs);
    expect(await theCase()).toMatchObject({ entry: 'observe' });
    expect(started()).toBe(0);
    await publish('auto');
    await world.until(async () => (await stateName()) === 'resolved', 6 * minuteMs);
    expect(started()).toBe(1);
    expect(await store.progress()).toEqual({
      policySequence: 2,
      policyInForce: 2,
      policySeen: 2,
      policyTold: 0,
    });
  });

  it('decides a start that passed its checks by the policy before', async () => {
    await publish('auto');
    beforeStart = async () => {
      world.sandbox.advanceBy(4 * secondMs);
      await publish('observe');
    };
    breakBucket();
    await world.until(async () => (await stateName()) === 'observing', 10 * minuteMs);
    expect(beforeStart).toBeUndefined();
    expect(started()).toBe(0);
    expect(await theCase()).toMatchObject({ entry: 'observe' });
  });

  it('decides at once, also in a process that looked a moment ago', async () => {
    await publish('auto');
    await world.advance(minuteMs);
    await publish('observe');
    breakBucket();
    await world.advance(30 * secondMs);
    expect(started()).toBe(0);
    expect(await theCase()).toMatchObject({ entry: 'observe', state: { name: 'observing' } });
  });
});

describe('a version that is not valid', () => {
  it('changes nothing, and the operators are told once which, why, and what stays in force', async () => {
    await publish('auto');
    await publishBroken(2);
    breakBucket();
    await world.until(async () => (await stateName()) === 'resolved', 6 * minuteMs);
    await world.advance(2 * minuteMs);
    const told = world.sandbox.sns
      .messages()
      .filter(({ topicArn }) => topicArn.endsWith(':selfheal-operations'));
    expect(told.map(({ subject }) => subject)).toEqual(['[POLICY] Version 2 of the policy is refused']);
    expect(told[0]?.message).toMatch(
      /entries: Invalid input[\s\S]*version 1 \([0-9a-f]{12}\) stays in force/,
    );
    expect(world.log.filter(({ message }) => message.startsWith('policy refused'))[0]?.fields).toMatchObject({
      refused: 2,
      inForce: 1,
    });
  });

  it('holds every case while there is no other, and lets go at the next that is valid', async () => {
    await publishBroken(1);
    breakBucket();
    await world.advance(3 * minuteMs);
    expect(started()).toBe(0);
    expect((await theCase())?.state).toMatchObject({
      name: 'held',
      reason: 'policy-unreadable',
      detail: expect.stringMatching(/version 1: it is not as this release .*\(entries: Invalid input/),
    });
    expect(world.sandbox.sns.messages().map(({ topicArn }) => topicArn.split(':').at(-1))).toEqual([
      'selfheal-operations',
    ]);
    await publish('auto');
    await world.until(async () => (await stateName()) === 'resolved', 6 * minuteMs);
  });
});

describe('a read of a newer policy right before a start', () => {
  it.each<[string, keyof typeof faulty, Error]>([
    [
      'is throttled',
      'newestFirst',
      new PortError('transient', 'ThrottlingException', 'dynamodb:Query', 'Rate exceeded'),
    ],
    [
      'is denied',
      'progress',
      new PortError('terminal', 'AccessDeniedException', 'dynamodb:GetItem', 'not allowed'),
    ],
    [
      'gets a malformed answer',
      'newestFirst',
      new TypeError("Cannot read properties of undefined (reading 'Items')"),
    ],
  ])('that %s starts nothing and says why, until it is done', async (_, what, error) => {
    await publish('auto');
    // The tick has looked: only the read before the start can tell the process of version 2.
    await world.advance(minuteMs);
    await publish('approve');
    faulty = { [what]: fails(error) };
    breakBucket();
    await world.advance(30 * secondMs);
    expect(started()).toBe(0);
    const held = await theCase();
    expect(held?.state).toMatchObject({ name: 'held', reason: 'check-failed' });
    expect(held?.timeline.at(-1)?.why).toContain(error.message);
    faulty = {};
    await world.until(async () => (await stateName()) === 'awaiting-approval', 10 * minuteMs);
    expect(started()).toBe(0);
  });
});
