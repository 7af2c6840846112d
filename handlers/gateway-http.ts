/**
 * A request as API Gateway's HTTP APIs hand it on (payload format 2.0), for hono, and its answer back. hono's own
 * way also knows the formats of four other services, and every cold start would read them.
 */
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { Hono } from 'hono/tiny';

export interface GatewayAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: string[];
  readonly body: string;
}

/**
 * The routes find what API Gateway knows of the request, who asks above all, in `env.requestContext`. They answer
 * text and nothing else.
 *
 * @returns 400 for what is no address or no request, and whatever the app answers to all others
 */
export const overGateway =
  (app: Pick<Hono, 'fetch'>) =>
  async (event: APIGatewayProxyEventV2, lambdaContext: Context): Promise<GatewayAnswer> => {
    const { requestContext } = event;
    const request = requestOf(event);
    return answerOf(
      request === undefined
        ? new Response('Invalid request', { status: 400 })
        : await app.fetch(request, { event, requestContext, lambdaContext }),
    );
  };

const requestOf = (event: APIGatewayProxyEventV2): Request | undefined => {
  const { requestContext, rawPath, rawQueryString, body, isBase64Encoded } = event;
  try {
    const headers = headersOf(event);
    const bytes = body ? Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') : undefined;
    if (bytes !== undefined) headers.set('content-length', String(bytes.length));
    const host = requestContext.domainName ?? headers.get('host');
    const query = rawQueryString ? `?${rawQueryString}` : '';
    return new Request(`https://${host}${rawPath}${query}`, {
      method: requestContext.http.method,
      headers,
      ...(bytes && { body: bytes }),
    });
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
};

/** API Gateway takes the cookies out of the headers; letters that no header may hold are written in percent. */
const headersOf = ({ headers: given, cookies }: APIGatewayProxyEventV2): Headers => {
  const headers = new Headers();
  if (cookies !== undefined) headers.set('cookie', cookies.join('; '));
  for (const [name, value] of Object.entries(given))
    if (value) headers.set(name, /\P{ASCII}/u.test(value) ? encodeURIComponent(value) : value);
  return headers;
};

const answerOf = async (response: Response): Promise<GatewayAnswer> => {
  const { headers, status } = response;
  const cookies = headers.getSetCookie();
  headers.delete('set-cookie');
  return {
    statusCode: status,
    headers: Object.fromEntries(headers),
    ...(cookies.length > 0 && { cookies }),
    body: await response.text(),
  };
};
