/**
 * What selfheal does, by occasion. Every operation opens a session, does its work and sends what is to be
 * sent; it returns only when all of it is durable, so that its message may be acknowledged then.
 */

import { automationStatus, hasEnded } from '../automation-status.ts';
import type { Case } from '../case/case.ts';
import { isOpen, isWatched } from '../case/case.ts';
import type { Observation } from '../case/observation.ts';
import { type Lane, laneId } from '../finding.ts';
import { type Due, PortError, type Ports } from '../ports.ts';
import { stoppedBy } from '../stop-switch.ts';
import { epochMs, type Instant, secondMs } from '../time.ts';
import { tendBatch } from './batches.ts';
import { type ByPeople, byPeople } from './by-people.ts';
import { type ComplianceReported, complianceReported } from './compliance-reported.ts';
import { drainLane } from './drain.ts';
import { type EnginePartsOptions, engineParts } from './engine-parts.ts';
import type { IntakeOptions } from './intake.ts';
import { perform } from './perform.ts';
import type { PolicyBook } from './policy-book.ts';
import { repeatEffects } from './repeat.ts';
import { reviewSuppressed } from './review-suppressed.ts';
import { createSession } from './session.ts';
import { eachSettled, type Settled } from './settled.ts';
import { type Engine, performAll, tell } from './tell.ts';
import { tend } from './tend.ts';
import { closeExempted, isClosedByExemption, wakeUnexempted } from './wake-unexempted.ts';

export interface Selfheal extends ByPeople {
  /** Config reports; each report is answered on its own, so that one that fails harms no other. */
  complianceReported: ComplianceReported;
  /** Config is asked, in the account, about cases that wait; each is told the answer, and decides. */
  complianceAsked(caseIds: readonly string[]): Promise<readonly Settled<'closed' | 'not-closed'>[]>;
  /** SSM reports that an execution changed its status. */
  executionReported(reports: readonly ExecutionStatusReport[]): Promise<readonly Settled<void>[]>;
  /** Something is due, or a lane has cases that wait. */
  woken(wakes: readonly WakeReport[]): Promise<readonly Settled<void>[]>;
  /** Finds what is due and wakes it. Answers how many. */
  tick(): Promise<number>;
  /**
   * Another policy is in force: cases of which it may say something else are woken. Answers false when not all
   * of them were by `until`; called again, it leaves out those that were looked at meanwhile.
   */
  policyReplaced(until?: Instant): Promise<boolean>;
}

export interface ExecutionStatusReport {
  readonly executionId: string;
  readonly status: string;
}

export interface WakeReport {
  readonly wake: Due;
  /** Unique to the message: names the drain that it begins. */
  readonly messageId: string;
  readonly redelivered: boolean;
}

export interface EngineOptions extends EnginePartsOptions, IntakeOptions {}

