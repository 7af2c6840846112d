/**
 * Fifty people at once on one case, in whatever order their reads and writes come: a store of one case, in which each
 * read and each write takes its turn by fast-check's scheduler, and a write counts only on the version that was read.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Case } from '../../../domain/case/case.ts';
import { byPeople, type DecisionAnswer } from '../../../domain/engine/by-people.ts';
import { engineParts } from '../../../domain/engine/engine-parts.ts';
import type { Ports } from '../../../domain/ports.ts';
import { epochMs, instant, plusMs, secondMs } from '../../../domain/time.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { createCaseStore } from '../../../infra/dynamodb/case-store.ts';
import { MemoryTable, tableClient } from '../../simulation/memory-table.ts';
import { asking, bookOf } from '../../support/asking-world.ts';
import { aCase, hash, NOW, terms } from '../../support/cases.ts';
import { person } from '../../support/identities.ts';

const CATALOG = loadCatalog();
const BOOK = bookOf(asking('{ quorum: 1, expires: 4h }'));
const PEOPLE = 50;

interface Person {
  readonly name: string;
  readonly answer: 'approve' | 'deny';
}

/** Nine in ten may decide; some come twice, by another door. */
const people = fc.array(
  fc.record({
    n: fc.integer({ min: 0, max: 45 }),
    answer: fc.oneof(
      { weight: 7, arbitrary: fc.constant('approve') },
      { weight: 1, arbitrary: fc.constant('deny') },
    ),
    door: fc.constantFrom('', '@example.com'),
  }),
  { minLength: PEOPLE, maxLength: PEOPLE },
);

const waitingCase = (quorum: number): Case =>
  aCase(
    'awaiting-approval',
    { expiresAt: plusMs(NOW, 4 * 3600 * secondMs) },
    {
      mode: 'approve',
      requestedBy: 'p0',
      terms: {
        ...terms,
        approval: {
          quorum,
          expiresAfterMs: 4 * 3600 * secondMs,
          from: ['oncall', 'security'],
          not: ['requester'],
        },
      },
    },
  );

/** All decide at once; what they were told, and what became of the case. */
const race = async (
  cases: Pick<Ports['cases'], 'get' | 'replace'>,
  about: Case,
  all: readonly Person[],
  run: () => Promise<void>,
) => {
  const silent = () => undefined;
  let nowMs = epochMs(NOW);
  const ports = {
    cases,
    events: { publish: async () => undefined },
    wakes: { send: async () => undefined },
    permits: { noteWaiting: async () => undefined },
    clock: {
      // No two decide in the same millisecond: then they would be one decision, sent twice.
      now: () => {
        nowMs += 1;
        return instant(nowMs);
      },
      sleep: async () => undefined,
    },
    random: () => 0.5,
    log: { info: silent, warn: silent, error: silent },
    metrics: { count: silent, gauge: silent, time: silent },
    exemptions: { all: async () => [] },
    // What comes after the quorum is not what is looked at here: nobody can start anything.
    controls: {
      read: async () => {
        throw new Error('no start in this test');
      },
    },
  } as unknown as Ports;
  const { engine } = engineParts({ ports, catalog: CATALOG, policy: () => BOOK });
  const selfheal = byPeople(engine);
  const answers = all.map(({ name, answer }) =>
    selfheal.decide(about.id, { planHash: hash, answer, who: person(name, 'sre'), reason: 'raced' }),
  );
  await run();
  return Promise.all(answers);
};

const checkOutcome = (
  after: Case,
  quorum: number,
  all: readonly Person[],
  answers: readonly DecisionAnswer[],
) => {
  expect(answers).toHaveLength(all.length);
  const taken = all.filter((_, n) => answers[n]?.kind === 'done');
  const denials = taken.filter(({ answer }) => answer === 'deny');
  const approvals = taken.filter(({ answer }) => answer === 'approve');
  const story = after.timeline.map(({ what }) => what);
  expect(after.timelineDropped + story.length).toBeLessThanOrEqual(2 * all.length + 5);
  const short = new Set(taken.map(({ name }) => name.replace(/@.*/, '')));
  // Nobody counts twice, by whichever door; and nobody counts who asked for it.
  expect(short.size).toBe(taken.length);
  expect(short.has('p0')).toBe(false);
  expect(denials.length).toBeLessThanOrEqual(1);
  if (denials.length === 1) {
    expect(after.state).toMatchObject({ name: 'denied', decision: { who: denials[0]?.name } });
    expect(approvals.length).toBeLessThan(quorum);
    expect(after.approval).toBeUndefined();
    return;
  }
  if (approvals.length < quorum) {
    expect(after.state).toMatchObject({ name: 'awaiting-approval' });
    expect(after.approval).toBeUndefined();
    return;
  }
  expect(approvals).toHaveLength(quorum);
  expect(after.approval?.decisions.map(({ who }) => who).sort()).toEqual(
    approvals.map(({ name }) => name).sort(),
  );
  expect(['awaiting-approval', 'denied']).not.toContain(after.state.name);
};

it('fifty at once are exactly one outcome, with a quorum neither exceeded nor undercut', async () => {
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      people,
      fc.integer({ min: 1, max: 5 }),
      async (scheduler, drawn, quorum) => {
        const all = drawn.map(({ n, answer, door }) => ({ name: `p${n}${door}`, answer }) as Person);
        let stored = waitingCase(quorum);
        const cases = {
          get: async () => {
            await scheduler.schedule(Promise.resolve(), 'get');
            return stored;
          },
          replace: async (about: Case) => {
            await scheduler.schedule(Promise.resolve(), 'replace');
            if (about.version !== stored.version + 1) return false;
            stored = about;
            return true;
          },
        };
        const answers = await race(cases, stored, all, () => scheduler.waitIdle());
        checkOutcome(stored, quorum, all, answers);
        ends.set(stored.state.name, (ends.get(stored.state.name) ?? 0) + 1);
      },
    ),
    { numRuns: 1_000, seed: 20_261_121, endOnFailure: true },
  );
  // Either end is common enough to be worth the rounds.
  expect(ends.get('denied')).toBeGreaterThan(150);
  expect(ends.get('held')).toBeGreaterThan(150);
  expect((ends.get('denied') ?? 0) + (ends.get('held') ?? 0)).toBe(1_000);
}, 60_000);

it('is so by the conditions of the table too', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      people,
      fc.integer({ min: 1, max: 5 }),
      async (scheduler, drawn, quorum) => {
        const all = drawn.map(({ n, answer, door }) => ({ name: `p${n}${door}`, answer }) as Person);
        const table = new MemoryTable();
        const client = tableClient(async (command) => {
          await scheduler.schedule(Promise.resolve(), (command as object).constructor.name);
          return table.execute(command);
        });
        const direct = createCaseStore({
          client: tableClient(async (command) => table.execute(command)),
          tableName: 'cases',
          now: () => NOW,
        });
        const about = waitingCase(quorum);
        await direct.open(about);
        const cases = createCaseStore({ client, tableName: 'cases', now: () => NOW });
        const answers = await race(cases, about, all, () => scheduler.waitIdle());
        checkOutcome((await direct.get(about.id)) ?? about, quorum, all, answers);
      },
    ),
    { numRuns: 6, seed: 20_261_121, endOnFailure: true },
  );
}, 60_000);
