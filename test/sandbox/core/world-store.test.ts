import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWorld } from '../../../sandbox/core/world-store.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sandbox-world-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const journal = () => join(dataDir, 'world.jsonl');
const contents = () => {
  const world = openWorld({ dataDir });
  const found = Object.fromEntries(world.table('t').entries());
  world.close();
  return found;
};

test('what was put is there after a restart, what was deleted is not', () => {
  const world = openWorld({ dataDir });
  const table = world.table<unknown>('t');
  table.put('a', { text: 'ä\n"quoted"' });
  table.put('b', 1);
  table.put('b', null);
  table.put('c', 3);
  table.delete('c');
  world.close();
  expect(contents()).toEqual({ a: { text: 'ä\n"quoted"' }, b: null });
});

test('a change is on disk when put returns, without closing', () => {
  openWorld({ dataDir }).table('t').put('a', 1);
  expect(contents()).toEqual({ a: 1 });
});

test('a journal cut at any byte loads what came before the cut, and goes on from there', () => {
  const world = openWorld({ dataDir });
  for (let n = 0; n < 5; n += 1) world.table('t').put(`key-${n}`, { n, text: 'ü'.repeat(n) });
  world.close();
  const whole = readFileSync(journal());
  const lineEnds = [...whole.keys()].filter((at) => whole[at] === 0x0a);
  for (let length = whole.length; length >= 0; length -= 1) {
    writeFileSync(journal(), whole);
    truncateSync(journal(), length);
    const complete = lineEnds.filter((end) => end < length).length;
    const world = openWorld({ dataDir });
    expect(world.table('t').size).toBe(complete);
    world.table('t').put('after', length);
    world.close();
    expect(contents().after).toBe(length);
  }
});

test('a damaged line in the middle is told, not skipped', () => {
  const world = openWorld({ dataDir });
  world.table('t').put('a', 1);
  world.close();
  appendFileSync(journal(), '["t","b",\n["t","c",3]\n');
  expect(() => openWorld({ dataDir })).toThrow(/line 2 of .*world\.jsonl is damaged/);
});

test('a leftover of a compaction that was cut short changes nothing', () => {
  const world = openWorld({ dataDir });
  world.table('t').put('a', 1);
  world.close();
  writeFileSync(`${journal()}.draft`, '["t","a"');
  expect(contents()).toEqual({ a: 1 });
});

test('the journal stays small however often values change, and a long one loads', () => {
  const world = openWorld({ dataDir, compactAfterLines: 1_000 });
  for (let n = 0; n < 50_000; n += 1) world.table('t').put(`key-${n % 10}`, n);
  world.close();
  expect(statSync(journal()).size).toBeLessThan(60_000);
  const lines = Array.from({ length: 200_000 }, (_, n) => `["t","key-${n % 7}",{"n":${n}}]\n`);
  writeFileSync(journal(), lines.join(''));
  expect(contents()['key-3']).toEqual({ n: 199_993 + ((3 - (199_993 % 7) + 7) % 7) });
});

test('a world on disk is at every restart the same as one in memory', () => {
  const change = fc.record({
    restart: fc.boolean(),
    key: fc.constantFrom('a', 'b', 'c'),
    value: fc.option(fc.jsonValue()),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      rmSync(journal(), { force: true });
      const expected = new Map<string, unknown>();
      let world = openWorld({ dataDir, compactAfterLines: 3 });
      for (const { restart, key, value } of changes) {
        if (value === null) {
          world.table('t').delete(key);
          expected.delete(key);
        } else {
          world.table('t').put(key, value);
          expected.set(key, JSON.parse(JSON.stringify(value)));
        }
        if (restart) {
          world.close();
          world = openWorld({ dataDir, compactAfterLines: 3 });
        }
      }
      world.close();
      expect(contents()).toEqual(Object.fromEntries(expected));
    }),
    { seed: 20260101, numRuns: 60 },
  );
});
