/** What a person may do at the sandbox through the service: look, break, have things go wrong. Nothing else passes. */
import { Hono } from 'hono/tiny';
import type { LocalDeps } from '../http-deps.ts';
import { jsonBody } from '../json-body.ts';

export const sandboxRoutes = ({ sandbox }: LocalDeps): Hono =>
  new Hono()
    .get('/info', async (context) => context.json(await told(sandbox.call('GET', 'info'))))
    .get('/resources', async (context) =>
      context.json(await told(sandbox.call('GET', `resources${new URL(context.req.url).search}`))),
    )
    .post('/break', async (context) =>
      context.json(await told(sandbox.call('POST', 'resources/break', await jsonBody(context)))),
    )
    .get('/recorders', async (context) => context.json(await told(sandbox.call('GET', 'recorders'))))
    .post('/recorders', async (context) =>
      context.json(await told(sandbox.call('POST', 'recorders', await jsonBody(context)))),
    )
    .post('/rules', async (context) =>
      context.json(await told(sandbox.call('POST', 'rules', await jsonBody(context)))),
    )
    .post('/tokens', async (context) =>
      context.json(await told(sandbox.call('POST', 'identity/tokens', await jsonBody(context)))),
    )
    .get('/messages', async (context) => context.json(await told(sandbox.call('GET', 'messages'))))
    .get('/faults', async (context) => context.json(await told(sandbox.call('GET', 'faults'))))
    .post('/faults', async (context) =>
      context.json(await told(sandbox.call('POST', 'faults', await jsonBody(context)))),
    )
    .delete('/faults', async (context) => context.json(await told(sandbox.call('DELETE', 'faults'))))
    .delete('/faults/:id', async (context) =>
      context.json(
        await told(sandbox.call('DELETE', `faults/${encodeURIComponent(context.req.param('id'))}`)),
      ),
    )
    .get('/runbook-faults', async (context) =>
      context.json({ faults: await sandbox.call('GET', 'runbook-faults') } as object),
    )
    .post('/runbook-faults', async (context) =>
      context.json(await told(sandbox.call('POST', 'runbook-faults', await jsonBody(context)))),
    )
    .delete('/runbook-faults/:id', async (context) =>
      context.json(
        await told(sandbox.call('DELETE', `runbook-faults/${encodeURIComponent(context.req.param('id'))}`)),
      ),
    );

const told = async (answer: Promise<unknown>): Promise<object> => (await answer) as object;
