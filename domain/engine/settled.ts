/** Work on several items at once, each answered on its own, so that one that fails harms no other. */
import type { Ports } from '../ports.ts';
import { createSession, type Session } from './session.ts';
import { createTurns } from './turns.ts';

export type Settled<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

/** Items of the same key keep their order; where no key is told, all do. */
export const eachSettled = async <T, R>(
  ports: Ports,
  items: readonly T[],
  work: (session: Session, item: T) => Promise<R>,
  { concurrent = () => '' }: { readonly concurrent?: (item: T) => string } = {},
): Promise<readonly Settled<R>[]> => {
  const session = createSession(ports);
  const inTurn = createTurns();
  const settled: readonly Settled<R>[] = await Promise.all(
    items.map((item) => inTurn(concurrent(item), () => settle(() => work(session, item)))),
  );
  const flushed = await settle(() => session.flush());
  // What could not be sent is sent again when the messages come again.
  return flushed.ok ? settled : settled.map(() => flushed);
};

const settle = async <T>(work: () => Promise<T>): Promise<Settled<T>> => {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error };
  }
};
