/** The body of a request as JSON, or the reason why it is none. */
import type { Context } from 'hono';
import { HttpError } from './http-error.ts';

export const jsonBody = async (context: Context): Promise<unknown> => {
  const text = await context.req.text();
  try {
    return withoutWho(JSON.parse(text));
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError(
      400,
      'not-json',
      `the body is no JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};

/** Whoever says who they are shall not believe that it counted. */
const withoutWho = (body: unknown): unknown => {
  if (typeof body === 'object' && body !== null && Object.hasOwn(body, 'who'))
    throw new HttpError(
      400,
      'bad-request',
      'who is not taken from the request: sign in, or send a token (authorization: Bearer …)',
      'who',
    );
  return body;
};
