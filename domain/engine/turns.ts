/** Work of the same key is done one after another, in the order in which it came; other keys do not wait. */
export type InTurn = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** Remembers every key, so it should not live longer than the work of one invocation. */
export const createTurns = (): InTurn => {
  const last = new Map<string, Promise<unknown>>();
  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = last.get(key);
    const done = before === undefined ? work() : before.then(work, work);
    last.set(key, done);
    return done;
  };
};
