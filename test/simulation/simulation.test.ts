/**
 * The engine in simulated worlds. Every seed is one world with faults of its own; a seed that found something
 * stays here by name. SELFHEAL_SIM_SEEDS=5000 runs more of them.
 */
import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';

const SEEDS = Number(process.env.SELFHEAL_SIM_SEEDS ?? 60);
const FIRST_SEED = Number(process.env.SELFHEAL_SIM_FIRST ?? 1);

describe('in a simulated world', () => {
  it(`keeps every invariant with ${SEEDS} seeds`, { timeout: 3_600_000 }, async () => {
    const failed: string[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
      const { violations } = await simulate(seed);
      if (violations.length > 0) failed.push(`seed ${seed}: ${violations.join('; ')}`);
    }
    expect(failed).toEqual([]);
  });

  it('runs the same, bit for bit, with the same seed (invariant 16)', async () => {
    const [one, again, other] = [await simulate(7), await simulate(7), await simulate(8)];
    expect(again.traceHash).toBe(one.traceHash);
    expect(other.traceHash).not.toBe(one.traceHash);
  });
});
