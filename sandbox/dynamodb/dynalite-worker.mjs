/**
 * Runs the embedded DynamoDB on a thread of its own: it keeps JavaScript busy for long stretches, and the
 * other services must not wait for it. Plain JavaScript, so that a worker needs no loader.
 */
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

const dynalite = createRequire(import.meta.url)('dynalite');

const server = dynalite({
  ...(workerData.path === undefined ? {} : { path: workerData.path }),
  createTableMs: 0,
  updateTableMs: 0,
  deleteTableMs: 0,
});
server.keepAliveTimeout = 120_000;
server.on('error', (error) => parentPort.postMessage({ problem: error.message }));
server.listen(0, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }));

parentPort.on('message', () => {
  // Idle connections of clients would keep the server open for half a minute.
  server.close(() => parentPort.postMessage({ closed: true }));
  server.closeAllConnections();
});
