/** Another policy is in force: which cases are woken for it, in how much time, and what a wake-up then does. */
import { describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import { createEngine } from '../../../domain/engine/engine.ts';
import { policyBook } from '../../../domain/engine/policy-book.ts';
import type { Due, Ports } from '../../../domain/ports.ts';
import { plusMs, secondMs } from '../../../domain/time.ts';
import { aCase, NOW } from '../../support/cases.ts';
import { parsedPolicy, policyText } from '../../support/published-policies.ts';

const BOOK = policyBook(parsedPolicy(policyText('newer')).policy, 7);

const observing = (n: number, policyVersion = 'aaaaaaaaaaaa'): Case => ({
  ...aCase('observing', {}, { policyVersion }),
  id: `observing-${n}`,
});

/** An engine with nothing but cases to list and a queue to send to; each case listed takes a second. */
const engineOver = (cases: readonly Case[]) => {
  let now = NOW;
  const sent: (readonly Due[])[] = [];
  const ports = {
    cases: {
      list: async function* () {
        for (const one of cases) {
          now = plusMs(now, secondMs);
          yield one;
        }
      },
    },
    wakes: {
      send: async (wakes: readonly { readonly wake: Due }[]) => {
        sent.push(wakes.map(({ wake }) => wake));
      },
    },
    clock: { now: () => now },
  } as unknown as Ports;
  const catalog = undefined as never;
  const engine = createEngine({ ports, catalog, policy: () => BOOK, globalLaneRegion: 'us-east-1' });
  return { engine, sent };
};

describe('when another policy is in force', () => {
  it('wakes what was only observed or could not be checked, and leaves out what asks the policy by itself', async () => {
    const { engine, sent } = engineOver([
      observing(1),
      observing(2, BOOK.version),
      { ...aCase('held', { reason: 'check-failed' }), id: 'failed' },
      { ...aCase('held', { reason: 'policy-unreadable' }), id: 'without-policy' },
      { ...aCase('held', { reason: 'stop-switch' }), id: 'stopped' },
      { ...aCase('queued'), id: 'queued' },
      { ...aCase('needs-human'), id: 'handed-over' },
    ]);
    expect(await engine.policyReplaced()).toBe(true);
    expect(sent).toEqual([
      ['observing-1', 'failed', 'without-policy'].map((caseId) => ({ caseId, policySequence: 7 })),
    ]);
  });

  it('ends when its time is up, says so, and has sent what was full by then', async () => {
    const { engine, sent } = engineOver(Array.from({ length: 1_000 }, (_, n) => observing(n)));
    expect(await engine.policyReplaced(plusMs(NOW, 251 * secondMs))).toBe(false);
    expect(sent.map((batch) => batch.length)).toEqual([100, 100]);
  });

  it('sends nothing when no case is concerned', async () => {
    const { engine, sent } = engineOver([observing(1, BOOK.version)]);
    expect(await engine.policyReplaced()).toBe(true);
    expect(sent).toEqual([]);
  });
});
