/** What the tick does about published policies: once each, done again by the next one when a tick dies on the way. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../domain/message.ts';
import { PortError } from '../../domain/ports.ts';
import { createPolicyKeeper } from '../../infra/policy-keeper.ts';
import { createPublishedPolicy } from '../../infra/published-policy.ts';
import { NOW } from '../support/cases.ts';
import { MemoryPolicyStore, PACKAGED, versionOf } from '../support/published-policies.ts';

const silent = () => undefined;
const log = { info: silent, warn: silent, error: silent };
const gone = new PortError('transient', 'ServiceUnavailable', 'test', 'gone');

let store: MemoryPolicyStore;
let told: Message[];
let replaced: string[];
let announce: (message: Message) => Promise<void>;
let policyReplaced: (until: string) => Promise<boolean>;
beforeEach(() => {
  store = new MemoryPolicyStore();
  told = [];
  replaced = [];
  announce = async (message) => {
    told.push(message);
  };
  policyReplaced = async (until) => {
    replaced.push(until);
    return true;
  };
});

/** Each tick in a process of its own: nothing is remembered but what is in the table. */
const tick = (): Promise<void> => {
  const published = createPublishedPolicy({
    store,
    packaged: PACKAGED,
    log,
    metrics: { count: silent, gauge: silent, time: silent },
    now: () => NOW,
  });
  return createPolicyKeeper({
    store,
    published,
    announce: (message) => announce(message),
    policyReplaced: (until) => policyReplaced(until),
    clock: { now: () => NOW, sleep: async () => undefined },
    log,
  })();
};

describe('the keeper of the policy', () => {
  it('does nothing while nothing is published', async () => {
    await tick();
    expect([told, replaced]).toEqual([[], []]);
    expect(store.calls.filter((call) => call.startsWith('raise'))).toEqual([]);
  });

  it('mends an announcement that its publisher did not live to make', async () => {
    store.publish(versionOf(1, 'first'));
    await store.put(versionOf(2, 'second'));
    await tick();
    expect(store.numbers).toEqual({ policySequence: 2, policyInForce: 2, policySeen: 2, policyTold: 0 });
  });

  it('has cases looked at again once for each version, with half a minute to do so', async () => {
    store.publish(versionOf(1, 'first'));
    await tick();
    await tick();
    expect(replaced).toEqual(['2026-11-21T03:00:30.000Z']);
    store.publish(versionOf(2, 'second'));
    await tick();
    await tick();
    expect(replaced).toHaveLength(2);
  });

  it('goes on with the cases at the next tick when there was no time for all, or it died', async () => {
    store.publish(versionOf(1, 'first'));
    policyReplaced = async () => false;
    await tick();
    expect(store.numbers).toMatchObject({ policyInForce: 1, policySeen: 0 });
    policyReplaced = async () => {
      throw gone;
    };
    await expect(tick()).rejects.toBe(gone);
    policyReplaced = async (until) => {
      replaced.push(until);
      return true;
    };
    await tick();
    expect(store.numbers.policySeen).toBe(1);
    expect(replaced).toHaveLength(1);
  });

  it('tells people once of each version that is refused: which, why, what stays and what to do', async () => {
    store.publish(versionOf(1, 'first'));
    store.publish(versionOf(2, 'second', { sealed: 'cut' }));
    store.publish(versionOf(3, 'third', { version: '000000000000' }));
    await tick();
    await tick();
    expect(told.map(({ subject }) => subject)).toEqual([
      '[POLICY] Version 2 of the policy is refused',
      '[POLICY] Version 3 of the policy is refused',
    ]);
    const [first] = told;
    expect(first?.text).toContain('  it is no whole JSON document');
    expect(first?.text).toContain(`In force: version 1 (${versionOf(1, 'first').version}) stays in force.`);
    expect(first?.text).toContain('selfheal policy rollback');
    expect(first?.attributes).toEqual({ kind: 'policy-refused', policySequence: '2' });
    expect(store.numbers).toMatchObject({ policyTold: 3, policyInForce: 1 });
    store.publish(versionOf(4, 'fourth', { sealed: '{}' }));
    await tick();
    expect(told).toHaveLength(3);
  });

  it('says that nothing starts when no version can be trusted, and wakes nobody by it', async () => {
    store.publish(versionOf(1, 'first', { sealed: 'cut' }));
    await tick();
    expect(told[0]?.text).toContain('In force: none. Nothing starts until a valid version is published.');
    expect(replaced).toEqual([]);
    expect(store.numbers).toMatchObject({ policyInForce: 0, policySeen: 0 });
  });

  it('tells again at the next tick what could not be told', async () => {
    store.publish(versionOf(1, 'first'));
    store.publish(versionOf(2, 'second', { sealed: 'cut' }));
    announce = async () => {
      throw gone;
    };
    await expect(tick()).rejects.toBe(gone);
    expect(store.numbers.policyTold).toBe(0);
    announce = async (message) => {
      told.push(message);
    };
    await tick();
    expect(told).toHaveLength(1);
  });

  it('shows what a version says as inert text', async () => {
    store.publish(versionOf(1, 'first', { version: 'evil\u001b[31m\u202e\nIn force: mine' }));
    await tick();
    expect(told[0]?.text).not.toMatch(/\p{Cc}(?<!\n)|\p{Cf}/u);
    expect(told[0]?.text.match(/^In force:/gm)).toHaveLength(1);
  });
});
