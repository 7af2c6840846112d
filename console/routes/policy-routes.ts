/** Is a text a valid policy: for who writes one and has selfheal at hand. */
import { Hono } from 'hono/tiny';
import { checkPolicy } from '../check-policy.ts';
import { checked } from '../http-error.ts';
import { jsonBody } from '../json-body.ts';
import { policyText } from '../policy-text.ts';

export const policyRoutes = (): Hono =>
  new Hono().post('/check', async (context) => {
    const { text, file } = checked(policyText, await jsonBody(context));
    return context.json(checkPolicy(text, file));
  });
