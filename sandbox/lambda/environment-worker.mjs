/**
 * One execution environment of a function, in a worker thread: loads the code as it was packaged, in sandbox
 * time, and runs one invocation after another. What becomes of the process (it exits, a rejection nobody
 * handles) becomes of the worker; the runtime sees it end.
 */
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { layOverTime } from './sandbox-time.mjs';

const { clock, modulePath, exportName } = workerData;
/** Of the clock that it was told of: what was said before the latest is out of date. */
let moves = 0;
const time = layOverTime(clock, (state) => parentPort.postMessage({ kind: 'state', moves, ...state }));

const load = async () => {
  const { [exportName]: handler } = await import(pathToFileURL(modulePath).href);
  if (typeof handler !== 'function')
    throw Object.assign(new Error(`index.${exportName} is undefined or not exported`), {
      name: 'Runtime.HandlerNotFound',
    });
  return handler;
};

const run = async (handler, { event, context, deadlineMs }) => {
  try {
    const answer = await handler(JSON.parse(event), {
      ...context,
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => Math.max(deadlineMs - time.nowMs(), 0),
    });
    return { kind: 'answered', payload: JSON.stringify(answer) ?? 'null' };
  } catch (error) {
    return { kind: 'failed', error: told(error) };
  }
};

const told = (error) => ({
  errorType: error instanceof Error ? error.name : typeof error,
  errorMessage: error instanceof Error ? error.message : String(error),
  trace: error instanceof Error ? (error.stack ?? '').split('\n') : [],
});

let handler;
parentPort.on('message', async (message) => {
  if (message.kind === 'clock-moved') {
    moves = message.moves;
    time.moved();
    return;
  }
  process.env._X_AMZN_TRACE_ID = message.traceId;
  time.thaw();
  const outcome = await run(handler, message);
  time.freeze();
  parentPort.postMessage(outcome);
});

time.thaw();
try {
  handler = await load();
  time.freeze();
  parentPort.postMessage({ kind: 'loaded' });
} catch (error) {
  parentPort.postMessage({ kind: 'not-loaded', error: told(error) });
}
