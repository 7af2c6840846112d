/** What every ControlStore must do, whatever it is built on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KnownBreaker, OpenBreaker, ProbingBreaker, UnreadableBreaker } from '../../domain/breaker.ts';
import type { ControlStore } from '../../domain/ports.ts';
import { type StopSwitch, stopScopeId } from '../../domain/stop-switch.ts';
import { NOW } from '../support/cases.ts';

export interface ControlStoreSubject {
  readonly controls: ControlStore;
  close(): Promise<void>;
}

export const controlStoreContract = (make: () => Promise<ControlStoreSubject>): void => {
  describe('ControlStore', () => {
    let subject: ControlStoreSubject;
    let controls: ControlStore;
    beforeEach(async () => {
      subject = await make();
      controls = subject.controls;
    });
    afterEach(() => subject.close());
    const stops = async () => (await controls.read()).stops;

    it('has no switches at first, and taking one away that is not there is no error', async () => {
      expect(await stops()).toEqual([]);
      await controls.removeStopSwitch({ kind: 'everything' });
      expect(await stops()).toEqual([]);
    });

    it('holds one switch a scope, side by side, and the last word counts', async () => {
      const all = [everything, ...named];
      await Promise.all(all.map((stop) => controls.addStopSwitch(stop)));
      expect(sorted(await stops())).toEqual(sorted(all));
      await controls.addStopSwitch({ ...everything, who: 'grace' });
      expect((await stops()).filter(({ scope }) => scope.kind === 'everything')).toEqual([
        { ...everything, who: 'grace' },
      ]);
    });

    it('takes away the one that is named and leaves the others', async () => {
      for (const stop of [everything, ...named]) await controls.addStopSwitch(stop);
      await controls.removeStopSwitch({ kind: 'everything' });
      expect(sorted(await stops())).toEqual(sorted(named));
      for (const { scope } of named) await controls.removeStopSwitch(scope);
      expect(await stops()).toEqual([]);
    });

    it('of all who open, take or close one breaker at once, lets exactly one, and keeps them side by side', async () => {
      const [rule, runbook] = [
        { kind: 'rule', name: 'a rule.with:odd/characters #1' },
        { kind: 'runbook', name: 'AWS-X' },
      ] as const;
      const winners = async (asked: readonly Promise<boolean>[]) =>
        (await Promise.all(asked)).filter((won) => won).length;
      const openings = tokens.map((reason) => controls.replaceBreaker(rule, undefined, { ...open, reason }));
      expect(await winners(openings)).toBe(1);
      expect(await controls.replaceBreaker(runbook, undefined, open)).toBe(true);
      const found = (await controls.read()).breakers;
      expect(found.map(({ scope }) => scope)).toEqual(expect.arrayContaining([rule, runbook]));
      const was = found.find(({ scope }) => scope.kind === 'rule') as OpenBreaker & KnownBreaker;
      const { scope: _, ...opened } = was;
      const probing = (token: string): ProbingBreaker => ({
        ...opened,
        state: 'probing',
        revision: 2,
        token,
        at: NOW,
        until: NOW,
      });
      expect(await winners(tokens.map((token) => controls.replaceBreaker(rule, was, probing(token))))).toBe(
        1,
      );
      // Of one that opened later and came as far, nobody who knew the earlier may change anything.
      const earlier = { ...probing('x'), since: '2020-01-01T00:00:00.000Z' };
      expect(await controls.replaceBreaker(rule, earlier, 'absent')).toBe(false);
      expect(await controls.replaceBreaker(rule, probing('x'), 'absent')).toBe(true);
      expect((await controls.read()).breakers).toMatchObject([{ scope: runbook, state: 'open' }]);
    });

    it('tells of what is no breaker that it cannot be read, and takes it away', async () => {
      const scope = { kind: 'rule', name: 'R' } as const;
      await controls.replaceBreaker(scope, undefined, { ...open, state: 'ajar' } as never);
      const [spoilt] = (await controls.read()).breakers;
      expect(spoilt).toMatchObject({ scope, state: 'unreadable' });
      expect(await controls.replaceBreaker(scope, spoilt as UnreadableBreaker, 'absent')).toBe(true);
      expect((await controls.read()).breakers).toEqual([]);
    });
  });
};

const tokens = Array.from({ length: 8 }, (_, n) => `token-${n}`);

const open: OpenBreaker = {
  state: 'open',
  since: NOW,
  revision: 1,
  failures: 5,
  attempts: 10,
  percent: 50,
  reason: '5 of 10 failed',
  whenOpen: 'wait',
  probeAfterMs: 60_000,
  windowMs: 3_600_000,
  notify: ['oncall'],
  told: false,
  notBefore: NOW,
};

const everything: StopSwitch = {
  scope: { kind: 'everything' },
  who: 'ada',
  reason: 'bad release \u{1f6d1}',
  since: NOW,
};

const named: readonly StopSwitch[] = [
  { ...everything, scope: { kind: 'account', name: '222222222222' } },
  { ...everything, scope: { kind: 'rule', name: 'everything' } },
  { ...everything, scope: { kind: 'rule', name: 'a rule.with:odd/characters #1' } },
  { ...everything, scope: { kind: 'runbook', name: 'AWS-ConfigureS3BucketVersioning' } },
];

const sorted = (stops: readonly StopSwitch[]): readonly StopSwitch[] =>
  [...stops].sort((a, b) => (stopScopeId(a.scope) < stopScopeId(b.scope) ? -1 : 1));
