/** Who looks at a page, and whether they may. */
import type { Context } from 'hono';
import type { HttpDeps } from './http-deps.ts';
import type { Session } from './identity/session.ts';

/** On one's own machine whoever is there may look; elsewhere one signs in first. */
export const visitOf = async (
  { sessionOf, openToRead }: HttpDeps,
  context: Context,
): Promise<'sign-in-first' | { readonly session: Session | undefined }> => {
  const session = await sessionOf(context);
  return session === undefined && openToRead !== true ? 'sign-in-first' : { session };
};
