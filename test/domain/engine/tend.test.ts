/** What the tick does about breakers and stops: one thing that cannot be done keeps nothing else from being done. */
import { expect, it } from 'vitest';
import type { BreakerScope } from '../../../domain/breaker.ts';
import { changeBreaker } from '../../../domain/engine/breakers.ts';
import { tend } from '../../../domain/engine/tend.ts';
import { type Due, PortError, type Ports } from '../../../domain/ports.ts';
import { createControlStore } from '../../../infra/dynamodb/control-store.ts';
import { MemoryTable, tableClient } from '../../simulation/memory-table.ts';
import { aCase, finding, NOW, terms } from '../../support/cases.ts';
import { plainMessages } from '../../support/messages.ts';

const OPEN: BreakerScope = { kind: 'runbook', name: 'AWS-StopInstance' };
const CLOSED: BreakerScope = { kind: 'rule', name: finding.ruleIdentifier ?? '' };
const TRIPPED = {
  kind: 'tripped',
  policy: terms.breaker,
  ...{ notify: ['gone'], failures: 5, attempts: 10, percent: 50, reason: 'they failed' },
} as const;

it('wakes what a closed breaker held although nobody takes the message about another one', async () => {
  const table = new MemoryTable({ nowMs: () => Date.parse(NOW) });
  const held = aCase('held', { reason: 'breaker' });
  const woken: Due[] = [];
  const errors: string[] = [];
  const silent = () => undefined;
  const ports = {
    controls: createControlStore({
      client: tableClient(async (command) => table.execute(command)),
      tableName: 'any',
    }),
    cases: {
      list: async function* () {
        yield held;
      },
    },
    wakes: {
      send: async (wakes: readonly { wake: Due }[]) => void woken.push(...wakes.map(({ wake }) => wake)),
    },
    announcer: {
      announce: async () => {
        throw new PortError('transient', 'NotFound', 'sns:Publish', 'no such topic');
      },
    },
    messages: plainMessages(),
    clock: { now: () => NOW },
    log: {
      info: silent,
      warn: silent,
      error: (_: string, { code }: { code: string }) => void errors.push(code),
    },
  } as unknown as Ports;
  await changeBreaker(ports, OPEN, TRIPPED);
  await changeBreaker(ports, CLOSED, TRIPPED);
  await changeBreaker(ports, CLOSED, { kind: 'reset', who: 'ada', reason: 'mended' });

  await tend(ports);
  expect(errors).toEqual(['NotFound']);
  expect(woken).toEqual([{ caseId: held.id, early: true }]);
  expect((await ports.controls.read()).breakers).toMatchObject(
    expect.arrayContaining([
      expect.objectContaining({ scope: OPEN, told: false }),
      expect.objectContaining({ scope: CLOSED, woken: true }),
    ]),
  );
});
