/**
 * Runs the embedded DynamoDB on a thread of its own: it keeps JavaScript busy for long stretches, and the
 * other services must not wait for it. Plain JavaScript, so that a worker needs no loader. One at a time, but one
 * after the other: a thread that has read and warmed its code is worth keeping.
 */
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';

const dynalite = createRequire(import.meta.url)('dynalite');

let server;

/** The store it makes is a new one every time; in memory where no path is given. */
const open = ({ path, account }) => {
  process.env.AWS_ACCOUNT_ID = account;
  server = dynalite({
    ...(path === undefined ? {} : { path }),
    createTableMs: 0,
    updateTableMs: 0,
    deleteTableMs: 0,
  });
  server.keepAliveTimeout = 120_000;
  server.on('error', (error) => parentPort.postMessage({ problem: error.message }));
  server.listen(0, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }));
};

const close = () => {
  // Idle connections of clients would keep the server open for half a minute.
  server.close((error) => parentPort.postMessage(error ? { problem: error.message } : { isClosed: true }));
  server.closeAllConnections();
};

parentPort.on('message', (message) => (message === 'close' ? close() : open(message)));
