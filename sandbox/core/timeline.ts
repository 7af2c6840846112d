/** What is due when: a binary heap, in the order of time and, at one time, in the order of arrival. */

export interface TimelineEntry<T> {
  readonly dueMs: number;
  readonly value: T;
}

export interface Timeline<T> {
  add(dueMs: number, value: T): TimelineEntry<T>;
  first(): TimelineEntry<T> | undefined;
  /** Removes and returns the first entry if it is due at `nowMs`. */
  takeDue(nowMs: number): TimelineEntry<T> | undefined;
  readonly size: number;
}

interface Placed<T> extends TimelineEntry<T> {
  readonly arrival: number;
}

export const createTimeline = <T>(): Timeline<T> => {
  const heap: Placed<T>[] = [];
  let arrivals = 0;
  return {
    add: (dueMs, value) => {
      arrivals += 1;
      const entry = { dueMs, value, arrival: arrivals };
      heap.push(entry);
      rise(heap, heap.length - 1);
      return entry;
    },
    first: () => heap[0],
    takeDue: (nowMs) => {
      const first = heap[0];
      if (first === undefined || first.dueMs > nowMs) return undefined;
      const last = heap.pop();
      if (heap.length > 0 && last !== undefined) {
        heap[0] = last;
        sink(heap);
      }
      return first;
    },
    get size() {
      return heap.length;
    },
  };
};

const before = <T>(a: Placed<T>, b: Placed<T>): boolean =>
  a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.arrival < b.arrival);

const swap = <T>(heap: Placed<T>[], a: number, b: number): void => {
  [heap[a], heap[b]] = [heap[b] as Placed<T>, heap[a] as Placed<T>];
};

const rise = <T>(heap: Placed<T>[], from: number): void => {
  let child = from;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!before(heap[child] as Placed<T>, heap[parent] as Placed<T>)) return;
    swap(heap, child, parent);
    child = parent;
  }
};

const sink = <T>(heap: Placed<T>[]): void => {
  for (let parent = 0; ; ) {
    let least = parent;
    for (const child of [2 * parent + 1, 2 * parent + 2]) {
      if (child < heap.length && before(heap[child] as Placed<T>, heap[least] as Placed<T>)) least = child;
    }
    if (least === parent) return;
    swap(heap, least, parent);
    parent = least;
  }
};
