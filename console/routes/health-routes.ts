/** Whether the service can do its work: it reads its store to say so. */
import { Hono } from 'hono/tiny';
import type { HttpDeps } from '../http-deps.ts';

export const healthRoutes = ({ app }: HttpDeps): Hono =>
  new Hono().get('/', async (context) => {
    let openCases = 0;
    for await (const _ of app.ports.cases.list({ status: 'open' })) openCases += 1;
    return context.json({ ok: true, policyVersion: app.policy().version, openCases });
  });
