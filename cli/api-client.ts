/** Asks the running service, and says what to do when it does not answer or says no. */

import { Failure } from './failure.ts';
import { safe } from './io.ts';

export interface ApiClient {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  /** One JSON text a line. */
  postLines<T>(path: string, lines: readonly string[]): Promise<T>;
  delete<T>(path: string): Promise<T>;
}

export const DEFAULT_URL = 'http://127.0.0.1:4510';

export const createApiClient = (url: string): ApiClient => {
  const base = baseOf(url);
  const ask = async <T>(method: string, path: string, body?: string, type?: string): Promise<T> => {
    const response = await fetch(`${base}${path}`, {
      method,
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
      ...(body === undefined ? {} : { body, headers: { 'content-type': type ?? 'application/json' } }),
    }).catch((error: unknown) => {
      throw new Failure(unreached(base, error));
    });
    const text = await response.text();
    const told = parsed(text);
    if (response.ok && told !== undefined) return told as T;
    throw new Failure(refusalOf(told) ?? notSelfheal(base, response.status));
  };
  return {
    get: (path) => ask('GET', path),
    post: (path, body) => ask('POST', path, JSON.stringify(body)),
    postLines: (path, lines) => ask('POST', path, lines.join('\n'), 'application/x-ndjson'),
    delete: (path) => ask('DELETE', path),
  };
};

const ANSWER_MS_MAX = 60_000;

const baseOf = (url: string): string => {
  const parsedUrl = URL.canParse(url) ? new URL(url) : undefined;
  if (parsedUrl === undefined || !/^https?:$/.test(parsedUrl.protocol))
    throw new Failure(`"${safe(url)}" is no URL of a service. Give one such as --url ${DEFAULT_URL}.`, 2);
  return parsedUrl.href.replace(/\/$/, '');
};

const unreached = (base: string, error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  if (code === 'ECONNREFUSED')
    return `selfheal is not running at ${base}. Start it with "selfheal start" (or npm start), or say where it runs with --url or SELFHEAL_URL.`;
  const why = cause instanceof Error ? cause.message : String(cause);
  return `selfheal at ${base} did not answer: ${safe(why)}. Is this the right address (--url, SELFHEAL_URL)?`;
};

const notSelfheal = (base: string, status: number): string =>
  `${base} answered ${status}, but not as selfheal answers. Is this the right address (--url, SELFHEAL_URL)?`;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const refusalOf = (told: unknown): string | undefined => {
  if (typeof told !== 'object' || told === null || !('error' in told)) return undefined;
  const { message, path } = told.error as { message?: unknown; path?: unknown };
  if (typeof message !== 'string') return undefined;
  return safe(typeof path === 'string' ? `${path}: ${message}` : message, 2_000);
};
