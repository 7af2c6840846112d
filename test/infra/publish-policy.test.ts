/** Publishing: the next number, once, for one publisher; whatever else is in the table. */
import { beforeEach, describe, expect, it } from 'vitest';
import { publishPolicy, versionInForce } from '../../infra/publish-policy.ts';
import { NOW } from '../support/cases.ts';
import { MemoryPolicyStore, parsedPolicy, policyText, versionOf } from '../support/published-policies.ts';

let store: MemoryPolicyStore;
beforeEach(() => {
  store = new MemoryPolicyStore();
});

const publish = (name: string, publishedBy = 'ada') => {
  const { policy, document } = parsedPolicy(policyText(name));
  return publishPolicy(store, { policy, document, publishedAt: NOW, publishedBy, reason: 'test' });
};

describe('publishing', () => {
  it('writes the next version, then announces it', async () => {
    expect(await publish('first')).toMatchObject({ kind: 'published', published: { sequence: 1 } });
    expect(await publish('second')).toMatchObject({ kind: 'published', published: { sequence: 2 } });
    expect(store.versions.get(2)).toEqual(versionOf(2, 'second', { publishedBy: 'ada' }));
    expect(store.numbers.policySequence).toBe(2);
    expect(store.calls.slice(-2)).toEqual(['put', 'raise policySequence']);
  });

  it('writes nothing when the newest version says the same, and mends its announcement', async () => {
    await store.put(versionOf(1, 'first'));
    expect(await publish('first')).toMatchObject({ kind: 'in-force', inForce: { sequence: 1 } });
    expect([...store.versions.keys()]).toEqual([1]);
    expect(store.numbers.policySequence).toBe(1);
  });

  it.each<[string, () => Promise<void> | void]>([
    ['a newer version is not valid', () => store.publish(versionOf(2, 'second', { sealed: 'cut' }))],
    ['a newer version was in force and is lost', () => store.raise('policyInForce', 2)],
    ['that version was spoilt', () => store.publish(versionOf(1, 'first', { sealed: 'cut' }))],
  ])('publishes the same again when %s', async (_, spoil) => {
    await publish('first');
    await spoil();
    expect((await publish('first')).kind).toBe('published');
    const inForce = await versionInForce(store);
    expect(inForce).toMatchObject({ version: versionOf(1, 'first').version });
    expect(inForce?.sequence).toBe(Math.max(...store.versions.keys()));
  });

  it('never gives a number again, also when the versions that had it are gone', async () => {
    for (const name of ['first', 'second', 'third']) await publish(name);
    store.versions.clear();
    expect(await versionInForce(store)).toBeUndefined();
    expect(await publish('first')).toMatchObject({ published: { sequence: 4 } });
  });

  it('tells the one who was second who was first, and writes nothing of theirs', async () => {
    const [one, other] = await Promise.all([publish('one', 'ada'), publish('other', 'grace')]);
    expect(one).toMatchObject({ kind: 'published', published: { sequence: 1, publishedBy: 'ada' } });
    expect(other).toMatchObject({ kind: 'overtaken', sequence: 1, by: { publishedBy: 'ada' } });
    expect([...store.versions.values()].map(({ publishedBy }) => publishedBy)).toEqual(['ada']);
  });

  it('has published also when the announcement fails, and says so', async () => {
    const gone = new Error('gone');
    store.raise = () => Promise.reject(gone);
    expect(await publish('first')).toMatchObject({ kind: 'not-announced', error: gone });
    expect(await versionInForce(store)).toMatchObject({ sequence: 1 });
  });
});
