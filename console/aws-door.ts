/**
 * Lets AWS clients in by the service's own port: `aws --endpoint-url http://127.0.0.1:4510 …` reaches the
 * sandbox, so that there is one address to remember. Only signed POSTs are AWS's; everything else is the API's.
 */
import type { MiddlewareHandler } from 'hono';

export const awsDoor =
  (sandboxUrl: string): MiddlewareHandler =>
  async ({ req }, next) => {
    const signed = req.header('authorization')?.startsWith('AWS4-HMAC-SHA256 ');
    if (req.method !== 'POST' || !signed) return next();
    const { pathname, search } = new URL(req.url);
    const headers = new Headers(req.raw.headers);
    for (const name of HOP_BY_HOP) headers.delete(name);
    const answer = await fetch(`${sandboxUrl}${pathname}${search}`, {
      method: 'POST',
      headers,
      body: await req.arrayBuffer(),
    });
    const answered = new Headers(answer.headers);
    for (const name of HOP_BY_HOP) answered.delete(name);
    return new Response(await answer.arrayBuffer(), { status: answer.status, headers: answered });
  };

/** Of one connection, and not to be handed on to the other. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host', 'expect'];
