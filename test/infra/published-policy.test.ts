/** The policy in force where policies are published: whatever is written into the table, nothing wrong comes into force. */
import { beforeEach, describe, expect, it } from 'vitest';
import { PortError } from '../../domain/ports.ts';
import { minuteMs, plusMs, secondMs } from '../../domain/time.ts';
import { seal } from '../../infra/packaged/sealed-document.ts';
import { createPublishedPolicy, type PublishedPolicy } from '../../infra/published-policy.ts';
import { NOW } from '../support/cases.ts';
import {
  MemoryPolicyStore,
  PACKAGED,
  parsedPolicy,
  policyText,
  sealedAs,
  sealedNonsense,
  versionOf,
} from '../support/published-policies.ts';

let store: MemoryPolicyStore;
let now = NOW;
let counted: string[];
let errors: Readonly<Record<string, unknown>>[];
beforeEach(() => {
  store = new MemoryPolicyStore();
  now = NOW;
  counted = [];
  errors = [];
});

/** A function's process as it starts: it knows nothing. */
const freshProcess = (): PublishedPolicy =>
  createPublishedPolicy({
    store,
    packaged: PACKAGED,
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (_, fields) => errors.push(fields),
    },
    metrics: {
      count: (name) => {
        counted.push(name);
      },
      gauge: () => undefined,
      time: () => undefined,
    },
    now: () => now,
  });

/** The sequence that a process has in force after it has looked; a doubt is one, too. */
const inForce = async (process: PublishedPolicy): Promise<number | 'doubt'> => {
  await process.look();
  const { doubt, sequence } = process.current();
  return doubt === undefined ? sequence : 'doubt';
};

const throttled = new PortError('transient', 'ThrottlingException', 'dynamodb:Query', 'Rate exceeded');

describe('the policy in force', () => {
  it('is the packaged one until a version is published, and then the newest', async () => {
    const process = freshProcess();
    expect(await inForce(process)).toBe(0);
    expect(process.current()).toBe(PACKAGED);
    store.publish(versionOf(1, 'first'));
    store.publish(versionOf(2, 'second'));
    expect(await inForce(process)).toBe(2);
    expect(process.current().version).toBe(versionOf(2, 'second').version);
    expect(await inForce(freshProcess())).toBe(2);
  });

  it('is not known before the first look, and a fresh process that cannot look throws', async () => {
    const process = freshProcess();
    expect(process.isKnown()).toBe(false);
    expect(() => process.current()).toThrow(/before it was looked for/);
    store.failing = throttled;
    await expect(process.refresh(minuteMs)).rejects.toBe(throttled);
    expect(process.isKnown()).toBe(false);
  });

  it('is the newest also when its publisher died before it was announced', async () => {
    store.publish(versionOf(1, 'first'));
    await store.put(versionOf(2, 'second'));
    expect(store.numbers.policySequence).toBe(1);
    expect(await inForce(freshProcess())).toBe(2);
  });
});

