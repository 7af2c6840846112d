/** Failures are counted once each, against the attempts that were started; what cannot be counted opens the breaker. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Case, FailedAttempt } from '../../../domain/case/case.ts';
import { decide } from '../../../domain/case/case-machine.ts';
import { changeBreaker, endProbes, noteFailure, takeProbes } from '../../../domain/engine/breakers.ts';
import { permitRequest } from '../../../domain/engine/checks/permit.ts';
import { checkedOf } from '../../../domain/engine/seek-start.ts';
import type { Engine } from '../../../domain/engine/tell.ts';
import type { Ports } from '../../../domain/ports.ts';
import { PortError } from '../../../domain/ports.ts';
import { epochMs, hourMs, instant, minuteMs, plusMs } from '../../../domain/time.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { createControlStore } from '../../../infra/dynamodb/control-store.ts';
import { createHealthStore } from '../../../infra/dynamodb/health-store.ts';
import { createPermitStore } from '../../../infra/dynamodb/permit-store.ts';
import { MemoryTable, tableClient } from '../../simulation/memory-table.ts';
import { aCase, evaluation, execution, finding, moment, NOW, plan, terms } from '../../support/cases.ts';

const RULE = { kind: 'rule', name: finding.ruleIdentifier ?? '' } as const;
const RUNBOOK = { kind: 'runbook', name: plan.document } as const;
const POLICY = { ...terms.breaker, errorPercentMax: 20, attemptsMin: 10 };
const catalog = loadCatalog();

let nowMs: number;
let attempts: number;
let counted: string[];
let asked: (readonly string[])[];
/** What counts starts as it does in AWS. */
let counting: Ports['permits'];
let ports: Ports;
beforeEach(() => {
  nowMs = epochMs(NOW);
  attempts = 20;
  counted = [];
  asked = [];
  const table = new MemoryTable({ nowMs: () => nowMs });
  const inTable = { client: tableClient(async (command) => table.execute(command)), tableName: 'any' };
  const silent = () => undefined;
  counting = createPermitStore(inTable);
  ports = {
    controls: createControlStore(inTable),
    health: createHealthStore(inTable),
    permits: {
      startsOf: async (scopeIds: readonly string[]) => {
        asked.push(scopeIds);
        return new Map([[scopeIds[0] ?? '', attempts]]);
      },
    },
    clock: { now: () => instant(nowMs) },
    log: { info: silent, warn: silent, error: silent },
    metrics: { count: (name: string) => void counted.push(name) },
  } as unknown as Ports;
});

const engine = (): Engine => ({ ports, assessor: { catalog } }) as unknown as Engine;
const about = (n: number): Case => ({
  ...aCase('held', {}, { terms: { ...terms, breaker: POLICY } }),
  id: `case-${n}`,
});
const failed = (at = instant(nowMs)): FailedAttempt => ({
  attempt: 1,
  document: plan.document,
  startedAt: plusMs(at, -minuteMs),
  at,
});
const fail = (n: number) => noteFailure(engine(), about(n), failed());
const states = async () => (await ports.controls.read()).breakers.map(({ state }) => state);

