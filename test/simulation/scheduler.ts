/**
 * Virtual time. Everything in a simulated world happens as an event on one agenda, worked off in the order of
 * time; what falls on the same millisecond is ordered by the seed. Between two events every promise that can
 * go on does, so that a run is the same whatever the machine is doing.
 */
import { type Instant, instant } from '../../domain/time.ts';

interface Entry {
  readonly atMs: number;
  /** Drawn from the seed: decides between what happens at once. */
  readonly rank: number;
  readonly run: () => void;
}

export class Scheduler {
  private agenda: Entry[] = [];
  private timeMs: number;
  private readonly random: () => number;
  stopped = false;

  constructor(startMs: number, random: () => number) {
    this.timeMs = startMs;
    this.random = random;
  }

  get nowMs(): number {
    return this.timeMs;
  }

  now(): Instant {
    return instant(this.timeMs);
  }

  after(delayMs: number, run: () => void): void {
    this.add({ atMs: this.timeMs + Math.max(0, Math.round(delayMs)), rank: this.random(), run });
  }

  /** Works off everything up to this time; ends early when `stopped` is set. */
  async runUntil(endMs: number): Promise<void> {
    while (!this.stopped) {
      const next = this.agenda[0];
      if (next === undefined || next.atMs > endMs) break;
      this.takeFirst();
      this.timeMs = next.atMs;
      next.run();
      await allPromises();
    }
    this.timeMs = Math.max(this.timeMs, endMs);
  }

  private add(entry: Entry): void {
    const heap = this.agenda;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent] as Entry)) break;
      heap[at] = heap[parent] as Entry;
      at = parent;
    }
    heap[at] = entry;
  }

  private takeFirst(): void {
    const heap = this.agenda;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child += 1;
      if (!isBefore(heap[child] as Entry, last)) break;
      heap[at] = heap[child] as Entry;
      at = child;
    }
    heap[at] = last;
  }
}

const isBefore = (a: Entry, b: Entry): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.rank < b.rank);

/** Nothing simulated waits for the machine, so one turn of the event loop later all that can go on has. */
const allPromises = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
