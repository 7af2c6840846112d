/** The body of a request as JSON, or the reason why it is none. */
import type { Context } from 'hono';
import { HttpError } from './http-error.ts';

export const jsonBody = async (context: Context): Promise<unknown> => {
  const text = await context.req.text();
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HttpError(
      400,
      'not-json',
      `the body is no JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};
