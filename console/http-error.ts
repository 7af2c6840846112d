/** Why a request is not done, in one shape for every route: `{error: {code, message, path?}}`. */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { formatPath } from '../domain/policy/policy-problem.ts';
import { type Log, PortError } from '../domain/ports.ts';
import type * as z from '../domain/zod.ts';
import { wantsPage } from './page-paths.ts';

export class HttpError extends Error {
  constructor(
    readonly status: ContentfulStatusCode,
    readonly code: string,
    message: string,
    /** Where in the body it is wrong, e.g. `scope.name`. */
    readonly path?: string,
  ) {
    super(message);
    this.name = 'HttpError';
  }
}

/** The parsed value, or a 400 that names the first place that is wrong. */
export const checked = <T>(schema: z.ZodMiniType<T>, value: unknown): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = formatPath(
    (issue?.path ?? []).map((step) => (typeof step === 'number' ? step : String(step))),
  );
  throw new HttpError(
    400,
    'bad-request',
    issue?.message ?? 'the request is not understood',
    path || undefined,
  );
};

/** What was not foreseen is logged, and told without its inside. */
export const answerError =
  (log: Log) =>
  (error: Error, context: Context): Response | Promise<Response> => {
    const told = asHttpError(error);
    if (told.status >= 500)
      log.error('request failed', {
        method: context.req.method,
        path: context.req.path,
        reason: error.message,
      });
    return errorAnswer(context, told);
  };

/** A page where a person reads it; the code of pages is read when there is one to show. */
export const errorAnswer = (context: Context, error: HttpError): Response | Promise<Response> =>
  wantsPage(context) ? pageOf(context, error) : asJson(context, error);

const asJson = (context: Context, { status, code, message, path }: HttpError): Response =>
  context.json({ error: { code, message, ...(path === undefined ? {} : { path }) } }, status);

const pageOf = async (context: Context, error: HttpError): Promise<Response> => {
  const { errorPage } = await import('./page/error-page.ts');
  return context.html(errorPage(error), error.status);
};

const asHttpError = (error: Error): HttpError => {
  if (error instanceof HttpError) return error;
  if (error instanceof PortError && error.errorClass !== 'terminal')
    return new HttpError(
      503,
      'try-again',
      `${error.operation} failed with ${error.code}; nothing is lost, try again`,
    );
  if (error instanceof PortError)
    return new HttpError(
      502,
      'aws-refused',
      `${error.operation} failed with ${error.code}: ${error.message}`,
    );
  return new HttpError(500, 'internal', 'selfheal failed in a way that nobody foresaw; its log says more');
};
