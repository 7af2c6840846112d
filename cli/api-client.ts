/** Asks selfheal, on this machine or deployed, and says what to do when it does not answer or says no. */

import { type CredentialOptions, credentialsFor } from './credentials.ts';
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

export const createApiClient = (url: string, options: CredentialOptions = {}): ApiClient => {
  const base = baseOf(url);
  const credentials = credentialsFor(base, options, async (sub, token) => {
    const text = JSON.stringify({ sub });
    return (await send<{ readonly token: string }>('POST', '/api/sandbox/tokens', { text, token })).token;
  });
  const send = async <T>(
    method: string,
    path: string,
    { text: body, type = 'application/json', token }: Sent,
  ): Promise<T> => {
    const headers = {
      ...(body === undefined ? {} : { 'content-type': type }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const target = new URL(`${base}${path}`);
    const signed = await credentials.signer?.sign({
      method,
      url: target,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const response = await fetch(target, {
      method,
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
      headers: signed ?? headers,
      ...(body === undefined ? {} : { body }),
    }).catch((error: unknown) => {
      throw new Failure(unreached(base, error));
    });
    const text = await response.text();
    const told = parsed(text);
    if (response.ok && told !== undefined) return told as T;
    throw new Failure(
      refusalOf(told, response.status === 401 ? `. ${credentials.hint}` : '') ??
        gatewayRefusal(response.status, told) ??
        notSelfheal(base, response.status),
      1,
      codeOf(told),
      response.status,
    );
  };
  const ask = async <T>(method: string, path: string, text?: string, type?: string): Promise<T> => {
    const token = await credentials.token(method);
    return send<T>(method, path, { text, type, token });
  };
  return {
    get: (path) => ask('GET', path),
    post: (path, body) => ask('POST', path, JSON.stringify(body)),
    postLines: (path, lines) => ask('POST', path, lines.join('\n'), 'application/x-ndjson'),
    delete: (path) => ask('DELETE', path),
  };
};

interface Sent {
  readonly text: string | undefined;
  readonly type?: string | undefined;
  readonly token: string | undefined;
}

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

const refusalOf = (told: unknown, hint: string): string | undefined => {
  if (typeof told !== 'object' || told === null || !('error' in told)) return undefined;
  const { message, path } = told.error as { message?: unknown; path?: unknown };
  if (typeof message !== 'string') return undefined;
  return `${safe(typeof path === 'string' ? `${path}: ${message}` : message, 2_000)}${safe(hint)}`;
};

const codeOf = (told: unknown): string | undefined => {
  const { error } = (told ?? {}) as { readonly error?: { readonly code?: unknown } };
  return typeof error?.code === 'string' ? safe(error.code, 60) : undefined;
};

/** API Gateway's own words, from before selfheal was asked. */
const gatewayRefusal = (status: number, told: unknown): string | undefined => {
  const { message, Message } = (told ?? {}) as { readonly message?: unknown; readonly Message?: unknown };
  const words = [message, Message].find((each) => typeof each === 'string');
  if (words === undefined) return undefined;
  const said = safe(words);
  if (/expired/i.test(said))
    return `Your AWS credentials have expired (${said}). Sign in again: aws sso login.`;
  if (status === 403 && /missing authentication token/i.test(said))
    return `This address wants signed requests (${said}): add --sign.`;
  if (status === 403)
    return `AWS does not let you (${said}). You need the managed policy selfheal-operator, or selfheal-reader to look only; aws sts get-caller-identity says who you are.`;
  if (status === 401)
    return `This address wants to know who you are (${said}): give a token as SELFHEAL_TOKEN, or sign with your AWS credentials: add --sign.`;
  if (status === 404)
    return `There is no such thing at this address (${said}): "send", "sandbox" and "policy explain --policy" ask the service of "selfheal start" only, not what is deployed.`;
  if (status === 503 || status === 504) return `selfheal did not answer in time (${said}): try again.`;
  return `AWS answered ${status}: ${said}`;
};
