/** A stop switch says how much it stops: a name that stops nothing must not look as if it did. */
import { describe, expect, it } from 'vitest';
import { stopSwitchRoutes } from '../../console/routes/stop-routes.ts';
import { PortError } from '../../domain/ports.ts';
import { aCase, finding, NOW } from '../support/cases.ts';
import { memoryPorts } from '../support/memory-engine.ts';

const OTHER = { ...finding, rule: 'sns-encrypted-kms', ruleIdentifier: 'SNS_ENCRYPTED_KMS' };

const service = async () => {
  const { ports } = memoryPorts();
  const open = [
    { ...aCase('queued'), id: '0000000000000001-1', findingId: '0000000000000001' },
    { ...aCase('held'), id: '0000000000000002-1', findingId: '0000000000000002' },
    { ...aCase('queued', {}, { finding: OTHER }), id: '0000000000000003-1', findingId: '0000000000000003' },
    { ...aCase('resolved'), id: '0000000000000004-1', findingId: '0000000000000004' },
  ];
  for (const about of open) expect(await ports.cases.open(about)).toBe(true);
  const routes = stopSwitchRoutes({
    app: {
      ports,
      policy: () => ({ policy: {} }),
      catalog: { rule: () => undefined, runbook: () => undefined, runbooks: [], guides: [] },
    },
    nowMs: () => Date.parse(NOW),
    whoIs: async () => ({ name: 'ada', claims: [] }),
  } as unknown as Parameters<typeof stopSwitchRoutes>[0]);
  const stop = async (scope: object) => {
    const answer = await routes.request('/', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ scope, reason: 'a drill' }),
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
