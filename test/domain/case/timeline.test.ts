/** A bounded story that can still be counted. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TimelineEntry } from '../../../domain/case/case.ts';
import { appendEntry } from '../../../domain/case/timeline.ts';
import { plusMs } from '../../../domain/time.ts';
import { NOW } from '../../support/cases.ts';

const entry = (n: number, what: string): TimelineEntry => ({
  at: plusMs(NOW, n),
  who: 'selfheal',
  what,
  why: `${n}`,
  state: 'held',
});
const told = (whats: readonly string[]) =>
  whats
    .map((what, n) => entry(n, what))
    .reduce<ReturnType<typeof appendEntry>>(appendEntry, { timeline: [], timelineDropped: 0 });

describe('the story of a case', () => {
  it('keeps every milestone while lesser entries can make room', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('held', 'queued', 'evaluation-noted', 'people-told', 'attempt-intended'), {
          maxLength: 200,
        }),
        (whats) => {
          const { timeline, timelineDropped, milestonesDropped = 0 } = told(whats);
          const intents = whats.filter((what) => what === 'attempt-intended').length;
          expect(timeline.length + timelineDropped).toBe(whats.length);
          expect(timeline.length).toBeLessThanOrEqual(60);
          expect(timeline.filter(({ what }) => what === 'attempt-intended').length + milestonesDropped).toBe(
            intents,
          );
          if (intents <= 30) expect(milestonesDropped).toBe(0);
          expect(timeline.map(({ at }) => at)).toEqual(timeline.map(({ at }) => at).sort());
        },
      ),
    );
  });
  it('counts the milestones for which there is no room', () => {
    const { timeline, timelineDropped, milestonesDropped } = told(Array(75).fill('attempt-failed'));
    expect([timeline.length, timelineDropped, milestonesDropped]).toEqual([60, 15, 15]);
  });
  it('keeps what changes the heads under which a case is counted', () => {
    const heads = { severity: 'high', mode: 'auto', entry: 'a' } as const;
    const before = told(Array(20).fill('held'));
    const routed = appendEntry(before, { ...entry(20, 'held'), routed: heads });
    const long = Array.from({ length: 100 }, (_, n) => entry(21 + n, 'held')).reduce<
      ReturnType<typeof appendEntry>
    >(appendEntry, routed);
    expect(long.timeline.filter((each) => each.routed)).toHaveLength(1);
    expect(long.milestonesDropped).toBeUndefined();
  });
});
