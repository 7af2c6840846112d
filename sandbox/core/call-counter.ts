/** Counts every API call by service and operation: budgets are checked against what the sandbox saw. */

export interface CallCounter {
  count(service: string, operation: string): void;
  /** Calls since the start or the last reset, by `service.Operation`, in alphabetical order. */
  counts(): Readonly<Record<string, number>>;
  total(): number;
  reset(): void;
}

export const createCallCounter = (): CallCounter => {
  const counts = new Map<string, number>();
  return {
    count: (service, operation) => {
      const key = `${service}.${operation}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    counts: () => Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    total: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
    reset: () => counts.clear(),
  };
};
