/** What a person is told whose request is not done: that it is not, why, and where to go from there. */
import { html } from 'hono/html';
import type { HttpError } from '../http-error.ts';
import { type Html, layout, line } from './layout.ts';

export const errorPage = ({ status, message }: Pick<HttpError, 'status' | 'message'>): Html =>
  layout(
    titleOf(status),
    html`<h1>${titleOf(status)}</h1>
<p role="alert">${line(message)}</p>
<p>${status < 500 ? 'Nothing was changed.' : 'Look at the case before you try again.'} <a href="/">The open cases</a></p>`,
  );

const titleOf = (status: number): string =>
  TITLES[status] ?? (status >= 500 ? 'That went wrong' : 'Not done');

const TITLES: Readonly<Record<number, string>> = {
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'There is nothing here',
  413: 'Too much at once',
  503: 'Not possible just now',
};
