/** A stop switch says how much it stops: a name that stops nothing must not look as if it did. */
import { describe, expect, it } from 'vitest';
import { httpFrame } from '../../console/http-frame.ts';
import { stopSwitchRoutes } from '../../console/routes/stop-routes.ts';
import { PortError } from '../../domain/ports.ts';
import { aCase, finding, NOW } from '../support/cases.ts';
import { memoryPorts } from '../support/memory-engine.ts';

const OTHER = { ...finding, rule: 'sns-encrypted-kms', ruleIdentifier: 'SNS_ENCRYPTED_KMS' };

const service = async (book: object = { policy: {} }) => {
  const { ports } = memoryPorts();
  const open = [
    { ...aCase('queued'), id: '0000000000000001-1', findingId: '0000000000000001' },
    { ...aCase('held'), id: '0000000000000002-1', findingId: '0000000000000002' },
    { ...aCase('queued', {}, { finding: OTHER }), id: '0000000000000003-1', findingId: '0000000000000003' },
    { ...aCase('resolved'), id: '0000000000000004-1', findingId: '0000000000000004' },
  ];
  for (const about of open) expect(await ports.cases.open(about)).toBe(true);
  const made = stopSwitchRoutes({
    app: {
      ports,
      policy: () => book,
      catalog: { rule: () => undefined, runbook: () => undefined, runbooks: [], guides: [] },
    },
    nowMs: () => Date.parse(NOW),
    whoIs: async () => ({ name: 'ada', claims: [] }),
  } as unknown as Parameters<typeof stopSwitchRoutes>[0]);
  const routes = httpFrame(ports.log, made);
  const stop = async (scope: object, path = '/') => {
    const answer = await routes.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(path === '/' ? { scope, reason: 'a drill' } : { scope }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  return { ports, stop };
};

describe('how many open cases a stop switch covers', () => {
  it('counts those of its scope, and no closed one', async () => {
    const { stop } = await service();
    expect((await stop({ kind: 'everything' })).body).toMatchObject({ covered: 3, countedAll: true });
    expect((await stop({ kind: 'rule', name: finding.rule.toUpperCase() })).body).toMatchObject({
      covered: 2,
      known: true,
    });
    expect((await stop({ kind: 'rule', name: 'sns-encrypted-kms' })).body).toMatchObject({ covered: 1 });
    expect((await stop({ kind: 'account', name: '999999999999' })).body).toMatchObject({ covered: 0 });
  });

  it('sets the switch all the same when they cannot be counted', async () => {
    const { ports, stop } = await service();
    ports.cases.list = async function* () {
      yield* [];
      throw new PortError('transient', 'ThrottlingException', 'dynamodb:Query', 'Rate exceeded');
    };
    expect(await stop({ kind: 'everything' })).toMatchObject({ status: 200, body: { countedAll: false } });
    expect((await ports.controls.read()).stops).toHaveLength(1);
  });
});

describe('while no policy can be trusted', () => {
  it('anybody who is signed in may stop, and nobody lets go again', async () => {
    const { ports, stop } = await service({ policy: { operators: ['oncall'] }, doubt: 'the table is away' });
    expect(await stop({ kind: 'everything' })).toMatchObject({ status: 200 });
    expect((await ports.controls.read()).stops).toMatchObject([{ who: 'ada' }]);
    expect(await stop({ kind: 'everything' }, '/resume')).toMatchObject({
      status: 503,
      body: { error: { code: 'policy-unreadable' } },
    });
    expect((await ports.controls.read()).stops).toHaveLength(1);
  });
});
