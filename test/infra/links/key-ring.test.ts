/** The keys of links: made when needed, one for a month, kept as long as anything they signed may be opened. */
import { describe, expect, it } from 'vitest';
import { PortError } from '../../../domain/ports.ts';
import { dayMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { createKeyRing, LINK_MS_MAX } from '../../../infra/links/key-ring.ts';
import { NOW } from '../../support/cases.ts';
import { MemoryLinkKeys } from './memory-link-keys.ts';

const ring = (store = new MemoryLinkKeys()) => {
  let now = NOW;
  return {
    store,
    keys: createKeyRing({ store, now: () => now }),
    later: (ms: number) => {
      now = plusMs(NOW, ms);
    },
  };
};

describe('the keys of links', () => {
  it('are made when the first is needed: 32 random bytes, once, and read once in ten minutes', async () => {
    const { store, keys, later } = ring();
    const [first, again] = [await keys.signing(), await keys.signing()];
    expect(first).toEqual({ id: 'k1', secret: expect.stringMatching(/^[\w-]{43}$/), since: NOW });
    expect(again).toEqual(first);
    expect(store).toMatchObject({ reads: 2, writes: 1 });
    later(9 * minuteMs);
    await keys.byId('k1');
    expect(store.reads).toBe(2);
    later(10 * minuteMs);
    await keys.byId('k1');
    expect(store.reads).toBe(3);
    expect((await ring().keys.signing()).secret).not.toBe(first.secret);
  });

  it('are the same for all who make one at once', async () => {
    const store = new MemoryLinkKeys();
    const made = await Promise.all(Array.from({ length: 5 }, () => ring(store).keys.signing()));
    expect(new Set(made.map(({ secret }) => secret)).size).toBe(1);
    expect(store.writes).toBe(1);
  });

  it('change after 30 days, and the old one opens for another 30', async () => {
    const { keys, later } = ring();
    const first = await keys.signing();
    later(30 * dayMs - 1);
    expect(await keys.signing()).toEqual(first);
    later(30 * dayMs);
    const second = await keys.signing();
    expect(second.id).toBe('k2');
    expect(second.secret).not.toBe(first.secret);
    later(30 * dayMs + LINK_MS_MAX - 1);
    expect(await keys.byId('k1')).toEqual(first);
    later(30 * dayMs + LINK_MS_MAX);
    expect(await keys.byId('k1')).toBeUndefined();
    expect(await keys.byId('k2')).toEqual(second);
  });

  it('no longer needed are dropped when the next is made, and no name is given twice', async () => {
    const { store, keys, later } = ring();
    await keys.signing();
    later(31 * dayMs);
    await keys.signing();
    later(62 * dayMs);
    expect((await keys.signing()).id).toBe('k3');
    expect(store.keys?.keys.map(({ id }) => id)).toEqual(['k2', 'k3']);
  });

  it('that another process has just made are found, and those that were taken away are gone within ten minutes', async () => {
    const store = new MemoryLinkKeys();
    const reading = ring(store);
    expect(await reading.keys.byId('k1')).toBeUndefined();
    const made = await ring(store).keys.signing();
    expect(await reading.keys.byId('k1')).toEqual(made);
    store.keys = undefined;
    expect(await reading.keys.byId('k1')).toEqual(made);
    reading.later(10 * minuteMs);
    expect(await reading.keys.byId('k1')).toBeUndefined();
  });

  it('cannot be made up where they cannot be read', async () => {
    const { store, keys, later } = ring();
    const error = new PortError('transient', 'ThrottlingException', 'dynamodb:GetItem', 'slow down');
    store.fails = error;
    await expect(keys.signing()).rejects.toBe(error);
    await expect(keys.byId('k1')).rejects.toBe(error);
    store.fails = undefined;
    await keys.signing();
    store.fails = error;
    later(10 * minuteMs);
    await expect(keys.byId('k1')).rejects.toBe(error);
    expect(store.writes).toBe(1);
  });

  it('that others keep changing are given up', async () => {
    const store = new MemoryLinkKeys();
    store.replace = async () => false;
    await expect(ring(store).keys.signing()).rejects.toMatchObject({ code: 'KeysKeepChanging' });
  });
});
