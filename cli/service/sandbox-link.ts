/** The sandbox as the service sees it: in its own process, or behind a URL. */

import type { Lane } from '../../domain/finding.ts';
import type { Clock } from '../../domain/ports.ts';
import { instant } from '../../domain/time.ts';
import { startAccounts } from '../../sandbox/account.ts';
import { lanesOf } from '../../sandbox/account-routes.ts';

export interface SandboxLink {
  readonly url: string;
  readonly dynamodbUrl: string;
  readonly lanes: readonly Lane[];
  /** Sandbox milliseconds per millisecond of the wall. */
  readonly speed: number;
  readonly clock: Clock;
  /** The identity provider of its people. */
  readonly issuer: string;
  /** A token of theirs for this person, for so long of the sandbox's time. */
  tokenOf(person: string, lifetimeSeconds: number): Promise<string>;
  /** Begins a scenario, unless it is under way or over. Nothing hears what it breaks before selfheal is deployed. */
  begin(scenario: string): Promise<void>;
  close(): Promise<void>;
}

export interface OwnSandboxOptions {
  readonly dataDir?: string;
  readonly speed: number;
}

export const startOwnSandbox = async ({ dataDir, speed }: OwnSandboxOptions): Promise<SandboxLink> => {
  const sandbox = await startAccounts({
    clock: { kind: 'real', speed },
    ...(dataDir === undefined ? {} : { dataDir }),
  });
  return {
    url: sandbox.url,
    dynamodbUrl: sandbox.dynamodbEndpoint,
    lanes: lanesOf(sandbox),
    speed,
    clock: { now: () => instant(sandbox.clock.nowMs()), sleep: sleepAt(speed) },
    issuer: sandbox.identity.url,
    tokenOf: (person, lifetimeSeconds) => tokenOf(sandbox.url, person, lifetimeSeconds),
    begin: (scenario) => begin(sandbox.url, scenario),
    close: sandbox.close,
  };
};

interface SandboxInfo {
  readonly dynamodbEndpoint: string;
  readonly clock: ClockReading;
  readonly lanes: readonly Lane[];
  readonly issuer: string;
}

interface ClockReading {
  readonly nowMs: number;
  readonly speed: number;
}

/** A sandbox that runs as a process of its own; it keeps its time, and it is read from there again and again. */
export const linkToSandbox = async (url: string): Promise<SandboxLink> => {
  const info = (await ask(url, 'GET', 'info')) as SandboxInfo;
  let reading = { ...info.clock, wallMs: Date.now() };
  const refresh = setInterval(() => {
    ask(url, 'GET', 'clock').then(
      (read) => {
        reading = { ...(read as ClockReading), wallMs: Date.now() };
      },
      // A sandbox that is away for a moment has no time to tell; the last reading goes on.
      () => undefined,
    );
  }, CLOCK_REFRESH_MS);
  refresh.unref();
  const nowMs = () => Math.floor(reading.nowMs + (Date.now() - reading.wallMs) * reading.speed);
  return {
    url,
    dynamodbUrl: info.dynamodbEndpoint,
    lanes: info.lanes,
    speed: info.clock.speed,
    clock: { now: () => instant(nowMs()), sleep: sleepAt(info.clock.speed) },
    issuer: info.issuer,
    tokenOf: (person, lifetimeSeconds) => tokenOf(url, person, lifetimeSeconds),
    begin: (scenario) => begin(url, scenario),
    close: async () => clearInterval(refresh),
  };
};

const begin = async (url: string, scenario: string): Promise<void> => {
  await ask(url, 'POST', 'scenario', { name: scenario });
};

const tokenOf = async (url: string, sub: string, lifetimeSeconds: number): Promise<string> => {
  const { token } = (await ask(url, 'POST', 'identity/tokens', { sub, lifetimeSeconds })) as {
    readonly token: string;
  };
  return token;
};

const ask = async (url: string, method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> => {
  const answer = await fetch(`${url}/_sandbox/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw new Error(
      `no sandbox answers on ${url} (${error instanceof Error ? error.message : String(error)}); start one with: selfheal sandbox start`,
    );
  });
  const told = (await answer.json().catch(() => ({}))) as { error?: unknown };
  if (answer.ok) return told;
  const why =
    typeof told.error === 'string' ? told.error : `it answered ${answer.status}: is that a sandbox?`;
  throw new Error(`the sandbox on ${url} refused ${path}: ${why}`);
};

const sleepAt = (speed: number) => (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms / speed);
  });

const CLOCK_REFRESH_MS = 2_000;
