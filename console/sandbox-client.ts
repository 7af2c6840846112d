/** Speaks to the sandbox's own routes, and says in our words when it does not answer. */
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { HttpError } from './http-error.ts';

export interface SandboxClient {
  /**
   * @param path behind `/_sandbox/`, e.g. `resources?type=AWS::S3::Bucket`
   * @throws HttpError with the sandbox's own reason when it refuses
   */
  call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown>;
}

export const createSandboxClient = (url: string): SandboxClient => ({
  call: async (method, path, body) => {
    const response = await fetch(`${url}/_sandbox/${path}`, {
      method,
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }).catch((error: unknown) => {
      throw new HttpError(502, 'no-sandbox', `the sandbox at ${url} does not answer: ${causeOf(error)}`);
    });
    const told: unknown = await response.json().catch(() => undefined);
    if (response.ok) return told;
    const status = response.status >= 500 ? 502 : (response.status as ContentfulStatusCode);
    throw new HttpError(
      status,
      'sandbox-refused',
      refusalOf(told) ?? `the sandbox answered ${response.status}`,
    );
  },
});

const ANSWER_MS_MAX = 30_000;

const causeOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
};

const refusalOf = (told: unknown): string | undefined =>
  typeof told === 'object' && told !== null && 'error' in told ? String(told.error) : undefined;
