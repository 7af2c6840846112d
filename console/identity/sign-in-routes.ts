/**
 * Signing in on the pages: OpenID Connect's authorization code flow with PKCE, as a public client. What has to be
 * remembered between the two requests lies in the browser, in a cookie that lives for ten minutes and for one try:
 *
 *   GET /sign-in?to=/cases/x      cookie: state, nonce, verifier, to   303 to the provider
 *   GET /sign-in/callback         state fits, code -> ID token, nonce fits, verified   303 to /cases/x
 *
 * Nobody can be signed in by a link: the state in it has to be the one in the cookie. All that changes is in the
 * browser of whoever asks.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { Hono } from 'hono/tiny';
import * as z from '../../domain/zod.ts';
import { exchangeCode } from '../../infra/identity/exchange-code.ts';
import { returnPath } from './return-path.ts';
import { csrfHolds } from './session.ts';
import { SESSION_COOKIE, type SignIn, sessionsOf } from './sign-in.ts';
import { notSignedInPage } from './sign-in-page.ts';

/** Where nobody can sign in, the routes say so. */
export const signInRoutes = (signIn: SignIn | undefined): Hono => {
  if (signIn === undefined)
    return new Hono()
      .get('/sign-in', (context) => notHere(context))
      .get('/sign-in/callback', (context) => notHere(context))
      .post('/sign-out', (context) => context.redirect('/', 303));
  return new Hono()
    .get('/sign-in', (context) => begin(signIn, context))
    .get('/sign-in/callback', (context) => complete(signIn, context))
    .post('/sign-out', (context) => signOut(signIn, context));
};

/** One attempt to sign in, as the browser keeps it. */
const attemptSchema = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  to: z.string(),
});
type Attempt = z.infer<typeof attemptSchema>;

const ATTEMPT_COOKIE = '__Host-selfheal-signing-in';
const ATTEMPT_SECONDS = 600;
const COOKIE = { path: '/', secure: true, httpOnly: true, sameSite: 'Lax' } as const;
/** No cookie lives longer (RFC 6265bis, 5.5). Where the sandbox's time runs fast, a token may outlive it. */
const COOKIE_SECONDS_MAX = 400 * 86_400;
/** Browsers drop what is longer than 4,096 characters with its name and attributes, without a word. */
const TOKEN_CHARS_MAX = 3_900;

