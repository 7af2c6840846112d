/** What a person is told for whom a page does not open: links that lead nowhere, and forms of nobody. */
import { html } from 'hono/html';
import { type Html, layout, signInPath, writtenSection } from './layout.ts';

/** Every link that opens nothing is told the same, whatever is wrong with it. */
export const deadLinkPage = (): Html =>
  layout(
    'This link does not open anything',
    html`<h1>This link does not open anything</h1>
<p>It may be too old, cut off by a mail program, or not one of ours. Nothing was changed.</p>
<p>Open the link of the newest message, or look at <a href="/">the open cases</a>. The command line lists what waits: <code>selfheal inbox</code></p>`,
  );

export const linksUnreadablePage = (): Html =>
  layout(
    'Links cannot be opened just now',
    html`<h1>Links cannot be opened just now</h1>
<p role="alert">The keys that links are checked with cannot be read at the moment, so none is opened. Nothing was changed.</p>
<p>Try again in a minute, or sign in and look at <a href="/">the open cases</a>. The command line lists what waits: <code>selfheal inbox</code></p>`,
  );

/**
 * No redirect: what was written must not be lost, and a browser lets no form lead to another site.
 *
 * @param reason what they wrote, to be copied
 */
export const notSignedInPage = (caseId: string, reason?: string): Html =>
  layout(
    'Not signed in',
    html`<h1>Nothing was decided</h1>
<p role="alert">You are not signed in, or not any more.</p>
<p><a href="${signInPath(`/cases/${encodeURIComponent(caseId)}`)}">Sign in and look at the case again</a>.</p>
${writtenSection(reason)}`,
  );
