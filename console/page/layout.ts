/** What every page has around it. Values go through `html`, which escapes them. */
import { html } from 'hono/html';
import { inert } from '../../domain/message.ts';
import type { Session } from '../identity/session.ts';

export type Html = ReturnType<typeof html>;

export interface Around {
  /** Absent where it is not asked who looks. */
  readonly visit?: Visit;
  /** Path of a style sheet that it needs besides. */
  readonly styles?: string;
}

/** Who looks at the page, and where they may sign in when that is nobody. */
export interface Visit {
  readonly session: Session | undefined;
  readonly signInTo: string;
}

export const layout = (
  title: string,
  body: Html,
  { visit, styles }: Around = {},
): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${line(title)} · selfheal</title>
<link rel="stylesheet" href="/console.css">${styles === undefined ? '' : html`<link rel="stylesheet" href="${styles}">`}
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header><nav aria-label="selfheal"><a class="home" href="/">selfheal</a> <a href="/reports">Reports</a></nav>${visit === undefined ? '' : visitSection(visit)}</header>
<main id="main" tabindex="-1">
${body}
</main>
</body>
</html>`;

const visitSection = ({ session, signInTo }: Visit): Html =>
  session === undefined
    ? html`<p class="visit"><a href="${signInPath(signInTo)}">Sign in</a></p>`
    : html`<form class="visit" method="post" action="/sign-out"><input type="hidden" name="csrf" value="${session.csrf}"><span>${line(session.identity.name)}</span> <button class="quiet">Sign out</button></form>`;

/** @example signInPath('/cases/x-1') // '/sign-in?to=%2Fcases%2Fx-1' */
export const signInPath = (to: string): string => `/sign-in?to=${encodeURIComponent(to)}`;

export const noSuchCasePage = (): Html =>
  layout('No such case', html`<h1>No such case</h1><p><a href="/">The open cases</a></p>`);

/** One line that can neither break the page nor turn its text around. */
export const line = (text: string): string => inert(text, 400);

/** @example shortType('AWS::S3::Bucket') // 'S3 Bucket' */
export const shortType = (resourceType: string): string =>
  line(resourceType.replace(/^AWS:+/, '').replaceAll('::', ' '));

/** What somebody wrote that was not taken: without a form they can still copy it. */
export const writtenSection = (reason = ''): Html | '' =>
  reason.trim() === '' ? '' : html`<p class="hint">You wrote: ${inert(reason, 1_000)}</p>`;

/** Who stopped what, why and since when: nobody should have to look for it. */
export const heldBackSection = (held: readonly string[]): Html | '' =>
  held.length === 0
    ? ''
    : html`<ul class="held-back" aria-label="What holds starts back">${held.map((each) => html`<li>${line(each)}</li>`)}</ul>`;

/** @example ago('2026-11-21T02:00:00.000Z', Date.parse('2026-11-21T02:05:00Z')) // '5 min' */
export const ago = (at: string, nowMs: number): string => {
  const minutes = Math.max(0, Math.floor((nowMs - Date.parse(at)) / 60_000));
  if (minutes < 1) return 'just now';
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
};

/** @example clock('2026-11-21T02:00:00.000Z') // <time datetime="…">2026-11-21 02:00 UTC</time> */
export const clock = (at: string): Html =>
  html`<time datetime="${at}">${at.slice(0, 16).replace('T', ' ')} UTC</time>`;