/** Check 6: what must never take the place of the one that runs, and the word that says why. */
const whole = versionOf(2, 'second');
const understood = parsedPolicy(policyText('second')).policy;
const cuts = [0, 1, 10, 40, 80, 100, 150, whole.sealed.length - 20, whole.sealed.length - 3];
const WRONG: readonly (readonly [what: string, more: Parameters<typeof versionOf>[2], why: RegExp])[] = [
  ...cuts.map(
    (length) =>
      [
        `cut after ${length} characters`,
        { sealed: whole.sealed.slice(0, length) },
        /no whole JSON|holds no policy/,
      ] as const,
  ),
  ['changed after it was sealed', { sealed: whole.sealed.replace('observe', 'auto') }, /was changed/],
  ['of another kind', { sealed: whole.sealed.replace('"policy"', '"catalog"') }, /no packaged policy/],
  [
    'sealed under another kind',
    { sealed: '{"kind":"catalog","sha256":"","content":{}}' },
    /no packaged policy/,
  ],
  ['no policy at all', sealedNonsense({ hello: 'world' }), /version/],
  [
    'a policy with a problem',
    sealedNonsense({ ...understood, entries: [{ ...understood.entries[0], mode: 'atuo' }] }),
    /entries\[0\]\.mode: Invalid option/,
  ],
  ['a policy as a newer release understands it', sealedNonsense({ ...understood, more: 1 }), /"more"/],
  ['a policy as an older one did', sealedNonsense({ ...understood, blackouts: undefined }), /blackouts/],
  [
    'understood in another form',
    { sealed: seal('policy', { version: whole.version, document: {}, form: 2, understood: '' }) },
    /was understood in form 2, and this release reads form 1/,
  ],
  [
    'sealed before policies were understood',
    { sealed: seal('policy', { version: whole.version, document: { version: 1, entries: [] } }) },
    /sealed by another release \(understood: /,
  ],
  ['understood as another one', { sealed: sealedAs(whole.version, PACKAGED.policy) }, /was understood as/],
  ['gigantic', sealedNonsense({ ...understood, note: 'x'.repeat(390_000) }), /note/],
  ['gigantic when it is unpacked', sealedNonsense('x'.repeat(17 * 1024 * 1024)), /expected object/],
  [
    'deeply nested',
    { sealed: `${'['.repeat(100_000)}${']'.repeat(100_000)}` },
    /no packaged policy|no whole JSON/,
  ],
  ['filed under another hash', { version: '000000000000' }, /is filed as 000000000000/],
  ['filed under none', { version: '' }, /is filed as nothing/],
  ['empty', { sealed: '' }, /holds no policy/],
  ['null', { sealed: 'null' }, /no whole JSON/],
];

describe.each(WRONG)('a version that is %s', (_, more, why) => {
  it('is refused, counted and told, and the one before stays, in this process and in the next', async () => {
    store.publish(versionOf(1, 'first'));
    const process = freshProcess();
    expect(await inForce(process)).toBe(1);
    const running = process.current();
    store.publish({ ...whole, ...more });
    const { refused } = await process.look();
    expect(process.current()).toBe(running);
    expect(refused).toEqual([{ sequence: 2, why: expect.stringMatching(why) }]);
    expect(counted).toEqual(['PolicyRefused']);
    expect(errors).toMatchObject([{ refused: 2, reason: expect.stringMatching(why), inForce: 1 }]);
    expect(await inForce(freshProcess())).toBe(1);
  });

  it('leaves nothing in force that may act when no valid one was ever there', async () => {
    const process = freshProcess();
    expect(await inForce(process)).toBe(0);
    store.publish({ ...whole, ...more });
    for (const one of [process, freshProcess()]) {
      expect(await inForce(one)).toBe('doubt');
      expect(one.current().doubt).toMatch(why);
      expect(one.current().policy.entries).toEqual([]);
    }
  });
});

describe('a version that was in force', () => {
  beforeEach(async () => {
    store.publish(versionOf(1, 'first'));
    store.publish(versionOf(2, 'second'));
    await store.raise('policyInForce', 2);
  });

  it.each<[string, () => void]>([
    ['is cut short', () => store.publish({ ...whole, sealed: whole.sealed.slice(0, 50) })],
    ['is replaced by another valid one', () => store.publish(versionOf(2, 'smuggled'))],
    ['is deleted', () => store.versions.delete(2)],
    ['is deleted with all others', () => store.versions.clear()],
  ])('goes on in a process that runs it when it %s, and is told', async (what, spoil) => {
    const process = freshProcess();
    expect(await inForce(process)).toBe(2);
    spoil();
    const { refused } = await process.look();
    expect(process.current().version).toBe(whole.version);
    expect(refused).toMatchObject([{ sequence: 2 }]);
    // The older one does not come into force anywhere.
    expect(await inForce(freshProcess())).toBe(what === 'is replaced by another valid one' ? 2 : 'doubt');
  });

  it('is left for a newer one that is valid, and only then', async () => {
    store.versions.delete(2);
    const process = freshProcess();
    expect(await inForce(process)).toBe('doubt');
    store.publish(versionOf(3, 'third', { sealed: 'cut' }));
    expect(await inForce(process)).toBe('doubt');
    store.publish(versionOf(4, 'first'));
    expect(await inForce(process)).toBe(4);
  });

  it('is refused as missing when it was announced and is not there', async () => {
    const process = freshProcess();
    await process.look();
    await store.raise('policySequence', 9);
    expect((await process.look()).refused).toEqual([
      { sequence: 9, why: 'it was announced, and is not in the table' },
    ]);
    expect(process.current().sequence).toBe(2);
  });
});

describe('looking', () => {
  it('costs one read when the last look is old, and none before', async () => {
    store.publish(versionOf(1, 'first'));
    const process = freshProcess();
    await process.refresh(minuteMs);
    store.calls.length = 0;
    now = plusMs(NOW, minuteMs - 1);
    await process.refresh(minuteMs);
    expect(store.calls).toEqual([]);
    now = plusMs(NOW, minuteMs);
    await process.refresh(minuteMs);
    await process.refresh(minuteMs);
    expect(store.calls).toEqual(['progress']);
  });

  it('before a start costs nothing unless there is a version that was not looked at', async () => {
    store.publish(versionOf(1, 'first'));
    const process = freshProcess();
    await process.look();
    store.publish(versionOf(2, 'second', { sealed: 'cut' }));
    await process.upTo(2);
    store.calls.length = 0;
    await process.upTo(2);
    await process.upTo(0);
    expect(store.calls).toEqual([]);
    store.publish(versionOf(3, 'third'));
    await process.upTo(3);
    expect(process.current().sequence).toBe(3);
  });

  it('throws when it cannot be done before a start, and can be done again', async () => {
    store.publish(versionOf(1, 'first'));
    const process = freshProcess();
    await process.look();
    store.publish(versionOf(2, 'second'));
    store.failing = throttled;
    await expect(process.upTo(2)).rejects.toBe(throttled);
    await expect(process.upTo(2)).rejects.toBe(throttled);
    expect(process.current().sequence).toBe(1);
    store.failing = undefined;
    await process.upTo(2);
    expect(process.current().sequence).toBe(2);
  });

  it('is shared by those who ask at once, and done again for one who knows of something newer', async () => {
    store.publish(versionOf(1, 'first'));
    const process = freshProcess();
    const first = process.refresh(secondMs);
    store.publish(versionOf(2, 'second'));
    await Promise.all([first, process.upTo(2), process.upTo(2), process.refresh(secondMs)]);
    expect(process.current().sequence).toBe(2);
    expect(store.calls.filter((call) => call === 'progress').length).toBeLessThanOrEqual(2);
  });

  it('ends when there are very many versions that are not valid, and trusts none', async () => {
    for (let sequence = 1; sequence <= 200; sequence += 1)
      store.publish(versionOf(sequence, 'x', sequence === 1 ? {} : { sealed: 'cut' }));
    const process = freshProcess();
    expect(await inForce(process)).toBe('doubt');
    expect(store.calls.length).toBeLessThan(60);
  });
});
