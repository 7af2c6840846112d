/** The journal of what was done to the whole: whoever looks at the control item every five minutes misses nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Breaker, type BreakerEvent, type KnownBreaker, moveBreaker } from '../../../domain/breaker.ts';
import { journalKey, journalOf } from '../../../domain/health/journal-of.ts';
import { noteControls } from '../../../domain/health/note-controls.ts';
import { SAFEGUARDS } from '../../../domain/policy/resolve-safeguards.ts';
import type { Controls } from '../../../domain/ports.ts';
import type { ControlJournal } from '../../../domain/report/report-ports.ts';
import type { ControlEvent } from '../../../domain/report/weekly-report.ts';
import { type LiftedStop, liftedLately, liftedStop } from '../../../domain/stop-scope.ts';
import type { StopSwitch } from '../../../domain/stop-switch.ts';
import { hourMs, type Instant, minuteMs, plusMs, secondMs } from '../../../domain/time.ts';
import { NOW } from '../../support/cases.ts';

const at = (seconds: number): Instant => plusMs(NOW, seconds * secondMs);
const tripped: BreakerEvent = {
  kind: 'tripped',
  policy: { ...SAFEGUARDS.breaker, probeAfterMs: minuteMs, windowMs: minuteMs },
  notify: [],
  failures: 5,
  attempts: 10,
  percent: 50,
  reason: '5 of 10 attempts failed',
};
const scope = { kind: 'rule', name: 'ENCRYPTED_VOLUMES' } as const;
const stop: StopSwitch = { scope: { kind: 'everything' }, who: 'ada', reason: 'bad release', since: at(0) };
const none: Pick<Controls, 'stops' | 'breakers'> = { stops: [], breakers: [] };

describe('what the control item shows', () => {
  it('is each stop that was set, and each that was lifted, with the one that came before', () => {
    const lifted = liftedStop({ ...stop, scope: { kind: 'rule', name: 'R' } }, 'grace', at(60));
    expect(journalOf({ ...none, stops: [{ ...stop, since: at(90) }], lifted: [lifted] })).toEqual([
      { at: at(0), kind: 'stop-set', scope: 'rule R', who: 'ada', why: 'bad release' },
      { at: at(60), kind: 'stop-lifted', scope: 'rule R', who: 'grace' },
      { at: at(90), kind: 'stop-set', scope: 'everything', who: 'ada', why: 'bad release' },
    ]);
  });

  it('is of a stop that was lifted before its setting was remembered, that it was lifted', () => {
    expect(journalOf({ ...none, lifted: [{ scope: stop.scope, at: at(1) }] })).toEqual([
      { at: at(1), kind: 'stop-lifted', scope: 'everything' },
    ]);
  });

  it('is each opening and closing of a breaker, and nothing of one that cannot be read', () => {
    const spoilt: KnownBreaker = { scope, state: 'unreadable', reason: '?' };
    const closed: KnownBreaker = {
      ...{
        scope,
        state: 'closed',
        since: at(0),
        at: at(9),
        who: 'grace',
        reason: 'mended',
        openedFor: 'failed',
      },
      ...{ revision: 2, windowMs: minuteMs, woken: true },
    };
    expect(journalOf({ ...none, breakers: [spoilt, closed] })).toEqual([
      { at: at(0), kind: 'breaker-opened', scope: 'rule ENCRYPTED_VOLUMES', why: 'failed' },
      { at: at(9), kind: 'breaker-closed', scope: 'rule ENCRYPTED_VOLUMES', who: 'grace', why: 'mended' },
    ]);
  });
});

describe('keeping the journal', () => {
  const spoilt: KnownBreaker = { scope, state: 'unreadable', reason: 'it is a pear' };
  const controls = (breakers: Controls['breakers']): Controls => ({
    ...{ stops: [stop], breakers, policySequence: 0, exemptionSequence: 0, exemptionSeen: 0 },
  });
  const keep = async (read: () => Promise<Controls>) => {
    const noted: ControlEvent[] = [];
    const warned: unknown[] = [];
    const journal: ControlJournal = {
      note: async (events) => {
        noted.push(...events);
      },
      between: async () => noted,
    };
    const log = {
      info: () => undefined,
      warn: (...said: unknown[]) => warned.push(said),
      error: () => undefined,
    };
    const count = await noteControls({ controls: { read } as never, journal, log });
    return { noted, warned, count };
  };

  it('notes what there is although a breaker cannot be read, and says which', async () => {
    const { noted, warned, count } = await keep(async () => controls([spoilt]));
    expect(noted).toEqual([expect.objectContaining({ kind: 'stop-set' })]);
    expect(count).toBe(1);
    expect(warned).toEqual([[expect.any(String), { ...scope, reason: 'it is a pear' }]]);
  });

  it('fails where the control item cannot be read: silence would look like an empty journal', async () => {
    const gone = new Error('throttled');
    await expect(keep(() => Promise.reject(gone))).rejects.toBe(gone);
  });

  /**
   * Whatever people and breakers do, with a look every five minutes:
   *
   *   set   lift  trip  reset  trip  …        what truly happened
   *   ─┬─────────────┬────────────┬───────▶   looks: what they show, put under its key
   */
  it('loses no event and doubles none', () => {
    const step = fc.tuple(
      fc.constantFrom('set', 'lift', 'tripped', 'tripped', 'reset', 'probe', 'woken', 'forgotten'),
      fc.integer({ min: 0, max: 1 }),
      fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 60 }) }, fc.integer({ min: 1, max: 3_600 })),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
        const truth: string[] = [];
        const journal = new Map<string, ControlEvent>();
        let twice = 0;
        const stops = new Map<string, StopSwitch>();
        let lifted: readonly LiftedStop[] = [];
        const breakers = new Map<string, Breaker>();
        let seconds = 0;
        let lookAt = 0;
        const look = () => {
          const shown = journalOf({
            stops: [...stops.values()],
            lifted,
            breakers: [...breakers].map(([name, breaker]) => ({ ...breaker, scope: { kind: 'rule', name } })),
          });
          twice += shown.length - new Set(shown.map(journalKey)).size;
          for (const event of shown)
            if (!journal.has(journalKey(event))) journal.set(journalKey(event), event);
        };
        const move = (name: string, event: BreakerEvent) => {
          const becomes = moveBreaker(breakers.get(name), event, at(seconds));
          if (becomes === 'absent') breakers.delete(name);
          else if (becomes !== undefined) breakers.set(name, becomes);
          return becomes !== undefined;
        };
        for (const [what, n, wait] of steps) {
          for (seconds += wait; lookAt <= seconds; lookAt += 300) look();
          const name = `R${n}`;
          const now = at(seconds);
          const set = stops.get(name);
          if (what === 'set' && !set) {
            stops.set(name, { ...stop, scope: { kind: 'rule', name }, since: now });
            truth.push(`${now}#stop-set#rule ${name}`);
          } else if (what === 'lift' && set) {
            stops.delete(name);
            lifted = liftedLately(lifted, liftedStop(set, 'grace', now), plusMs(now, -hourMs));
            truth.push(`${now}#stop-lifted#rule ${name}`);
          } else if (what === 'tripped') {
            if (move(name, tripped)) truth.push(`${now}#breaker-opened#rule ${name}`);
          } else if (what === 'reset') {
            if (move(name, { kind: 'reset', who: 'ada', reason: 'mended' }))
              truth.push(`${now}#breaker-closed#rule ${name}`);
          } else if (what === 'probe') {
            move(name, { kind: 'probe-taken', token: 'a', until: plusMs(now, minuteMs) });
            if (move(name, { kind: 'probe-succeeded', token: 'a' }))
              truth.push(`${now}#breaker-closed#rule ${name}`);
          } else if (what === 'woken' || what === 'forgotten') move(name, { kind: what });
        }
        look();
        expect(twice).toBe(0);
        expect([...journal.keys()].sort()).toEqual(truth.sort());
      }),
      { seed: 20261121, numRuns: 500 },
    );
  });

  it('misses none of a hundred that were set and lifted between two looks', () => {
    let lifted: readonly LiftedStop[] = [];
    for (let n = 0; n < 100; n += 1) {
      const set = { ...stop, scope: { kind: 'rule', name: `R${n}` }, since: at(2 * n) } as const;
      lifted = liftedLately(lifted, liftedStop(set, 'grace', at(2 * n + 1)), at(-3_600));
    }
    expect(journalOf({ ...none, lifted })).toHaveLength(200);
  });
});
