/** What every page has around it. Values go through `html`, which escapes them. */
import { html } from 'hono/html';
import { inert } from '../../domain/message.ts';

export type Html = ReturnType<typeof html>;

export const layout = (title: string, body: Html, refreshSeconds?: number): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${refreshSeconds === undefined ? '' : html`<meta http-equiv="refresh" content="${refreshSeconds}">`}
<title>${title} · selfheal</title>
<link rel="stylesheet" href="/console.css">
</head>
<body>
<header><a href="/">selfheal</a></header>
<main>
${body}
</main>
</body>
</html>`;

export const noSuchCasePage = (): Html =>
  layout('No such case', html`<h1>No such case</h1><p><a href="/">The open cases</a></p>`);

/** One line that can neither break the page nor turn its text around. */
export const line = (text: string): string => inert(text, 400);

/** Who stopped what, why and since when: nobody should have to look for it. */
export const heldBackSection = (held: readonly string[]): Html | '' =>
  held.length === 0
    ? ''
    : html`<ul class="held-back" role="status">${held.map((each) => html`<li>${line(each)}</li>`)}</ul>`;

/** @example ago('2026-11-21T02:00:00.000Z', Date.parse('2026-11-21T02:05:00Z')) // '5 min' */
export const ago = (at: string, nowMs: number): string => {
  const minutes = Math.max(0, Math.floor((nowMs - Date.parse(at)) / 60_000));
  if (minutes < 1) return 'just now';
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
};
