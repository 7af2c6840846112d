/** Who runs selfheal on this machine. */
import { userInfo } from 'node:os';
import { personName } from '../../console/who-is.ts';

/** @throws Error when nobody can decide by that name */
export const localUser = (given: string | undefined): string => {
  const person = personName(given ?? userInfo().username);
  if (person.ok) return person.name;
  throw new Error(
    given === undefined
      ? `the name you are logged in by cannot stand under a decision: ${person.why}; give another one with --user`
      : `--user: ${person.why}`,
  );
};

/** A week of the wall's time, for a service that keeps running; in the sandbox's, which may run faster. */
export const tokenSeconds = (speed: number): number => Math.ceil(7 * 86_400 * Math.max(1, speed));
