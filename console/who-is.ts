/**
 * Who is behind a request. On one's own machine a person says their name and is believed; a deployment
 * puts its authentication here (`signed-in.ts`), and nowhere else.
 */
import type { Context } from 'hono';
import { HttpError } from './http-error.ts';

/** @param claimed the name that the request itself gives; an authenticating implementation does not look at it. */
export type WhoIs = (context: Context, claimed: string | undefined) => string | undefined;

export const believeTheName: WhoIs = (_, claimed) => claimed;

/**
 * The person's name as it goes into decisions. One person must not count twice by writing themselves in two
 * ways, nor sign as one of the machine's own voices.
 *
 * @example personOf('Ada ') // 'ada'
 */
export const personOf = (name: string | undefined): string => {
  const person = (name ?? '').normalize('NFKC').trim().toLowerCase();
  if (person === '')
    throw new HttpError(401, 'nobody', 'say who you are: "who" in the body (selfheal … --as NAME)', 'who');
  if (!PERSON.test(person))
    throw new HttpError(
      400,
      'bad-name',
      'a name has letters, digits, spaces and . _ @ + - only, 100 at most',
      'who',
    );
  if (MACHINES.has(person))
    throw new HttpError(
      400,
      'bad-name',
      `${person} is what the timeline calls a part of the machine, not a person`,
      'who',
    );
  return person;
};

const PERSON = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._@+-]{0,99}$/u;
const MACHINES: ReadonlySet<string> = new Set(['selfheal', 'config', 'ssm']);
