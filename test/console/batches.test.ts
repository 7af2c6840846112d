/** Batches over HTTP: what a person sees is what they decide on, and whatever else they send changes nothing. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hourMs, minuteMs } from '../../domain/time.ts';
import { ASKED, type BatchService, batchService } from '../support/batch-service.ts';
import { problemsOfAnswer } from './openapi.ts';

let service: BatchService;
beforeEach(async () => {
  service = await batchService();
});
afterEach(() => service.close());

/** Every answer is held against the document. */
const ask = async (
  method: string,
  path: string,
  body?: unknown,
  as: Record<string, string> = service.people.as('ada'),
  type = 'application/json',
) => {
  const response = await fetch(`${service.url}${path}`, {
    method,
    ...(body !== undefined && {
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': type, ...as },
    }),
  });
  const route = path
    .replace(/^\/api\/batches\/[^/]+\/decide$/, '/api/batches/{id}/decide')
    .replace(/^\/api\/batches\/[^/]+$/, '/api/batches/{id}');
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for, and the document is held against it.
  const told: any = await response.json();
  const contentType = response.headers.get('content-type') ?? '';
  expect(problemsOfAnswer(method, route, response.status, contentType, told)).toBe('');
  return { status: response.status, body: told };
};
const show = () => ask('GET', `/api/batches/${ASKED.id}`);
const DECIDE = `/api/batches/${ASKED.id}/decide`;
const yes = (digest: string) => ({ digest, answer: 'approve', reason: 'agreed' });
const decisions = async () => (await service.ports.batches.get(ASKED.id))?.decisions ?? [];

describe('a batch over HTTP', () => {
  it('is listed, shown with what a decision would cover, and decided on once by each', async () => {
    expect((await ask('GET', '/api/batches')).body).toEqual([]);
    await service.join('a', 'b', 'c');
    expect((await ask('GET', '/api/batches')).body).toMatchObject([{ id: ASKED.id, casesAsked: null }]);
    const { body } = await show();
    expect(body).toMatchObject({
      kind: 'backlog',
      about: 'S3_BUCKET_VERSIONING_ENABLED',
      quorum: 1,
      rules: { S3_BUCKET_VERSIONING_ENABLED: 3 },
      accounts: { '222222222222': 3 },
      runbooks: { 'AWS-ConfigureS3BucketVersioning version 1': 3 },
    });
    expect(body.cases.map(({ resourceId }: { resourceId: string }) => resourceId).sort()).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(await ask('POST', DECIDE, yes(body.digest))).toEqual({
      status: 200,
      body: { batch: ASKED.id, cases: 3 },
    });
    expect(await decisions()).toMatchObject([{ answer: 'approve', who: 'ada', reason: 'agreed', cases: 3 }]);
    expect(await ask('POST', DECIDE, yes(body.digest))).toMatchObject({
      status: 409,
      body: { error: { code: 'already-decided' } },
    });
    expect((await show()).body.decisions).toMatchObject([{ who: 'ada', isCarriedOut: false }]);
  });

  it('that is not as it was seen is not decided on, and the answer says what is different', async () => {
    await service.join('a', 'b');
    const seen = (await show()).body.digest;
    await service.later(minuteMs);
    await service.join('c', 'd', 'e');
    expect(await ask('POST', DECIDE, yes(seen))).toMatchObject({
      status: 409,
      body: { error: { code: 'batch-changed', message: expect.stringContaining(': 3 joined; 5 wait now;') } },
    });
    await service.leave('a');
    expect((await ask('POST', DECIDE, yes(seen))).body.error.message).toContain(
      'its cases or plans have changed; 4 wait now; look again before you decide',
    );
    expect(await decisions()).toEqual([]);
  });

  it('is not decided on any more when it has expired, or when nothing waits', async () => {
    await service.join('a');
    const { digest } = (await show()).body;
    await service.later(hourMs);
    expect((await show()).body).toMatchObject({ digest: null, cases: [], expiresAt: null });
    const codeOf = async () => (await ask('POST', DECIDE, yes(digest))).body.error.code;
    expect(await codeOf()).toBe('approval-expired');
    await service.leave('a');
    expect(await codeOf()).toBe('nothing-to-decide');
    expect(await decisions()).toEqual([]);
  });

  it.each<[string, number, (good: ReturnType<typeof yes>) => unknown]>([
    ['no reason', 400, ({ reason: _, ...rest }) => rest],
    ['a blank reason', 400, (good) => ({ ...good, reason: ' \n' })],
    ['a reason without end', 400, (good) => ({ ...good, reason: 'x'.repeat(1_001) })],
    ['half a digest', 400, (good) => ({ ...good, digest: good.digest.slice(0, 12) })],
    ['another answer', 400, (good) => ({ ...good, answer: 'maybe' })],
    ['more than is asked', 400, (good) => ({ ...good, cases: ['a'] })],
    ['whoever names themselves', 400, (good) => ({ ...good, who: 'ada' })],
    ['a digest of something else', 409, (good) => ({ ...good, digest: '0'.repeat(64) })],
    ['a list', 400, (good) => [good]],
    ['no JSON', 400, () => '{"digest":'],
  ])('takes no decision from %s', async (_, status, sent) => {
    await service.join('a', 'b');
    const { digest } = (await show()).body;
    expect((await ask('POST', DECIDE, sent(yes(digest)))).status).toBe(status);
    expect(await decisions()).toEqual([]);
    expect((await ask('POST', DECIDE, yes(digest))).status).toBe(200);
  });

  it.each([
    ['nobody', 401, () => ({})],
    ['selfheal itself', 401, () => service.people.as('selfheal')],
  ])('takes no decision from %s, whatever they send', async (_, status, as) => {
    await service.join('a');
    const { digest } = (await show()).body;
    expect((await ask('POST', DECIDE, yes(digest), as())).status).toBe(status);
    expect(await decisions()).toEqual([]);
  });

  it.each([
    ['nope'],
    ['S3_BUCKET_VERSIONING_ENABLED.20261121-030001'],
    ['..%2F..%2Fcontrol'],
    ['%00'],
    ['__proto__'],
    [`${'x'.repeat(2_000)}.20261121-030000`],
  ])('is not there by the name %s', async (id) => {
    await service.join('a');
    expect(await ask('GET', `/api/batches/${id}`)).toMatchObject({
      status: 404,
      body: { error: { code: 'no-such-batch' } },
    });
    expect(await ask('POST', `/api/batches/${id}/decide`, yes('0'.repeat(64)))).toMatchObject({
      status: 404,
    });
  });
});
