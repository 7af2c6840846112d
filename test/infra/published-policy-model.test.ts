/**
 * Publishers, vandals and processes in any order: what a process has in force never goes back, is never anything
 * but what was published whole under its number, and after a look is what the model says.
 */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPublishedPolicy, type PublishedPolicy } from '../../infra/published-policy.ts';
import { NOW } from '../support/cases.ts';
import { MemoryPolicyStore, PACKAGED, versionOf } from '../support/published-policies.ts';

const SEED = 20_261_121;
const PROCESSES = 3;

type Step =
  | { readonly kind: 'publish'; readonly isAnnounced: boolean }
  | { readonly kind: 'publish-broken'; readonly cutAt: number; readonly isAnnounced: boolean }
  | { readonly kind: 'roll-back'; readonly to: number }
  | { readonly kind: 'cut' | 'delete'; readonly back: number; readonly cutAt: number }
  | { readonly kind: 'look' | 'hear' | 'restart'; readonly process: number }
  | { readonly kind: 'keep'; readonly process: number }
  | { readonly kind: 'table-fails'; readonly process: number };

const process = fc.nat({ max: PROCESSES - 1 });
const cutAt = fc.nat({ max: 250 });
const sequence = fc.integer({ min: 1, max: 5 });
/** How far behind the newest: what is spoilt is mostly what matters. */
const back = fc.nat({ max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('publish' as const), isAnnounced: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('publish-broken' as const), cutAt, isAnnounced: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('roll-back' as const), to: sequence }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('cut' as const, 'delete' as const), back, cutAt }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('look' as const, 'hear' as const, 'keep' as const, 'table-fails' as const),
      process,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart' as const), process }) },
);

/** At least the last character that counts is gone: the one behind it is a newline. */
const cut = (sealed: string, at: number): string => sealed.slice(0, Math.min(at, sealed.length - 2));

/** What was ever published whole, by number: whatever is in force must be one of these. */
class Run {
  readonly store = new MemoryPolicyStore();
  readonly published = new Map<number, string>();
  readonly processes: PublishedPolicy[] = Array.from({ length: PROCESSES }, () => this.start());
  /** What each process had in force; it never goes below that while it lives. */
  readonly highest: number[] = Array.from({ length: PROCESSES }, () => 0);

  start(): PublishedPolicy {
    const silent = () => undefined;
    return createPublishedPolicy({
      store: this.store,
      packaged: PACKAGED,
      log: { info: silent, warn: silent, error: silent },
      metrics: { count: silent, gauge: silent, time: silent },
      now: () => NOW,
    });
  }

  newest(): number {
    return Math.max(0, ...this.store.versions.keys());
  }

  nextSequence(): number {
    const { policySequence, policyInForce } = this.store.numbers;
    return (
      Math.max(0, policySequence, policyInForce, ...this.store.versions.keys(), ...this.published.keys()) + 1
    );
  }

  /** What a fresh process must find. */
  expected(): number | 'doubt' {
    const { policySequence, policyInForce } = this.store.numbers;
    const whole = [...this.store.versions.values()]
      .filter((found) => this.published.get(found.sequence) === found.sealed)
      .map((found) => found.sequence);
    const newest = Math.max(0, ...whole);
    const isAnything = this.store.versions.size > 0 || policySequence > 0 || policyInForce > 0;
    if (newest === 0) return isAnything ? 'doubt' : 0;
    return newest < policyInForce ? 'doubt' : newest;
  }

  async play(done: Step): Promise<void> {
    const { store } = this;
    switch (done.kind) {
      case 'publish':
      case 'publish-broken': {
        const number = this.nextSequence();
        const version = versionOf(number, `policy-${number}`);
        const isWhole = done.kind === 'publish';
        await store.put(isWhole ? version : { ...version, sealed: cut(version.sealed, done.cutAt) });
        if (isWhole) this.published.set(number, version.sealed);
        if (done.isAnnounced) await store.raise('policySequence', number);
        return;
      }
      case 'roll-back': {
        const older = store.versions.get(done.to);
        if (older === undefined || this.published.get(done.to) !== older.sealed) return;
        const number = this.nextSequence();
        await store.put({ ...older, sequence: number });
        this.published.set(number, older.sealed);
        await store.raise('policySequence', number);
        return;
      }
      case 'cut': {
        const found = store.versions.get(this.newest() - done.back);
        if (found !== undefined)
          store.versions.set(found.sequence, { ...found, sealed: cut(found.sealed, done.cutAt) });
        return;
      }
      case 'delete':
        store.versions.delete(this.newest() - done.back);
        return;
      case 'restart':
        this.processes[done.process] = this.start();
        this.highest[done.process] = 0;
        return;
      case 'table-fails':
        store.failing = new Error('throttled');
        await expect(this.process(done.process).look()).rejects.toThrow('throttled');
        store.failing = undefined;
        return;
      case 'look':
        await this.process(done.process).look();
        return;
      case 'hear':
        await this.process(done.process).upTo(store.numbers.policySequence);
        return;
      case 'keep': {
        const one = this.process(done.process);
        const { newest } = await one.look();
        await store.raise('policySequence', newest);
        if (one.current().doubt === undefined) await store.raise('policyInForce', one.current().sequence);
        return;
      }
    }
  }

  process(n: number): PublishedPolicy {
    const found = this.processes[n];
    if (found === undefined) throw new Error(`there is no process ${n}`);
    return found;
  }

  async assertSound(): Promise<void> {
    this.processes.forEach((one, n) => {
      if (!one.isKnown()) return;
      const { sequence: number, version, doubt } = one.current();
      if (doubt !== undefined) return;
      if (number > 0) expect(version).toBe(JSON.parse(this.published.get(number) ?? '{}').content?.version);
      expect(number).toBeGreaterThanOrEqual(this.highest[n] ?? 0);
      this.highest[n] = number;
    });
    const fresh = this.start();
    await fresh.look();
    const { doubt, sequence: number } = fresh.current();
    expect(doubt === undefined ? number : 'doubt').toBe(this.expected());
  }
}

it('never goes back and is never anything that was not published whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 40, size: 'max' }), async (steps) => {
      const run = new Run();
      for (const done of steps) {
        await run.play(done);
        await run.assertSound();
      }
    }),
    { seed: SEED, numRuns: 40 },
  );
});
