import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { clientsOf, HUB, openSandbox, temporaryDir } from '../core/with-sandbox.ts';

const ROUNDS_BEFORE_KILL = 40;

/** Kills the child with SIGKILL in the middle of its writes; returns the last line it told. */
const killedAfter = (dataDir: string, rounds: number): Promise<{ told: number; nowMs: number }> =>
  new Promise((resolve, reject) => {
    const script = new URL('./kill-child.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--import', 'tsx', script, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = 0;
    let nowMs = 0;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [number, clockMs] = line.split(' ').map(Number);
      told = number ?? told;
      nowMs = clockMs ?? nowMs;
      if (told === rounds) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', (_code, signal) =>
      signal === 'SIGKILL' ? resolve({ told, nowMs }) : reject(new Error('It ended by itself.')),
    );
  });

test('what was answered before a kill -9 is there after it, and time goes on', {
  timeout: 60_000,
}, async () => {
  const dataDir = temporaryDir();
  const { told, nowMs } = await killedAfter(dataDir, ROUNDS_BEFORE_KILL);
  const sandbox = await openSandbox({ dataDir, clock: { kind: 'real', speed: 10 } });
  expect(sandbox.clock.nowMs()).toBeGreaterThanOrEqual(nowMs);
  const { sqs, dynamodb } = clientsOf(sandbox);
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: `${sandbox.url}/${HUB}/q`, AttributeNames: ['All'] }),
  );
  expect(Number(Attributes?.ApproximateNumberOfMessages)).toBeGreaterThanOrEqual(told);
  const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: 'cases' }));
  const stored = new Set(Items.map(({ pk }) => pk?.S));
  for (let n = 1; n <= told; n += 1) expect(stored).toContain(`${n}`);
});
