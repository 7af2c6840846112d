/** Figures that are worked out must be worked out right: the rules by which DynamoDB bills, on small items. */
import { describe, expect, it } from 'vitest';
import { indexWriteUnits, itemBytes, readUnits, writeUnits } from '../../bench/item-units.ts';

const DUE = { name: 'due', keys: ['dueShard', 'dueAt'] };
const WAITING = { name: 'waiting', keys: ['waitingLane', 'waitingRank'] };
const queued = { pk: 'a', dueShard: '1', dueAt: '09:00', waitingLane: 'l', waitingRank: '2' };
const running = { pk: 'a', dueShard: '1', dueAt: '10:00' };
const closed = { pk: 'a' };

describe('the size of an item', () => {
  it.each([
    ['names and text in UTF-8', { pk: 'ä' }, 4],
    ['a number by its digits', { n: 1234 }, 4],
    ['a truth value and nothing', { t: true, z: null }, 4],
    ['a list: three, and one an element', { l: ['a', 'b'] }, 1 + 3 + 2 * 2],
    ['a map: three, and one an element', { m: { k: 'v' } }, 1 + 3 + 1 + 2],
    ['nothing for what is not there', { u: undefined }, 0],
  ])('counts %s', (_, item, bytes) => {
    expect(itemBytes(item)).toBe(bytes);
  });
});

describe('what a write costs', () => {
  it('is a unit a kilobyte begun, of the larger of before and after', () => {
    const item = (bytes: number) => ({ a: 'x'.repeat(bytes - 1) });
    expect(writeUnits(undefined, item(1_024))).toBe(1);
    expect(writeUnits(undefined, item(1_025))).toBe(2);
    expect(writeUnits(item(3_000), item(10))).toBe(3);
  });

  it('is one for each index entered or left, and two for a key that changes', () => {
    expect(indexWriteUnits([DUE, WAITING], undefined, queued)).toBe(2);
    expect(indexWriteUnits([DUE, WAITING], queued, running)).toBe(3);
    expect(indexWriteUnits([DUE, WAITING], running, closed)).toBe(1);
    expect(indexWriteUnits([DUE, WAITING], running, { ...running, other: 'x' })).toBe(0);
  });

  it('is by its size for an index that holds the item whole, and one more write when only the rest changes', () => {
    const whole = [{ name: 'execution', keys: ['executionId'], isWhole: true }];
    const item = (id: string, kilobytes: number) => ({ executionId: id, a: 'x'.repeat(kilobytes * 1_000) });
    expect(indexWriteUnits(whole, running, item('1', 2))).toBe(2);
    expect(indexWriteUnits(whole, item('1', 2), running)).toBe(2);
    expect(indexWriteUnits(whole, item('1', 2), item('1', 3))).toBe(3);
    expect(indexWriteUnits(whole, item('1', 2), item('2', 3))).toBe(2 + 3);
    expect(indexWriteUnits(whole, item('1', 2), item('1', 2))).toBe(0);
  });
});

describe('what a read costs', () => {
  it('is a unit for four kilobytes, half of it when it may be stale, and never nothing', () => {
    expect(readUnits(4_097, true)).toBe(2);
    expect(readUnits(0, true)).toBe(1);
    expect(readUnits(100, false)).toBe(0.5);
  });
});
