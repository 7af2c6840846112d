/** What somebody sees whose sign-in came to nothing: that it did, and how to try again. Why stands in the log. */
import { html } from 'hono/html';
import { type Html, layout } from '../page/layout.ts';

export const notSignedInPage = (message: string, again: string | undefined): Html =>
  layout(
    'Not signed in',
    html`<h1>Not signed in</h1>
<p>${message}</p>
<p>Nothing was changed. ${again === undefined ? '' : html`<a href="${again}">Sign in again</a>, or go to `}<a href="/">the open cases</a>.</p>`,
  );
