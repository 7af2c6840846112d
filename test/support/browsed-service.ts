/** The local service as `selfheal start` runs it, with people who sign in on its pages in a real browser. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { type RunningService, startService } from '../../cli/service/start-service.ts';
import type { Case } from '../../domain/case/case.ts';
import { alsoAs } from './signed-in.ts';

export interface BrowsedService {
  readonly url: string;
  /** What start prints: the token of its user. */
  readonly token: string;
  tokenOf(sub: string, claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Breaks a resource, and answers its case when people were told of it: with the link in their message. */
  asked(what: string, rule: string): Promise<Asked>;
  read(id: string): Promise<Case>;
  /** Resolves when the case has come there; a test's time limit ends it. */
  until(id: string, state: string): Promise<void>;
  close(): Promise<void>;
}

export interface Asked {
  readonly id: string;
  readonly link: string;
  readonly subject: string;
}

export const startBrowsedService = async (policy: string, user: string): Promise<BrowsedService> => {
  const home = mkdtempSync(join(tmpdir(), 'selfheal-browsed-'));
  const policyFile = join(home, 'policy.yml');
  writeFileSync(policyFile, policy);
  const service = await startService({ port: 0, policyFile, speed: SPEED, user });
  const { url, token } = service;
  const changes = hearing(service);
  const read = async (id: string): Promise<Case> => {
    const found = await service.app.ports.cases.get(id);
    if (found === undefined) throw new Error(`there is no case ${id}`);
    return found;
  };
  const until = async (id: string, state: string): Promise<void> => {
    while ((await read(id)).state.name !== state) await changes.next();
  };
  return {
    url,
    token,
    tokenOf: async (sub, claims) =>
      (await alsoAs({ url, token }, sub, claims)).authorization.replace('Bearer ', ''),
    asked: async (what, rule) => {
      await post(`${url}/api/sandbox/break`, token, { what, rule });
      for (;;) {
        const found = (await messages(url)).find(
          ({ subject, message }) => subject.includes('Approve?') && message.includes(what),
        );
        if (found !== undefined) return askedIn(found);
        await changes.next();
      }
    },
    read,
    until,
    close: async () => {
      changes.end();
      await service.close();
      rmSync(home, { recursive: true });
    },
  };
};

/** Minutes of the accounts are seconds here. */
const SPEED = 60;

/** As the person types it on the provider's page, having come there; ends where they wanted to be. */
export const signIn = async (page: Page, token: string): Promise<void> => {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((at) => at.pathname.startsWith('/cases/') || at.pathname === '/');
};

interface Delivered {
  readonly subject: string;
  readonly message: string;
}

const messages = async (url: string): Promise<readonly Delivered[]> =>
  ((await (await fetch(`${url}/api/sandbox/messages`)).json()) as { messages: readonly Delivered[] })
    .messages;

const askedIn = ({ subject, message }: Delivered): Asked => {
  const link = /https?:\/\/\S+\/decide\/\S+/.exec(message)?.[0];
  const id = /^Case (\S+?),/m.exec(message)?.[1];
  if (link === undefined || id === undefined) throw new Error(`no link or no case in: ${message}`);
  return { id, link, subject };
};

const post = async (url: string, token: string, body: unknown): Promise<void> => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url} was refused: ${await answer.text()}`);
};

/** Waits for the next change of any case, or a moment: what is waited for may be a message, which is none. */
const hearing = (service: Pick<RunningService, 'onChange'>) => {
  let wake: () => void = () => {};
  service.onChange(() => wake());
  return {
    next: () =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_AGAIN_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    end: () => wake(),
  };
};

const LOOK_AGAIN_MS = 100;
