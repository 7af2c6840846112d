/**
 * Routes whose code is read when one of them is first asked for. A function's cold start reads what it is there
 * for; what is asked for once a month does not make every start longer: see docs/adr/0015-loaded-on-demand.md.
 */
import { Hono } from 'hono/tiny';

/** Method and path below the group's, as the routes themselves say them: 'POST /:id/decide'. */
export type RouteName = `${'GET' | 'POST'} /${string}`;

/**
 * A group of routes behind an import: made once, at the first request, and again when that failed. What goes wrong
 * is thrown as from any route, the import itself as well.
 *
 * @param at where the group begins
 * @param serves all that it has: what is served is known without reading it, and nothing else reads it
 * @param load gives the routes below `at`
 *
 * @example
 * lazily('/api/plan', ['GET /lanes'], async () => (await import('./routes/plan-routes.ts')).planRoutes(deps))
 */
export const lazily = (at: string, serves: readonly RouteName[], load: () => Promise<Hono>): Hono => {
  let loading: Promise<Hono> | undefined;
  const loaded = (): Promise<Hono> => {
    loading ??= mounted(at, load).catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  const group = new Hono();
  for (const name of serves) {
    const [method = '', path = ''] = name.split(' ');
    group.on(method, path, async (context) => (await loaded()).fetch(context.req.raw, context.env));
  }
  return new Hono().route(at, group);
};

/** As it would answer when it had been there from the start: what it throws goes on to who asked. */
const mounted = async (at: string, load: () => Promise<Hono>): Promise<Hono> =>
  new Hono()
    .route(at, await load())
    .notFound((context) => {
      throw new Error(
        `${context.req.method} ${context.req.path} is said to be served, but the routes lack it`,
      );
    })
    .onError((error) => {
      throw error;
    });
