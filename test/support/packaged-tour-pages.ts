/**
 * The part of the tour in which people decide on a page: they follow the link out of a message, sign in with the
 * accounts' identity provider, read, and send the form. As a browser would, by HTTP alone and with a jar of cookies.
 */
import type { Case } from '../../domain/case/case.ts';
import { tokenOf, whileTimePasses } from './packaged-tour-asking.ts';
import type { PackagedWorld } from './packaged-world.ts';

/** What came of it: an HTTP status, or words of the page. */
export interface PageVisit {
  /** By status: those who look without having signed in. */
  readonly looked: readonly number[];
  /** True when none of that changed an item of the table. */
  readonly lookedOnly: boolean;
  /** The report of the week, and the cases that were opened in it. */
  readonly reports: readonly number[];
  readonly listed: boolean;
  readonly withoutVisit: number;
  readonly strangerSees: string;
  readonly strangerTold: number;
  readonly foreignForm: number;
  /** Where the sign-in led, and where the form. */
  readonly ledTo: readonly (string | undefined)[];
  readonly afterSignOut: number;
}

/** @param asked hears of each request: `GET /decide/…` */
export const decidesOnThePage = async (
  world: PackagedWorld,
  { id, finding, lastPlanned }: Case,
  asked: (what: string) => void,
): Promise<PageVisit> => {
  const link = linkIn(world, finding.resourceId);
  const page = `/cases/${id}`;
  const decision = `${page}/decision`;
  const form = { planHash: lastPlanned?.planHash ?? '', answer: 'approve', reason: 'Not public.' };

  const nobody = createBrowser(world, asked);
  const before = await world.items();
  const looked: number[] = [];
  for (const method of ['GET', 'HEAD', 'OPTIONS']) looked.push((await nobody.ask(method, link)).status);
  const week = '/reports/current';
  for (const path of ['/', page, decision, '/console.css', '/reports.css', '/reports', week])
    looked.push((await nobody.ask('GET', path)).status);
  const lookedOnly = (await world.items()) === before;
  const withoutVisit = await nobody.ask('POST', decision, { ...form, csrf: '' });

  const stranger = createBrowser(world, asked);
  await signIn(world, stranger, 'eve', ['sre-others'], link);
  const strangers = await stranger.ask('GET', link);
  const strangerTold = await stranger.ask('POST', decision, { ...form, csrf: csrfIn(strangers) });

  const ada = createBrowser(world, asked);
  const signedIn = await signIn(world, ada, 'ada', ['sre-oncall'], link);
  const shown = await ada.ask('GET', link);
  const report = await ada.ask('GET', week);
  const behind = await ada.ask('GET', `${week}/cases?figure=opened`);
  const foreignForm = await ada.ask('POST', decision, { ...form, csrf: csrfIn(strangers) });
  const approved = await whileTimePasses(world, ada.ask('POST', decision, { ...form, csrf: csrfIn(shown) }));
  await ada.ask('POST', '/sign-out', { csrf: csrfIn(shown) });
  const afterSignOut = await ada.ask('GET', page);
  return {
    looked,
    lookedOnly,
    reports: [report.status, behind.status],
    listed: behind.body.includes(`/cases/${id}`),
    withoutVisit: withoutVisit.status,
    strangerSees: /You may look, but not decide/.exec(strangers.body)?.[0] ?? strangers.body,
    strangerTold: strangerTold.status,
    foreignForm: foreignForm.status,
    ledTo: [signedIn.location, approved.location].map((to) =>
      to?.replace(link, 'the link').replace(id, 'ID'),
    ),
    afterSignOut: afterSignOut.status,
  };
};

/** The link in the message by which people were asked about a resource, without its host. */
const linkIn = ({ sandbox, running }: PackagedWorld, resourceId: string): string => {
  const told = sandbox.sns.messages().filter(({ message }) => message.includes(resourceId));
  const links = told.flatMap(({ message }) => /(https?:\/\/[^/\s]+)(\/decide\/[\w.-]+)/.exec(message) ?? []);
  const [, host, path] = links;
  if (host !== running.url || path === undefined)
    throw new Error(`no message about ${resourceId} links to ${running.url}: ${told.at(-1)?.message}`);
  return path;
};

interface Page {
  readonly status: number;
  readonly location?: string;
  readonly body: string;
}

interface Browser {
  /** What has fields is a form of one of our own pages. */
  ask(method: string, path: string, fields?: Readonly<Record<string, string>>): Promise<Page>;
}

const createBrowser = ({ running }: PackagedWorld, asked: (what: string) => void): Browser => {
  const jar = new Map<string, string>();
  return {
    ask: async (method, path, fields) => {
      asked(`${method} ${path.replace(/\?.*/, '')}`);
      const answer = await fetch(`${running.url}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          accept: 'text/html',
          ...(jar.size > 0 && { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }),
          // Pages that hide their address have `null` for an origin.
          ...(fields && { origin: 'null', 'sec-fetch-site': 'same-origin' }),
        },
        ...(fields && { body: new URLSearchParams(fields) }),
      });
      for (const cookie of answer.headers.getSetCookie()) keep(jar, cookie);
      const location = answer.headers.get('location');
      return { status: answer.status, ...(location !== null && { location }), body: await answer.text() };
    },
  };
};

const keep = (jar: Map<string, string>, cookie: string): void => {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
  if (/;\s*max-age=0\b/i.test(cookie)) jar.delete(name);
  else jar.set(name, value);
};

/** Over to the provider, which is shown who it is, and back. */
const signIn = async (
  world: PackagedWorld,
  browser: Browser,
  who: string,
  groups: readonly string[],
  to: string,
): Promise<Page> => {
  const { location = '' } = await browser.ask('GET', `/sign-in?to=${encodeURIComponent(to)}`);
  const { origin, pathname, searchParams } = new URL(location);
  searchParams.set('token', tokenOf(world, who, groups));
  const answer = await fetch(`${origin}${pathname}`, {
    method: 'POST',
    redirect: 'manual',
    body: searchParams,
  });
  const back = new URL(answer.headers.get('location') ?? '');
  if (back.origin !== world.running.url) throw new Error(`${who} was sent to ${back.origin}`);
  return browser.ask('GET', `${back.pathname}${back.search}`);
};

/** Of the form by which one signs out, if of no other. */
const csrfIn = ({ body }: Page): string => {
  const csrf = /name="csrf" value="([\w-]+)"/.exec(body)?.[1];
  if (csrf === undefined) throw new Error(`nobody is signed in on this page: ${body.slice(0, 500)}`);
  return csrf;
};