export const createEngine = ({ ports, catalog, policy, policyUpTo, ...options }: EngineOptions): Selfheal => {
  const { engine, exemptions } = engineParts({ ports, catalog, policy, ...(policyUpTo && { policyUpTo }) });

  return {
    ...byPeople(engine),

    complianceReported: complianceReported(engine, options),

    complianceAsked: (caseIds) =>
      eachSettled(
        ports,
        caseIds,
        async (session, caseId) => {
          const about = await ports.cases.get(caseId);
          if (about === undefined || !isOpen(about.state)) return 'not-closed';
          const observation = await perform(engine, session, about, { kind: 'read-compliance' });
          if (observation === undefined) return 'not-closed';
          const outcome = await tell(engine, session, about, observation);
          return outcome.kind === 'moved' && !isOpen(outcome.case.state) ? 'closed' : 'not-closed';
        },
        { concurrent: (caseId) => caseId },
      ),

    executionReported: (reports) =>
      eachSettled(ports, reports, async (session, { executionId, status }) => {
        if (!hasEnded(automationStatus(status))) return;
        const about = await ports.cases.byExecution(executionId);
        // The case may have moved on. So it is not told that it is due, which may mean anything by now: what SSM
        // says of this execution is told, and only to the attempt whose execution it is.
        if (about?.state.name === 'running' && about.state.executionId === executionId)
          await performAll(engine, session, about, [{ kind: 'read-execution' }]);
      }),

    woken: (wakes) =>
      eachSettled(
        ports,
        wakes,
        async (session, { wake, messageId, redelivered }) => {
          if ('lane' in wake) return drained(engine, wake.lane, messageId);
          if ('batch' in wake) return tendBatch(engine, wake.batch);
          const about = await ports.cases.get(wake.caseId);
          if (about === undefined) return;
          if (redelivered) await repeatEffects(engine, session, about.id);
          if (wake.policySequence !== undefined) await policyUpTo?.(wake.policySequence);
          if (wake.exemptionSequence !== undefined) await exemptions.upTo(wake.exemptionSequence);
          const isWanted = wake.policySequence !== undefined && isForPolicy(about, policy());
          if (about.state.name === 'suppressed') {
            const { reviewAt } = about.state;
            const isToReview = isWanted || wake.exemptionSequence !== undefined;
            if (reviewAt !== undefined && (isToReview || isDue(reviewAt, ports.clock.now())))
              await reviewSuppressed(engine, session, about, options);
            return;
          }
          if (wake.exemptionSequence !== undefined && isClosedByExemption(about.state))
            return closeExempted(engine, session, about);
          if (wake.early) {
            const observation = await toldEarly(ports, about);
            if (observation) await tell(engine, session, about, observation);
            return;
          }
          if (isWanted || (isOpen(about.state) && isDue(about.state.dueAt, ports.clock.now())))
            await tell(engine, session, about, { kind: 'due' });
        },
        { concurrent: ({ wake }) => turnOf(wake) },
      ),

    tick: async () => {
      const due: Due[] = [];
      for await (const found of ports.cases.due(ports.clock.now())) due.push(found);
      if (due.length > 0) await ports.wakes.send(due.map((wake) => ({ wake, delayMs: 0 })));
      // What else a tick does must not wait for this: a minute later it is tried again.
      await wakeUnexempted(engine).catch((error: unknown) => {
        if (!(error instanceof PortError)) throw error;
        ports.log.error('changed exemptions not seen through', { code: error.code, reason: error.message });
      });
      await tend(ports);
      return due.length;
    },

    policyReplaced: async (until) => {
      const book = policy();
      let batch: string[] = [];
      const send = async () => {
        const wakes = batch.map((caseId) => ({
          wake: { caseId, policySequence: book.sequence },
          delayMs: 0,
        }));
        batch = [];
        if (wakes.length > 0) await ports.wakes.send(wakes);
      };
      for await (const about of ports.cases.list({ status: 'watched' })) {
        if (until !== undefined && ports.clock.now() >= until) return false;
        if (isForPolicy(about, book)) batch.push(about.id);
        if (batch.length === WAKES_AT_ONCE) await send();
      }
      await send();
      return true;
    },
  };
};

const turnOf = (wake: Due): string => {
  if ('lane' in wake) return laneId(wake.lane);
  return 'batch' in wake ? wake.batch : wake.caseId;
};

/** A drain sends as it goes, so it sends for itself alone: what it cannot send fails no other wake-up. */
const drained = async (engine: Engine, lane: Lane, drainer: string): Promise<void> => {
  const session = createSession(engine.ports);
  try {
    await drainLane(engine, session, lane, drainer);
  } finally {
    await session.flush();
  }
};

/** Another policy may say something else of it, and has not been asked: the others ask before they do anything. */
const isForPolicy = ({ state, policyVersion }: Case, { version }: PolicyBook): boolean => {
  if (state.name === 'observing' || isWatched(state)) return policyVersion !== version;
  return state.name === 'held' && ['check-failed', 'policy-unreadable'].includes(state.reason);
};
const WAKES_AT_ONCE = 100;

/** What a case is told that was woken before it was due; undefined when there is nothing to tell any more. */
const toldEarly = async ({ controls }: Ports, about: Case): Promise<Observation | undefined> => {
  const { state } = about;
  if (state.name === 'held')
    return ['breaker', 'stop-switch'].includes(state.reason) ? { kind: 'due' } : undefined;
  if (state.name !== 'running') return undefined;
  const stops = (await controls.read()).stops.filter(({ cancelRunning }) => cancelRunning);
  const stop = stoppedBy(stops, { ...about, document: state.plan.document });
  return stop && { kind: 'stop-ordered', who: stop.who, reason: stop.reason };
};

/** A wake-up may come a little early: queues count in whole seconds. */
const isDue = (dueAt: string, now: string): boolean => epochMs(dueAt) <= epochMs(now) + EARLY_MS;
const EARLY_MS = secondMs;
