/**
 * Lets AWS clients in by the service's own port: `aws --endpoint-url http://127.0.0.1:4510 …` reaches the
 * sandbox, so that there is one address to remember. Only signed POSTs to a path that AWS's protocols use are
 * AWS's; everything else is the API's, and the sandbox's own routes are not to be reached from here.
 */
import type { MiddlewareHandler } from 'hono';

export const awsDoor =
  (sandboxUrl: string): MiddlewareHandler =>
  async ({ req }, next) => {
    const signed = req.header('authorization')?.startsWith('AWS4-HMAC-SHA256 ');
    const { pathname, search } = new URL(req.url);
    if (req.method !== 'POST' || !signed || !AWS_PATH.test(pathname)) return next();
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

/** The root for every service, and the URL of a queue for SQS. */
const AWS_PATH = /^\/(\d{12}\/[\w-]{1,80}(\.fifo)?)?$/;

/** Of one connection, and not to be handed on to the other. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host', 'expect'];
