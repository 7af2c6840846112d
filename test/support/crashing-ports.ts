/** A process that dies at a chosen call: from then on it does nothing more, as a killed process would. */
import type { Ports } from '../../domain/ports.ts';

export class Crash extends Error {}

/** Whether the process dies at this call, and on which side of it. */
export type CrashAt = (call: number, name: string) => 'before' | 'after' | undefined;

const WATCHED = [
  'cases',
  'permits',
  'controls',
  'runbooks',
  'compliance',
  'announcer',
  'events',
  'wakes',
] as const satisfies readonly (keyof Ports)[];

export const crashingPorts =
  (crashAt: CrashAt, onCrash: () => void) =>
  (ports: Ports): Ports => {
    let calls = 0;
    let dead = false;
    const die = () => {
      dead = true;
      onCrash();
      throw new Crash('killed');
    };
    const wrapped =
      (name: string, method: (...args: unknown[]) => unknown) =>
      (...args: unknown[]) => {
        if (dead) throw new Crash('dead');
        calls += 1;
        const at = crashAt(calls, name);
        if (at === 'before') die();
        const result = method(...args);
        if (!(result instanceof Promise)) return result;
        return result.then((value) => {
          if (dead) throw new Crash('dead');
          if (at === 'after') die();
          return value;
        });
      };
    const watch = <K extends (typeof WATCHED)[number]>(key: K): Ports[K] =>
      Object.fromEntries(
        Object.entries(ports[key]).map(([name, method]) => [
          name,
          wrapped(`${key}.${name}`, method as (...args: unknown[]) => unknown),
        ]),
      ) as unknown as Ports[K];
    return { ...ports, ...Object.fromEntries(WATCHED.map((key) => [key, watch(key)])) };
  };
