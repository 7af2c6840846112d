/** Same key in order, one at a time; different keys at once; a failure holds nobody up. */
import { expect, it } from 'vitest';
import { createTurns } from '../../../domain/engine/turns.ts';

const pause = () => Promise.resolve().then(() => undefined);

it('does work of one key in order, one at a time, and other work meanwhile', async () => {
  const inTurn = createTurns();
  const seen: string[] = [];
  const work = (name: string) => async () => {
    seen.push(`${name} begins`);
    await pause();
    seen.push(`${name} ends`);
  };
  await Promise.all([inTurn('a', work('a1')), inTurn('a', work('a2')), inTurn('b', work('b1'))]);
  expect(seen).toEqual(['a1 begins', 'b1 begins', 'a1 ends', 'b1 ends', 'a2 begins', 'a2 ends']);
});

it('goes on after work that failed', async () => {
  const inTurn = createTurns();
  const first = inTurn('a', () => Promise.reject(new Error('lost')));
  const second = inTurn('a', async () => 'done');
  await expect(first).rejects.toThrow('lost');
  expect(await second).toBe('done');
});
