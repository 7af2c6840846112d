/** What every ControlStore must do, whatever it is built on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
  });
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
