import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';

/** Runs code with `clock`, `shown`, `time` and `told` in a thread of its own: the time of a thread is laid over once. */
const inThread = async (body: string): Promise<unknown> => {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const { setImmediate: tick } = require('node:timers/promises');
     void (async () => {
       const { layOverTime } = await import(${JSON.stringify(new URL('../../../sandbox/lambda/sandbox-time.mjs', import.meta.url).href)});
       const shown = new BigInt64Array(new SharedArrayBuffer(8));
       const told = [];
       const time = layOverTime(
         { kind: 'driven', speed: 1, startMs: 0, wallStartMs: 0, shared: shown.buffer },
         (state) => told.push(state),
       );
       ${body}
       parentPort.postMessage(told);
     })();`,
    { eval: true },
  );
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  } finally {
    await worker.terminate();
  }
};

describe('the time of a function', () => {
  it('tells that the code sleeps, and until when', async () => {
    const told = await inThread(
      `time.thaw(); setTimeout(() => undefined, 1_000); await tick(); await tick(); await tick();`,
    );
    expect(told).toEqual([{ asleep: true, dueMs: 1_000 }]);
  });

  it('does not tell that it sleeps while a timer is due that has not fired yet', async () => {
    const told = await inThread(
      `time.thaw();
       setTimeout(() => undefined, 1_000);
       Atomics.store(shown, 0, 1_000n);
       time.moved();
       await tick(); await tick(); await tick();`,
    );
    expect(told).not.toContainEqual({ asleep: true, dueMs: 1_000 });
  });

  it('fires a timer although the clock moved before anybody could be told that the code sleeps', async () => {
    const told = await inThread(
      `time.thaw();
       let fired = false;
       setTimeout(() => { fired = true; }, 1_000);
       Atomics.store(shown, 0, 1_000n);
       while (!fired) await tick();
       told.push({ fired });`,
    );
    expect(told).toContainEqual({ fired: true });
  });

  it('does not tell that it sleeps while it reads what it loads on demand, and does so afterwards', async () => {
    const told = await inThread(
      `time.thaw();
       setTimeout(() => undefined, 1_000);
       await require('node:fs/promises').readFile(process.execPath);
       told.push('read');
       while (told.length < 2) await tick();`,
    );
    expect(told).toEqual(['read', { asleep: true, dueMs: 1_000 }]);
  });
});