const begin = async (signIn: SignIn, context: Context): Promise<Response> => {
  const to = returnPath(context.req.query('to'));
  try {
    const { authorizationEndpoint } = await (await signIn.oidc()).provider();
    const attempt: Attempt = { state: random(), nonce: random(), verifier: random(), to };
    setCookie(context, ATTEMPT_COOKIE, Buffer.from(JSON.stringify(attempt)).toString('base64url'), {
      ...COOKIE,
      maxAge: ATTEMPT_SECONDS,
    });
    const url = new URL(authorizationEndpoint);
    for (const [name, value] of Object.entries({
      response_type: 'code',
      client_id: signIn.clientId,
      redirect_uri: callbackOf(signIn, context),
      scope: signIn.scopes,
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: createHash('sha256').update(attempt.verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }))
      url.searchParams.set(name, value);
    return context.redirect(url.href, 303);
  } catch (error) {
    return failed(signIn, context, 503, `the provider cannot be asked: ${reasonOf(error)}`, to);
  }
};

const complete = async (signIn: SignIn, context: Context): Promise<Response> => {
  const attempt = attemptIn(context);
  // Gone with the first answer, whatever it is: a second one finds nothing to fit.
  deleteCookie(context, ATTEMPT_COOKIE, COOKIE);
  if (attempt === undefined)
    return failed(signIn, context, 400, 'no sign-in was begun in this browser, or too long ago', '/');
  const to = returnPath(attempt.to);
  try {
    const token = await tokenOf(signIn, context, attempt);
    const maxAge = Math.min(token.restSeconds, COOKIE_SECONDS_MAX);
    setCookie(context, SESSION_COOKIE, token.text, { ...COOKIE, maxAge });
    return context.redirect(to, 303);
  } catch (error) {
    return failed(signIn, context, 400, reasonOf(error), to);
  }
};

interface SessionToken {
  readonly text: string;
  /** Until it expires. */
  readonly restSeconds: number;
}

/** @throws Error in words for the log */
const tokenOf = async (signIn: SignIn, context: Context, attempt: Attempt): Promise<SessionToken> => {
  const { state, code, error, error_description: description, iss } = context.req.query();
  if (!same(state, attempt.state)) throw new Error('the state is not that of the attempt in this browser');
  const { provider, verify } = await signIn.oidc();
  const { tokenEndpoint, issuer, saysIssuer } = await provider();
  if (iss === undefined ? saysIssuer : iss !== issuer)
    throw new Error(`the answer is of issuer ${iss ?? '(none)'}, asked was ${issuer}`);
  if (error !== undefined) throw new Error(`the provider says ${error}: ${description ?? 'nothing more'}`);
  if (code === undefined || code === '') throw new Error('the provider sent no code');
  const text = await exchangeCode({
    tokenEndpoint,
    clientId: signIn.clientId,
    redirectUri: callbackOf(signIn, context),
    code,
    verifier: attempt.verifier,
  });
  const reading = await verify(text);
  if (reading.kind === 'expired') throw new Error('the token had expired when it came');
  if (reading.kind === 'refused') throw new Error(`the token does not hold: ${reading.why}`);
  const { nonce, exp } = reading.claims;
  if (!same(typeof nonce === 'string' ? nonce : undefined, attempt.nonce))
    throw new Error('the nonce is not that of the attempt in this browser');
  if (signIn.identityOf(reading.claims) === undefined)
    throw new Error('the token names nobody who can decide');
  if (text.length > TOKEN_CHARS_MAX)
    throw new Error(
      `the token has ${text.length} characters, a cookie holds ${TOKEN_CHARS_MAX}: have the provider put fewer groups into it`,
    );
  return { text, restSeconds: Math.max(1, Math.floor(Number(exp) - signIn.nowMs() / 1_000)) };
};

/** A form of ours only: another page may not sign anybody out. Without a session there is nothing to protect. */
const signOut = async (signIn: SignIn, context: Context): Promise<Response> => {
  const session = await sessionsOf(signIn)(context);
  if (session !== undefined && !csrfHolds(session, (await context.req.parseBody()).csrf)) {
    signIn.log.warn('sign-out refused', { who: session.identity.name });
    return context.html(
      notSignedInPage('Signing out was asked for by something that is no page of this visit.', undefined),
      403,
    );
  }
  deleteCookie(context, SESSION_COOKIE, COOKIE);
  return context.redirect('/', 303);
};

const failed = (
  { log }: SignIn,
  context: Context,
  status: 400 | 503,
  reason: string,
  to: string,
): Response | Promise<Response> => {
  log.warn('sign-in failed', { reason });
  return context.html(
    notSignedInPage(
      "Signing in did not work. selfheal's log says why.",
      `/sign-in?to=${encodeURIComponent(to)}`,
    ),
    status,
  );
};

const notHere = (context: Context): Response | Promise<Response> =>
  context.html(
    notSignedInPage(
      'No identity provider is configured here. The command line works: selfheal inbox, approve, deny.',
      undefined,
    ),
    404,
  );

const attemptIn = (context: Context): Attempt | undefined => {
  try {
    const text = Buffer.from(getCookie(context, ATTEMPT_COOKIE) ?? '', 'base64url').toString();
    return attemptSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
};

const callbackOf = ({ consoleUrl }: SignIn, context: Context): string =>
  `${consoleUrl(context)}/sign-in/callback`;

const random = (): string => randomBytes(32).toString('base64url');

/** In constant time. */
const same = (given: string | undefined, wanted: string): boolean => {
  const [left, right] = [Buffer.from(given ?? ''), Buffer.from(wanted)];
  return left.length === right.length && timingSafeEqual(left, right);
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
