/** API Gateway's payload format 2.0: what the routes see of a request, and what goes back. */
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { handle } from 'hono/aws-lambda';
import { Hono } from 'hono/tiny';
import { describe, expect, it, vi } from 'vitest';
import { overGateway } from '../../handlers/gateway-http.ts';

const app = new Hono()
  .all('/seen/*', async (context) => {
    const { req, env } = context;
    const { requestContext } = env as { readonly requestContext: unknown };
    context.header('set-cookie', 'one=1; Secure', { append: true });
    context.header('set-cookie', 'two=2; HttpOnly', { append: true });
    return context.json(
      { url: req.url, method: req.method, headers: req.header(), text: await req.text(), requestContext },
      201,
    );
  })
  .get('/moved', (context) => context.redirect('/cases/größe', 303));

const event = (more: object = {}) =>
  ({
    version: '2.0',
    rawPath: '/seen/a%20b',
    rawQueryString: 'to=%2Fcases%2Fx&to=2',
    headers: { host: 'other.example', accept: 'text/html', 'x-name': 'größe' },
    cookies: ['a=1', 'b=2'],
    requestContext: { domainName: 'selfheal.example', http: { method: 'POST' }, authorizer: { jwt: {} } },
    body: 'reason=größe',
    isBase64Encoded: false,
    ...more,
  }) as unknown as APIGatewayProxyEventV2;
const context = {} as Context;
const answerTo = (of: APIGatewayProxyEventV2) => overGateway(app)(of, context);

describe('a request of API Gateway', () => {
  it.each([
    ['with all that there is', event()],
    ['in base64', event({ body: Buffer.from('größe').toString('base64'), isBase64Encoded: true })],
    ['without cookies, query and body', event({ cookies: undefined, rawQueryString: '', body: undefined })],
    ['without a domain of its own', event({ requestContext: { http: { method: 'PUT' } } })],
    [
      'that is led elsewhere',
      event({
        rawPath: '/moved',
        body: undefined,
        requestContext: { domainName: 'x.example', http: { method: 'GET' } },
      }),
    ],
    ['that nobody serves', event({ rawPath: '/nowhere' })],
    [
      'with an address that is none',
      event({ requestContext: { domainName: 'a b', http: { method: 'POST' } } }),
    ],
    ['with a method that is none', event({ requestContext: { domainName: 'x', http: { method: 'A B' } } })],
    ['with a header that breaks the line', event({ headers: { a: 'b\r\nc: d' } })],
    ['with a header that is none', event({ headers: { 'a b': 'c' } })],
  ])('%s is read and answered as by hono itself', async (_, of) => {
    // hono tells its own log what it refuses.
    const logged = vi.spyOn(console, 'error').mockReturnValue();
    // biome-ignore lint/suspicious/noExplicitAny: hono's types know more of API Gateway than is sent here.
    const { isBase64Encoded, ...expected } = (await handle(app)(of as any)) as any;
    logged.mockRestore();
    expect(isBase64Encoded).toBe(false);
    expect(await answerTo(of)).toEqual(expected);
  });

  it('gives each cookie back by itself, and no header for it', async () => {
    const { statusCode, cookies, headers } = await answerTo(event());
    expect(statusCode).toBe(201);
    expect(cookies).toEqual(['one=1; Secure', 'two=2; HttpOnly']);
    expect(Object.keys(headers)).toEqual(['content-type']);
  });
});
