/**
 * Who is behind a request, as an authentication has made sure of it: behind API Gateway its authorizer
 * (`signed-in.ts`), on one's own machine a token of the local identity provider (`identity/bearer.ts`). What a
 * request says of itself counts for nothing.
 */
import type { Context, MiddlewareHandler } from 'hono';
import type { Identity } from '../domain/identity.ts';
import { personName as asCompared, MACHINES, PERSON } from '../domain/person.ts';
import { HttpError } from './http-error.ts';

/**
 * Undefined when nobody has shown who they are.
 *
 * @throws HttpError with 401 when somebody tried, and it does not hold
 */
export type WhoIs = (context: Context) => Promise<Identity | undefined>;

/** @throws HttpError 401 when it is nobody */
export const askedBy = async (context: Context, { whoIs }: { readonly whoIs: WhoIs }): Promise<Identity> => {
  const who = await whoIs(context);
  if (who !== undefined) return who;
  throw new HttpError(
    401,
    'nobody',
    'nobody knows who you are: sign in, or send a token (authorization: Bearer …); selfheal start prints both ways',
  );
};

/** Whatever is more than looking needs somebody behind it; on pages, their forms ask for more than that. */
export const writesBySomebody =
  (deps: { readonly whoIs: WhoIs }): MiddlewareHandler =>
  async (context, next) => {
    if (!READS.has(context.req.method)) await askedBy(context, deps);
    await next();
  };

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A person's name as it goes into decisions. One person must not count twice by being written in two ways, nor sign
 * as one of the machine's own voices.
 *
 * @example personName('Ada ') // { ok: true, name: 'ada' }
 */
export const personName = (
  name: string | undefined,
): { readonly ok: true; readonly name: string } | { readonly ok: false; readonly why: string } => {
  const person = asCompared(name ?? '');
  if (person === '') return { ok: false, why: 'there is no name' };
  if (!PERSON.test(person))
    return { ok: false, why: 'a name has letters, digits, spaces and . _ @ + - only, 100 at most' };
  if (MACHINES.has(person))
    return { ok: false, why: `${person} is what the timeline calls a part of the machine, not a person` };
  return { ok: true, name: person };
};
