/** Which of the paths are for people in a browser: what they are told there is told in pages. */
import type { Context } from 'hono';

/** A form of one of our pages is sent there, and nowhere else. */
export const isForm = ({ req }: Context): boolean => req.method === 'POST' && FORMS.test(req.path);

/** True where the answer is read by a person, whatever it says. */
export const wantsPage = (context: Context): boolean => {
  const { req } = context;
  if (isForm(context)) return true;
  return !MACHINES.test(req.path) && (req.header('accept') ?? '').includes('text/html');
};

const FORMS = /^\/(?:cases\/[^/]+\/decision|sign-out)$/;
const MACHINES = /^\/(?:api|healthz|metrics)(?:\/|$)/;
