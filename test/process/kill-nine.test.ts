/** The whole service, its sandbox with it, killed with SIGKILL twenty times during the demo, and started again each time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Case } from '../../domain/case/case.ts';
import { isClosed } from '../../domain/case/case.ts';
import { instant } from '../../domain/time.ts';
import { createCaseStore } from '../../infra/dynamodb/case-store.ts';
import { deadLetterQueueOf, WORK_QUEUES } from '../../infra/sqs/queues.ts';
import { startAccounts } from '../../sandbox/account.ts';
import { createRandom } from '../../sandbox/core/random.ts';
import { TABLE_NAME } from '../../sandbox/deployment.ts';
import { executions } from '../../sandbox/services/ssm/execution.ts';
import { scenarioProgress } from '../../sandbox/world/scenarios/scenario.ts';
import { type BundledCommand, bundleCommand } from '../support/bundled-command.ts';
import { documents } from '../support/documents.ts';
import { violations } from '../support/invariants.ts';

const KILLS = 20;
const SEED = 9;

const dataDir = mkdtempSync(join(tmpdir(), 'selfheal-kill-'));
let command: BundledCommand;
let running: ChildProcess | undefined;
beforeAll(async () => {
  command = await bundleCommand();
});
afterAll(() => {
  running?.kill('SIGKILL');
  command.remove();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  /** By which whoever runs it is known. */
  readonly token: string;
}

const start = (): Promise<Started> =>
  new Promise((resolve, reject) => {
    const options = ['--port', '0', '--data', dataDir, '--scenario', 'demo', '--speed', '30'];
    const child = spawn(process.execPath, [command.file, 'start', ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, XDG_STATE_HOME: dataDir },
    });
    running = child;
    let said = '';
    const read = (chunk: Buffer) => {
      said += chunk.toString();
      const url = /selfheal ready on (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
      const token = /^(\w[\w-]*\.[\w-]+\.[\w-]+)$/m.exec(said)?.[1];
      if (url !== undefined && token !== undefined) resolve({ child, url, token });
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.on('exit', (code) =>
      reject(new Error(`the service ended with ${code} before it was ready:\n${said}`)),
    );
  });

const kill = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.removeAllListeners('exit');
    child.on('exit', () => resolve());
    child.kill('SIGKILL');
  });

/** Real time, because a kill is real: how long it lives is drawn from the seed. */
const forMs = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const isSettled = (cases: readonly { readonly state: string }[]): boolean =>
  cases.length >= 16 && cases.every(({ state }) => SETTLED.has(state));
const SETTLED = new Set(['resolved', 'self-resolved', 'needs-human', 'awaiting-approval']);

/**
 * A message in whose handling the process died five times lies in a dead-letter queue, as on AWS: nothing is lost,
 * and whoever runs selfheal has it tried again.
 */
const redrive = async ({ url, token }: Started): Promise<void> => {
  const queues = WORK_QUEUES.map(deadLetterQueueOf);
  const answer = await fetch(`${url}/api/dead-letters/redrive`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ queues }),
  });
  expect(answer.status, await answer.text()).toBe(200);
};

const isScenarioOver = async (url: string): Promise<boolean> => {
  const { scenario } = (await (await fetch(`${url}/api/sandbox/info`)).json()) as {
    readonly scenario: { readonly done: number; readonly total: number } | null;
  };
  return scenario !== null && scenario.done === scenario.total;
};

/**
 * The sandbox dies too, between what Config found and its event: such a finding nobody hears of. Whoever runs
 * selfheal has it swept, when Config has had its time; once, for one sweep must be enough.
 */
const sweep = async ({ url, token }: Started): Promise<true> => {
  await forMs(CONFIG_MS);
  const answer = await fetch(`${url}/api/sweep`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: '{}',
  });
  expect(answer.status, await answer.text()).toBe(202);
  return true;
};
/** A minute of the sandbox's time. */
const CONFIG_MS = 2_000;

it(`keeps its invariants through ${KILLS} kills (seed ${SEED})`, { timeout: 240_000 }, async () => {
  const random = createRandom(SEED);
  for (let n = 0; n < KILLS; n += 1) {
    const { child } = await start();
    await forMs(50 + random() * 500);
    await kill(child);
  }
  const started = await start();
  const { child, url } = started;
  let swept = false;
  for (let tries = 0; tries < 600; tries += 1) {
    if (tries % 50 === 0) await redrive(started);
    if (!swept && (await isScenarioOver(url))) swept = await sweep(started);
    const answer = await fetch(`${url}/api/cases`);
    if (isSettled((await answer.json()) as { state: string }[])) break;
    await forMs(200);
  }
  await kill(child);

  const sandbox = await startAccounts({ clock: { kind: 'real' }, dataDir: join(dataDir, 'sandbox') });
  const cases: Case[] = [];
  const store = createCaseStore({
    client: documents(sandbox),
    tableName: TABLE_NAME,
    now: () => instant(sandbox.clock.nowMs()),
  });
  for await (const one of store.list({})) cases.push(one);
  const progress = scenarioProgress(sandbox.world);
  const seen = { executions: [...executions(sandbox.world).values()], cases, laneConcurrencyMax: 80 };
  await sandbox.close();

  expect(progress?.done).toBe(progress?.total);
  expect(violations(seen)).toEqual([]);
  expect(
    cases
      .filter(({ state }) => !isClosed(state) && !SETTLED.has(state.name))
      .map(({ id, state }) => [id, state]),
  ).toEqual([]);
  expect(cases.filter(({ state }) => state.name === 'resolved').length).toBeGreaterThanOrEqual(10);
});
