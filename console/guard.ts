/**
 * What every request must pass, and what every answer carries. Whatever web page a person's browser has open
 * can send requests too, to this machine and to a deployed selfheal: it may neither read nor act.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { errorAnswer, HttpError } from './http-error.ts';
import { isForm } from './page-paths.ts';

export const BODY_BYTES_MAX = 1024 * 1024;
/** Of a form: a reason of a thousand characters, whatever they are, with all that goes along. */
export const FORM_BYTES_MAX = 16 * 1024;

const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

export const safeHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
};

const limitedTo = (maxSize: number): MiddlewareHandler =>
  bodyLimit({
    maxSize,
    onError: (context) => {
      // The rest of the body is not read, so the connection cannot be used again.
      context.header('connection', 'close');
      return errorAnswer(
        context,
        new HttpError(413, 'too-large', `the body is larger than ${maxSize} bytes: send it in parts`),
      );
    },
  });

const limitAny = limitedTo(BODY_BYTES_MAX);
const limitForm = limitedTo(FORM_BYTES_MAX);

export const limitBody: MiddlewareHandler = (context, next) =>
  isForm(context) ? limitForm(context, next) : limitAny(context, next);

/** A name that points here but is not this machine's would let a foreign page pass as our own (DNS rebinding). */
export const loopbackOnly: MiddlewareHandler = async (context, next) => {
  const host = hostOf(context);
  if (!LOOPBACK.test(host))
    throw new HttpError(
      403,
      'foreign-host',
      'this service answers to 127.0.0.1 and localhost only; it was called by another name',
    );
  await next();
};

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

const hostOf = (context: Context): string => context.req.header('host') ?? new URL(context.req.url).host;

/** Only requests that change something are asked where they come from: the others show nothing across origins. */
export const sameOriginWrites: MiddlewareHandler = async (context, next) => {
  if (!READS.has(context.req.method)) {
    if (isForm(context)) refuseForeignForm(context);
    else refuseForeignOrigin(context);
    if (context.req.method === 'POST') refuseOtherContent(context);
  }
  await next();
};

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

const refuseForeignOrigin = (context: Context): void => {
  const { origin, site } = comesFrom(context);
  const isForeign =
    (origin !== undefined && origin !== ownOrigin(context)) ||
    (site !== undefined && site !== 'same-origin' && site !== 'none');
  if (isForeign) throw foreignOrigin();
};

/**
 * A form is sent by a browser, and a browser says where it comes from: one that does not say so is refused. Our pages
 * hide their addresses, links being in them, so the origin may be `null`; then the other header must say that it is
 * ours, which no page can write by itself. What sends the cookie along without any page has no form to send.
 */
const refuseForeignForm = (context: Context): void => {
  const { origin, site } = comesFrom(context);
  const isOurs =
    origin === undefined || origin === 'null'
      ? site === 'same-origin'
      : origin === ownOrigin(context) && (site === undefined || site === 'same-origin');
  if (!isOurs) throw foreignOrigin();
};

const comesFrom = ({ req }: Context) => ({
  origin: req.header('origin'),
  site: req.header('sec-fetch-site'),
});

const ownOrigin = (context: Context): string => `${new URL(context.req.url).protocol}//${hostOf(context)}`;

const foreignOrigin = (): HttpError =>
  new HttpError(403, 'foreign-origin', 'a page of another origin asked for this: it is not done');

/** A form on a foreign page cannot send these without asking first. */
const refuseOtherContent = (context: Context): void => {
  const type = contentType(context);
  if (isForm(context)) {
    if (type !== FORM)
      throw new HttpError(415, 'not-a-form', `send the form as content-type: ${FORM}, as the page does`);
  } else if (type !== 'application/json' && type !== 'application/x-ndjson')
    throw new HttpError(
      415,
      'not-json',
      'send the body as content-type: application/json (events also as application/x-ndjson)',
    );
};

const FORM = 'application/x-www-form-urlencoded';

export const contentType = (context: Context): string =>
  (context.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
