/** The service's port lets AWS calls through, and nothing else. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { awsDoor } from '../../console/aws-door.ts';
import { BODY_BYTES_MAX, limitBody } from '../../console/guard.ts';

let server: Server;
let door: Hono;
let reached: string[];

beforeAll(async () => {
  server = createServer((request, response) => {
    reached.push(request.url ?? '');
    request.resume().on('end', () => response.end('sandbox'));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  door = new Hono().use(limitBody, awsDoor(`http://127.0.0.1:${port}`));
});
beforeEach(() => {
  reached = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const post = async (path: string, body = 'x', authorization = 'AWS4-HMAC-SHA256 Credential=a') => {
  const answer = await door.request(`http://127.0.0.1${path}`, {
    method: 'POST',
    headers: { authorization, 'content-length': String(body.length) },
    body,
  });
  return answer.status;
};

it('forwards the root and the paths of queues', async () => {
  for (const path of ['/', '/222222222222/wakes', '/222222222222/events.fifo', '/?Action=ListTopics'])
    expect(await post(path)).toBe(200);
  expect(reached).toHaveLength(4);
});

it('forwards nothing else, however it is signed', async () => {
  for (const path of [
    '/_sandbox/reset',
    '//_sandbox/reset',
    '/222222222222/../_sandbox/reset',
    '/222222222222/%2e%2e/_sandbox/reset',
    '/222222222222/a/b',
    '/api/stop',
  ])
    expect(await post(path)).toBe(404);
  expect(await post('/', 'x', 'Bearer x')).toBe(404);
  expect(reached).toEqual([]);
});

it('stands behind the limit of a body', async () => {
  expect(await post('/', 'x'.repeat(BODY_BYTES_MAX + 1))).toBe(413);
  expect(reached).toEqual([]);
});
