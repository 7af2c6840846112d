/** Requests and answers as API Gateway translates them for functions: payload format version 2.0. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { MatchedRoute } from './match-route.ts';
import { routeKeyOf } from './match-route.ts';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** Without its `?`. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly sourceIp: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

export const gatewayEvent = (
  { method, path, query, headers, body, sourceIp }: HttpRequest,
  { route, parameters }: MatchedRoute,
  authorizer: unknown,
  nowMs: number,
): unknown => {
  const { cookie, ...others } = headers;
  const isText = TEXT.test(headers['content-type'] ?? '');
  return {
    version: '2.0',
    routeKey: routeKeyOf(route),
    rawPath: path,
    rawQueryString: query,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/;\s*/) }),
    headers: {
      ...joined(Object.entries(others)),
      'x-forwarded-for': sourceIp,
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    ...(query === '' ? {} : { queryStringParameters: joined(new URLSearchParams(query).entries()) }),
    ...(Object.keys(parameters).length === 0 ? {} : { pathParameters: parameters }),
    requestContext: {
      accountId: route.account,
      apiId: route.apiId,
      ...(authorizer === undefined ? {} : { authorizer }),
      domainName: headers.host ?? '',
      domainPrefix: route.apiId,
      http: { method, path, protocol: 'HTTP/1.1', sourceIp, userAgent: headers['user-agent'] ?? '' },
      requestId: randomUUID(),
      routeKey: routeKeyOf(route),
      stage: STAGE,
      time: requestTime(nowMs),
      timeEpoch: nowMs,
    },
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
};

/** The stage that has no part in the path. */
export const STAGE = '$default';

/** What AWS hands on as text: nothing else, no form and not what has no type, however readable it may be. */
const TEXT = /^\s*(?:text\/|application\/(?:json|xml|javascript)(?=[\s;]|$))/i;

/** Several values of one name are one, with commas. */
const joined = (
  entries: Iterable<[string, string | readonly string[] | undefined]>,
): Record<string, string> => {
  const values: Record<string, string> = {};
  for (const [name, value] of entries) {
    if (value === undefined) continue;
    const text = [value].flat().join(',');
    values[name] = values[name] === undefined ? text : `${values[name]},${text}`;
  }
  return values;
};

/** `21/Nov/2026:03:00:00 +0000` */
const requestTime = (ms: number): string => {
  const [, day = '', month = '', year = '', time = ''] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(ms).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
};

/** What a function answered; what it answers without a status code is the body of a 200. */
export const answerOf = (payload: string): HttpAnswer => {
  const answer: unknown = JSON.parse(payload);
  if (typeof answer !== 'object' || answer === null || !('statusCode' in answer))
    return jsonAnswer(200, typeof answer === 'string' ? answer : JSON.stringify(answer));
  const { statusCode, headers, cookies, body, isBase64Encoded } = answer as Record<string, unknown>;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return refusal(500, 'Internal Server Error');
  return {
    status,
    headers: {
      ...joined(Object.entries((headers ?? {}) as Record<string, string>)),
      ...(Array.isArray(cookies) && cookies.length > 0 ? { 'set-cookie': cookies.map(String) } : {}),
    },
    body: Buffer.from(String(body ?? ''), isBase64Encoded === true ? 'base64' : 'utf8'),
  };
};

/** API Gateway's own words. */
export const refusal = (status: number, message: string, headers: HttpAnswer['headers'] = {}): HttpAnswer => {
  const answer = jsonAnswer(status, JSON.stringify({ message }));
  return { ...answer, headers: { ...answer.headers, ...headers } };
};

const jsonAnswer = (status: number, text: string): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(text),
});