describe('a failed attempt', () => {
  it('opens both breakers when it is one too many, once, however many note it', async () => {
    for (const n of [1, 2, 3]) await fail(n);
    expect(await states()).toEqual([]);
    await Promise.all([4, 4, 5, 4].map(fail));
    expect((await ports.controls.read()).breakers).toMatchObject([
      { scope: RULE, state: 'open', failures: expect.any(Number), attempts: 20, notify: terms.notify },
      { scope: RUNBOOK, state: 'open' },
    ]);
    expect(counted).toEqual(['BreakerOpened', 'BreakerOpened']);
  });

  it('is counted once, however often it is noted', async () => {
    for (let times = 0; times < 10; times += 1) await fail(1);
    expect(await states()).toEqual([]);
  });

  it('is held against the starts of every rule that the runbook serves', async () => {
    await fail(1);
    const served = catalog.runbook(plan.document)?.rules.map(({ identifier }) => `rule#${identifier}`);
    expect(asked[0]).toEqual([`rule#${RULE.name}`]);
    expect(new Set(asked[1])).toEqual(new Set([`rule#${RULE.name}`, ...(served ?? [])]));
  });

  it("opens its runbook's breaker, however many good starts its rule had by another runbook", async () => {
    nowMs += 30 * minuteMs;
    ports = { ...ports, permits: counting, random: () => 0 };
    const start = async (document: string, times: number) => {
      const queued = about(1);
      const checked = { ...checkedOf({ ...queued, state: aCase('queued').state }), document };
      for (let n = 0; n < times; n += 1) {
        const { scopes, ...request } = permitRequest(
          ports,
          { ...checked, clientToken: `${document}-${n}` },
          { queueUp: false, isApproved: true },
        );
        const ruleAlone = scopes.filter(({ id }) => id === `rule#${RULE.name}`);
        expect(await counting.acquire({ ...request, scopes: ruleAlone })).toEqual({ kind: 'granted' });
      }
    };
    await start('AWS-Another', 100);
    await start(plan.document, 10);
    for (let n = 0; n < 10; n += 1) await fail(n);
    expect((await ports.controls.read()).breakers).toMatchObject([
      { scope: RUNBOOK, state: 'open', failures: 2, attempts: 10, percent: 20 },
    ]);
  });

  it('too long ago counts no more', async () => {
    for (const n of [1, 2, 3]) await fail(n);
    nowMs += POLICY.windowMs + minuteMs;
    await fail(4);
    await noteFailure(engine(), about(5), failed(NOW));
    expect(await states()).toEqual([]);
  });

  it('that began before the breaker was closed does not open it again', async () => {
    for (const n of [1, 2, 3, 4]) await fail(n);
    for (const scope of [RULE, RUNBOOK])
      await changeBreaker(ports, scope, { kind: 'reset', who: 'ada', reason: 'mended' });
    for (const n of [5, 6, 7, 8]) await fail(n);
    expect(await states()).toEqual(['closed', 'closed']);
    nowMs += 2 * minuteMs;
    for (const n of [11, 12, 13, 14]) await fail(n);
    expect(await states()).toEqual(['open', 'open']);
  });
});

describe('what cannot be counted', () => {
  const fails = (error: Error) => async () => {
    throw error;
  };
  it.each([
    ['is throttled', new PortError('transient', 'ThrottlingException', 'test', 'Rate exceeded')],
    ['is denied', new PortError('terminal', 'AccessDeniedException', 'test', 'not allowed')],
    ['gets a malformed answer', new TypeError('no number')],
  ])('because it %s opens the breaker, and says so', async (_, error) => {
    const { permits } = ports;
    ports = { ...ports, permits: { ...permits, startsOf: fails(error) } };
    await fail(1);
    expect((await ports.controls.read()).breakers).toMatchObject([
      { state: 'open', attempts: null, percent: null, reason: expect.stringContaining(error.message) },
      { state: 'open', attempts: null },
    ]);
  });

  it('and cannot be opened either goes up, and is noted by the timer once more', async () => {
    const broken = fails(new PortError('transient', 'ThrottlingException', 'test', 'Rate exceeded'));
    const whole = ports;
    ports = {
      ...ports,
      controls: { ...ports.controls, replaceBreaker: broken },
      health: { noteFailure: broken },
    };
    await expect(fail(1)).rejects.toMatchObject({ code: 'ThrottlingException' });
    ports = whole;
    const held = { ...about(1), lastFailed: failed() };
    expect(decide(held, { kind: 'due' }, moment())).toMatchObject({
      effects: [{ kind: 'note-failure', failed: failed() }, { kind: 'assess' }],
    });
  });
});

describe('probes', () => {
  it('are taken for all breakers or for none', async () => {
    for (const n of [1, 2, 3, 4]) await fail(n);
    nowMs += hourMs;
    await takeProbes(ports, [RUNBOOK], 'other');
    expect(await takeProbes(ports, [RULE, RUNBOOK], 'mine')).toBeUndefined();
    expect(await states()).toEqual(['open', 'probing']);
    await endProbes(ports, [RUNBOOK], 'other', true);
    expect(await states()).toEqual(['open', 'closed']);
  });
});

