/**
 * What selfheal does, by occasion. Every operation opens a session, does its work and sends what is to be
 * sent; it returns only when all of it is durable, so that its message may be acknowledged then.
 */

import { automationStatus, hasEnded } from '../automation-status.ts';
import type { BatchDecision } from '../batch.ts';
import type { Case, Decision } from '../case/case.ts';
import { isOpen, isWatched } from '../case/case.ts';
import type { Outcome } from '../case/move.ts';
import type { Observation } from '../case/observation.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { createExemptions } from '../exemption/exemptions.ts';
import { findingId, type Lane, laneId } from '../finding.ts';
import { type Due, PortError, type Ports } from '../ports.ts';
import { type StopSwitch, stoppedBy } from '../stop-switch.ts';
import { epochMs, type Instant, secondMs } from '../time.ts';
import type { Assessor } from './assess.ts';
import { type BatchDecisionAnswer, decideBatch, tendBatch } from './batches.ts';
import { drainLane } from './drain.ts';
import {
  type ComplianceReport,
  findingOf,
  type IntakeOptions,
  type IntakeResult,
  reportCompliance,
} from './intake.ts';
import { perform } from './perform.ts';
import type { PolicyBook } from './policy-book.ts';
import { recentReports } from './recent-reports.ts';
import { repeatEffects } from './repeat.ts';
import { reviewSuppressed } from './review-suppressed.ts';
import { createSession, type Session } from './session.ts';
import { type Engine, performAll, tell } from './tell.ts';
import { cancelRunning, tend } from './tend.ts';
import { createTurns } from './turns.ts';
import { wakeUnexempted } from './wake-unexempted.ts';

export interface Selfheal {
  /** Config reports; each report is answered on its own, so that one that fails harms no other. */
  complianceReported(reports: readonly ComplianceReport[]): Promise<readonly Settled<IntakeResult>[]>;
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
  /** Has what runs in the scope of a stop switch stopped; answers how many were found by `until`. */
  cancelRunning(stop: StopSwitch, until: Instant): Promise<number>;
  decide(caseId: string, decision: Omit<Decision, 'at'>): Promise<DecisionAnswer>;
  close(caseId: string, who: string, reason: string): Promise<DecisionAnswer>;
  /** Refused unless the digest is that of what waits in the batch now. */
  decideBatch(
    id: string,
    decision: Pick<BatchDecision, 'answer' | 'who' | 'reason' | 'digest'>,
  ): Promise<BatchDecisionAnswer>;
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

export type Settled<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

export type DecisionAnswer =
  | { readonly kind: 'done'; readonly caseId: string; readonly state: string }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

export interface EngineOptions extends IntakeOptions {
  readonly ports: Ports;
  readonly catalog: Catalog;
  readonly policy: () => PolicyBook;
  /** See `Assessor`. */
  readonly policyUpTo?: (sequence: number) => Promise<void>;
}

export const createEngine = ({ ports, catalog, policy, policyUpTo, ...options }: EngineOptions): Selfheal => {
  const exemptions = createExemptions(ports.exemptions);
  const assessor: Assessor = { catalog, policy, exemptions, ports, ...(policyUpTo && { policyUpTo }) };
  const engine: Engine = { ports, assessor };
  const recent = recentReports();

  /** Items of the same key keep their order; where no key is told, all do. */
  const each = async <T, R>(
    items: readonly T[],
    work: (session: Session, item: T) => Promise<R>,
    { concurrent = () => '' }: { readonly concurrent?: (item: T) => string } = {},
  ) => {
    const session = createSession(ports);
    const inTurn = createTurns();
    const settled: readonly Settled<R>[] = await Promise.all(
      items.map((item) => inTurn(concurrent(item), () => settle(() => work(session, item)))),
    );
    const flushed = await settle(() => session.flush());
    // What could not be sent is sent again when the messages come again.
    return flushed.ok ? settled : settled.map(() => flushed);
  };

  return {
    complianceReported: async (reports) => {
      const settled = await each(
        reports,
        async (session, report): Promise<IntakeResult> => {
          if (!report.redelivered && recent.has(report)) return { kind: 'nothing-to-do' };
          return reportCompliance(engine, session, report, options);
        },
        { concurrent: (report) => findingId(findingOf(report)) },
      );
      // Only what was seen through to the end, the sending included, may be skipped the next time.
      reports.forEach((report, n) => {
        if (settled[n]?.ok) recent.add(report);
      });
      return settled;
    },

    complianceAsked: (caseIds) =>
      each(
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
      each(reports, async (session, { executionId, status }) => {
        if (!hasEnded(automationStatus(status))) return;
        const about = await ports.cases.byExecution(executionId);
        // The case may have moved on. So it is not told that it is due, which may mean anything by now: what SSM
        // says of this execution is told, and only to the attempt whose execution it is.
        if (about?.state.name === 'running' && about.state.executionId === executionId)
          await performAll(engine, session, about, [{ kind: 'read-execution' }]);
      }),

    woken: (wakes) =>
      each(
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

    cancelRunning: (stop, until) => cancelRunning(ports, stop, until),

    decide: (caseId, decision) =>
      onCase(engine, caseId, { kind: 'decided', decision: { ...decision, at: ports.clock.now() } }),

    decideBatch: (id, decision) => decideBatch(engine, id, decision),

    close: (caseId, who, reason) => onCase(engine, caseId, { kind: 'closed-by-human', who, reason }),
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

const settle = async <T>(work: () => Promise<T>): Promise<Settled<T>> => {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error };
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
  if (state.name === 'held') return state.reason === 'breaker' ? { kind: 'due' } : undefined;
  if (state.name !== 'running') return undefined;
  const stops = (await controls.read()).stops.filter(({ cancelRunning }) => cancelRunning);
  const stop = stoppedBy(stops, { ...about, document: state.plan.document });
  return stop && { kind: 'stop-ordered', who: stop.who, reason: stop.reason };
};

/** A wake-up may come a little early: queues count in whole seconds. */
const isDue = (dueAt: string, now: string): boolean => epochMs(dueAt) <= epochMs(now) + EARLY_MS;
const EARLY_MS = secondMs;

const onCase = async (
  engine: Engine,
  caseId: string,
  observation: Parameters<typeof tell>[3],
): Promise<DecisionAnswer> => {
  const about = await engine.ports.cases.get(caseId);
  if (about === undefined)
    return {
      kind: 'refused',
      code: 'no-such-case',
      reason: `there is no case ${caseId}; selfheal cases lists them`,
    };
  const session = createSession(engine.ports);
  const outcome = await tell(engine, session, about, observation);
  await session.flush();
  return answerTo(outcome, caseId);
};

const answerTo = (outcome: Outcome, caseId: string): DecisionAnswer => {
  switch (outcome.kind) {
    case 'moved':
      return { kind: 'done', caseId, state: outcome.case.state.name };
    case 'unchanged':
      return { kind: 'refused', code: 'nothing-changed', reason: `case ${caseId} is as you want it already` };
    case 'refused':
      return outcome;
    case 'illegal':
      return {
        kind: 'refused',
        code: 'not-possible-now',
        reason: `case ${caseId} is ${outcome.state}: ${outcome.observation} is not possible in that state`,
      };
  }
};
