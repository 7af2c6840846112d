/**
 * What one invocation has to send when its writes are done: events and wake-ups go out in batches, and a
 * lane is noted as waited for once, however many cases of it came in together.
 */
import type { Case, StateName } from '../case/case.ts';
import { type CaseChanged, caseChanged } from '../case-changed.ts';
import { type Lane, laneId } from '../finding.ts';
import type { Due, Ports } from '../ports.ts';
import type { Instant } from '../time.ts';
import { countChange } from './count-change.ts';
import type { PolicyBook } from './policy-book.ts';
import { createTurns } from './turns.ts';

export interface Session {
  changed(written: Case, from: StateName | null): void;
  wake(wake: Due, delayMs: number): void;
  /** A case of this lane could not get its permit and waits. */
  waits(lane: Lane): void;
  laneIsWaitedFor(lane: Lane): boolean;
  /** Cases of a lane seek their starts one by one: after one that must wait, the others need not ask. */
  inTurnOf<T>(lane: Lane, work: () => Promise<T>): Promise<T>;
  /** Of each case that passed the checks: when they began, by which policy and exemptions, and for how long. */
  readonly passed: Map<
    string,
    {
      readonly since: Instant;
      readonly policy: PolicyBook;
      readonly exemptions: number;
      /** When its window closes, or a blackout begins. */
      readonly startBefore?: Instant;
    }
  >;
  /** Cases whose terms were replaced by the policy's newer ones. */
  readonly putOnNewTerms: Set<string>;
  /** Batches in which a case has asked: they are looked after. */
  readonly joined: Set<string>;
  flush(): Promise<void>;
}

export const createSession = ({ events, wakes, permits, clock, metrics }: Ports): Session => {
  const changes: CaseChanged[] = [];
  const toWake: { wake: Due; delayMs: number }[] = [];
  const waitingLanes = new Map<string, Lane>();
  const inTurn = createTurns();

  return {
    passed: new Map(),
    putOnNewTerms: new Set(),
    joined: new Set(),
    changed: (written, from) => {
      changes.push(caseChanged(written, from));
      countChange(metrics, written, from);
    },
    wake: (wake, delayMs) => {
      toWake.push({ wake, delayMs });
    },
    waits: (lane) => {
      waitingLanes.set(laneId(lane), lane);
    },
    laneIsWaitedFor: (lane) => waitingLanes.has(laneId(lane)),
    inTurnOf: (lane, work) => inTurn(laneId(lane), work),
    // Lanes first: a wake-up that finds no backlog would do nothing.
    flush: async () => {
      const lanes = [...waitingLanes.values()];
      waitingLanes.clear();
      for (const lane of lanes) {
        await permits.noteWaiting(lane, clock.now());
        toWake.push({ wake: { lane }, delayMs: 0 });
      }
      if (changes.length > 0) await events.publish(changes.splice(0));
      if (toWake.length > 0) await wakes.send(toWake.splice(0));
    },
  };
};