describe('whose fault it is', () => {
  const kinds = (outcome: ReturnType<typeof decide>) =>
    outcome.kind === 'moved' ? outcome.after.map(({ kind }) => kind) : [];
  const ended = (report: Parameters<typeof execution>[0], state = {}) =>
    kinds(
      decide(aCase('running', state), { kind: 'execution-read', execution: execution(report) }, moment()),
    );

  it('is the runbook, when its run fails or fixes nothing', () => {
    expect(ended({ status: 'failed', statusText: 'Failed' })).toContain('note-failure');
    expect(ended({ status: 'failed', statusText: 'Failed', failureMessage: 'AccessDenied' })).toContain(
      'note-failure',
    );
    const late = plusMs(NOW, 2 * minuteMs);
    const verdict = {
      kind: 'evaluated',
      evaluation: evaluation('NON_COMPLIANT', late),
      via: 'read',
    } as const;
    expect(kinds(decide(aCase('verifying'), verdict, moment(late)))).toContain('note-failure');
  });

  it('is not the runbook, when a person ended the run, in SSM or by the stop switch', () => {
    const cancelled = { status: 'ended-by-human', statusText: 'Cancelled' } as const;
    expect(ended(cancelled)).not.toContain('note-failure');
    const stopped = { stopRequestedAt: NOW, stoppedBy: { who: 'ada', reason: 'bad release' } };
    expect(ended(cancelled, stopped)).toEqual([]);
    expect(ended({ status: 'failed', statusText: 'Failed' }, stopped)).toEqual([]);
    expect(ended(cancelled, { stopRequestedAt: NOW })).toContain('note-failure');
  });

  it.each([
    ['AutomationDefinitionNotFoundException', true],
    ['AccessDeniedException', false],
  ])('when SSM refuses the start with %s: %s', (code, isBlamed) => {
    const refused = aCase('starting', { refusal: { code, reason: 'refused' }, dueAt: NOW });
    const outcome = decide(refused, { kind: 'execution-missing' }, moment(plusMs(NOW, minuteMs)));
    expect(kinds(outcome).includes('note-failure')).toBe(isBlamed);
  });

  it('ends the probe, however it ends', () => {
    const probes = [RULE];
    expect(ended({ status: 'failed', statusText: 'Failed' }, { probes })[0]).toBe('end-probe');
    expect(ended({}, { probes })).not.toContain('end-probe');
    const late = plusMs(NOW, 2 * minuteMs);
    const healed = { kind: 'evaluated', evaluation: evaluation('COMPLIANT', late), via: 'read' } as const;
    const outcome = decide(aCase('verifying', { probes }), healed, moment(late));
    expect(outcome).toMatchObject({ after: [{ kind: 'end-probe', probes, healed: true }] });
  });
});

describe('a stop that a person orders', () => {
  const order = { kind: 'stop-ordered', who: 'ada', reason: 'bad release' } as const;
  it('is written once with who and why, and asked for again until the run has ended', () => {
    const ordered = decide(aCase('running'), order, moment());
    if (ordered.kind !== 'moved') throw new Error(ordered.kind);
    expect(ordered.after).toEqual([{ kind: 'stop-runbook' }]);
    expect(ordered.case.timeline.at(-1)).toMatchObject({
      who: 'ada',
      what: 'stop-requested',
      why: 'bad release',
    });
    expect(decide(ordered.case, order, moment())).toEqual({
      kind: 'unchanged',
      effects: [{ kind: 'stop-runbook' }],
    });
    const still = execution({ status: 'at-work', statusText: 'Cancelling' });
    const looked = decide(ordered.case, { kind: 'execution-read', execution: still }, moment());
    expect(looked).toMatchObject({ kind: 'moved', after: [{ kind: 'stop-runbook' }] });
  });
});
