/** What becomes of a case that an exemption closed when it is looked at again: on a table in memory, with no clock. */
import { describe, expect, it } from 'vitest';
import type { Case, Evaluation, Suppressed } from '../../../domain/case/case.ts';
import type { Exempted } from '../../../domain/case/observation.ts';
import { createEngine } from '../../../domain/engine/engine.ts';
import { policyBook } from '../../../domain/engine/policy-book.ts';
import { parsePolicy } from '../../../domain/policy/parse-policy.ts';
import { type Due, PortError, type Ports } from '../../../domain/ports.ts';
import { dayMs, epochMs, hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { createCaseStore } from '../../../infra/dynamodb/case-store.ts';
import { createControlStore } from '../../../infra/dynamodb/control-store.ts';
import { createExemptionStore } from '../../../infra/dynamodb/exemption-store.ts';
import { MemoryTable, tableClient } from '../../simulation/memory-table.ts';
import { aCase, evaluation, finding, NOW } from '../../support/cases.ts';

const CATALOG = loadCatalog();
const ENTRIES = `
entries:
  - { name: versioning, match: { rule: S3_BUCKET_VERSIONING_ENABLED }, mode: observe }
`;
const EXEMPT = (expires: string) => `
exemptions:
  - { name: legacy, match: { resourceId: [shop-prod-orders] }, owner: ops, reason: goes in May, expires: ${expires} }
`;
const bookOf = (sections: string, sequence = 0) => {
  const parsed = parsePolicy(`version: 1\n${sections}${ENTRIES}`, 'policy.yml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return policyBook(parsed.policy, sequence);
};
const RED = evaluation('NON_COMPLIANT', plusMs(NOW, -minuteMs));
const throttled = new PortError('transient', 'ThrottlingException', 'config:Get', 'Rate exceeded');

const worldOf = async (state: Partial<Suppressed>, sections = '') => {
  let nowMs = epochMs(NOW);
  const now = () => new Date(nowMs).toISOString();
  const table = new MemoryTable({ nowMs: () => nowMs });
  const inTable = { client: tableClient(async (command) => table.execute(command)), tableName: 't' };
  const sent: Due[] = [];
  const config = {
    asked: 0,
    answer: RED as Evaluation | undefined | Error,
    exception: undefined as Exempted | undefined,
  };
  let book = bookOf(sections);
  const silent = () => undefined;
  const ports = {
    cases: createCaseStore({ ...inTable, now }),
    controls: createControlStore(inTable),
    exemptions: createExemptionStore(inTable),
    permits: { noteWaiting: async () => undefined },
    compliance: {
      rule: async () => ({ owner: 'aws', identifier: 'S3_BUCKET_VERSIONING_ENABLED' }),
      tags: async () => ({}),
      read: async () => {
        config.asked += 1;
        if (config.answer instanceof Error) throw config.answer;
        return config.answer;
      },
      remediationException: async () => config.exception,
    },
    events: { publish: async () => undefined },
    wakes: { send: async (wakes: { wake: Due }[]) => void sent.push(...wakes.map(({ wake }) => wake)) },
    clock: { now, sleep: async () => undefined },
    random: () => 0.5,
    log: { info: silent, warn: silent, error: silent },
    metrics: { count: silent, gauge: silent, time: silent },
  } as unknown as Ports;
  const engine = createEngine({
    ports,
    catalog: CATALOG,
    policy: () => book,
    globalLaneRegion: 'us-east-1',
  });
  const about = aCase('suppressed', {
    exemption: 'legacy',
    until: plusMs(NOW, hourMs),
    reviewAt: plusMs(NOW, hourMs),
    ...state,
  });
  const { policyVersion } = { policyVersion: book.version };
  await ports.cases.open({ ...about, newestEvaluation: RED, policyVersion });
  const cases = async (): Promise<readonly Case[]> => {
    const found: Case[] = [];
    for await (const one of ports.cases.list({})) found.push(one);
    return found.sort((left, right) => left.number - right.number);
  };
  return {
    ports,
    engine,
    config,
    sent,
    cases,
    now,
    later: (ms: number) => {
      nowMs += ms;
    },
    publish: (text: string, sequence: number) => {
      book = bookOf(text, sequence);
    },
    wake: async (more: object = {}) => {
      const wake = { caseId: about.id, ...more };
      const [answer] = await engine.woken([{ wake, messageId: 'm', redelivered: false }]);
      expect(answer).toMatchObject({ ok: true });
    },
    dueIds: async () => {
      const ids: string[] = [];
      for await (const one of ports.cases.due(plusMs(NOW, 9_999 * dayMs)))
        if ('caseId' in one) ids.push(one.caseId);
      return ids;
    },
    report: (compliance: Evaluation['compliance'], recordedAt: string) =>
      engine.complianceReported([
        {
          account: finding.account,
          origin: about.origin,
          resourceType: finding.resourceType,
          resourceId: finding.resourceId,
          evaluation: evaluation(compliance, recordedAt),
          redelivered: false,
        },
      ]),
  };
};

describe('a suppressed case that is due', () => {
  it('gets its successor when Config still says NON_COMPLIANT, be it the evaluation that was known', async () => {
    const { wake, later, cases, dueIds, config } = await worldOf({});
    await wake();
    expect(config.asked).toBe(0);
    later(hourMs);
    await wake();
    const [first, second] = await cases();
    expect(second).toMatchObject({
      number: 2,
      origin: first?.origin,
      newestEvaluation: RED,
      state: { name: 'observing' },
      earlier: [{ number: 1, ended: 'suppressed' }],
    });
    expect(first?.timeline.at(-1)?.why).toContain(`${second?.id} was opened`);
    expect(await dueIds()).toEqual([second?.id]);
    // Woken twice, it is done once.
    await wake();
    expect(await cases()).toHaveLength(2);
  });

  it.each<[string, Evaluation | undefined]>([
    ['COMPLIANT', evaluation('COMPLIANT', NOW)],
    ['NOT_APPLICABLE', evaluation('NOT_APPLICABLE', NOW)],
    ['nothing', undefined],
  ])('is left for good when Config says %s', async (_, answer) => {
    const { wake, later, cases, dueIds, config } = await worldOf({});
    config.answer = answer;
    later(hourMs);
    await wake();
    expect(await cases()).toMatchObject([{ state: { name: 'suppressed' } }]);
    expect(await dueIds()).toEqual([]);
  });

  it.each<[string, Evaluation | Error, number]>([
    ['does not answer', throttled, 15 * minuteMs],
    ['cannot say', evaluation('INSUFFICIENT_DATA', NOW), hourMs],
  ])('is asked about again later when Config %s', async (_, answer, afterMs) => {
    const { wake, later, cases, config, now } = await worldOf({});
    config.answer = answer;
    later(hourMs);
    const lookedAt = now();
    await wake();
    expect(await cases()).toMatchObject([{ state: { reviewAt: plusMs(lookedAt, afterMs) } }]);
    await wake();
    expect(config.asked).toBe(1);
    config.answer = RED;
    later(afterMs);
    await wake();
    expect(await cases()).toHaveLength(2);
  });

  it('and whose exemptions cannot be loaded is looked at later; nothing is opened on a doubt', async () => {
    const { wake, later, cases, ports, config } = await worldOf({});
    const { all } = ports.exemptions;
    ports.exemptions.all = async () => {
      throw throttled;
    };
    later(hourMs);
    await wake();
    expect(config.asked).toBe(0);
    expect(await cases()).toHaveLength(1);
    ports.exemptions.all = all;
    later(15 * minuteMs);
    await wake();
    expect(await cases()).toHaveLength(2);
  });

  it('stays as it is where the exemption was prolonged, and is looked at again at its new end', async () => {
    const { wake, later, cases, config } = await worldOf({}, EXEMPT('2026-12-31'));
    later(hourMs);
    await wake();
    expect(config.asked).toBe(0);
    expect(await cases()).toMatchObject([
      {
        state: {
          name: 'suppressed',
          until: '2027-01-01T00:00:00.000Z',
          reviewAt: '2027-01-01T00:00:00.000Z',
        },
        timeline: [{ what: 'still-suppressed' }],
      },
    ]);
  });

  it('stays as it is while Config holds its own exception, looked at once a day; then it is taken up', async () => {
    const { wake, later, cases, config, now } = await worldOf({
      exemption: 'config:remediation-exception',
      until: plusMs(NOW, 90 * dayMs),
      reviewAt: plusMs(NOW, dayMs),
    });
    config.exception = { name: 'config:remediation-exception', owner: 'c', reason: 'r' };
    later(dayMs);
    await wake();
    expect(await cases()).toMatchObject([{ state: { name: 'suppressed', reviewAt: plusMs(now(), dayMs) } }]);
    config.exception = undefined;
    later(dayMs);
    await wake();
    expect(await cases()).toHaveLength(2);
  });

  it('that has a successor already, opened by whoever died before noting it, is only let go', async () => {
    const { wake, later, cases, ports, dueIds } = await worldOf({});
    const [first] = await cases();
    if (first === undefined) throw new Error('no case');
    const second = { ...aCase('observing'), id: `${first.findingId}-2`, number: 2 };
    await ports.cases.open(second);
    later(hourMs);
    await wake();
    expect(await cases()).toHaveLength(2);
    expect(await dueIds()).toEqual([second.id]);
  });
});

describe('a suppressed case whose exemption is taken away before its time', () => {
  const REMOVED = async () => {
    const world = await worldOf({
      exemption: 'by-hand',
      until: plusMs(NOW, 30 * dayMs),
      reviewAt: plusMs(NOW, 30 * dayMs),
    });
    const one = { match: { resourceId: [finding.resourceId] }, owner: 'o', reason: 'r', who: 'ada' };
    await world.ports.exemptions.put({ ...one, name: 'by-hand', since: plusMs(NOW, -dayMs) });
    await world.ports.exemptions.announce();
    await world.engine.tick();
    expect(world.sent).toEqual([]);
    return { ...world, one };
  };

  it('by hand is woken by the next tick, once, and taken up', async () => {
    const { engine, ports, sent, wake, cases } = await REMOVED();
    await ports.exemptions.remove('by-hand');
    await ports.exemptions.announce();
    await engine.tick();
    const [first] = await cases();
    expect(sent).toEqual([{ caseId: first?.id, exemptionSequence: 2 }]);
    await engine.tick();
    expect(sent).toHaveLength(1);
    await wake({ exemptionSequence: 2 });
    expect(await cases()).toHaveLength(2);
  });

  it('is woken again when the tick died before it noted that all were woken', async () => {
    const { engine, ports, sent } = await REMOVED();
    await ports.exemptions.remove('by-hand');
    await ports.exemptions.announce();
    const { send } = ports.wakes;
    ports.wakes.send = async () => {
      throw throttled;
    };
    await engine.tick();
    expect(sent).toEqual([]);
    ports.wakes.send = send;
    await engine.tick();
    expect(sent).toHaveLength(1);
  });

  it('and given to something else by the same name is looked at, and not taken for still exempt', async () => {
    const { engine, ports, sent, one, later, now, cases, wake } = await REMOVED();
    await ports.exemptions.remove('by-hand');
    later(minuteMs);
    await ports.exemptions.put({ ...one, match: { resourceId: ['another'] }, name: 'by-hand', since: now() });
    await ports.exemptions.announce();
    await engine.tick();
    expect(sent).toHaveLength(1);
    await wake({ exemptionSequence: 2 });
    expect(await cases()).toHaveLength(2);
  });

  it('by a new policy is woken, and taken up; one that the new policy exempts too is not woken twice', async () => {
    const { engine, sent, publish, wake, cases } = await worldOf({}, EXEMPT('2026-12-31'));
    publish(EXEMPT('2027-03-31'), 7);
    expect(await engine.policyReplaced()).toBe(true);
    const [first] = await cases();
    expect(sent).toEqual([{ caseId: first?.id, policySequence: 7 }]);
    await wake({ policySequence: 7 });
    expect((await cases())[0]?.state).toMatchObject({ until: '2027-04-01T00:00:00.000Z' });
    await engine.policyReplaced();
    expect(sent).toHaveLength(1);
    publish('', 8);
    await engine.policyReplaced();
    await wake({ policySequence: 8 });
    expect(await cases()).toHaveLength(2);
  });
});

describe('a finding that Config reports again while its newest case is suppressed', () => {
  it('opens nothing while it is exempt, however often, and whatever is reported', async () => {
    const { report, cases } = await worldOf({}, EXEMPT('2026-12-31'));
    for (let n = 1; n <= 5; n += 1) await report('NON_COMPLIANT', plusMs(NOW, n * minuteMs));
    expect(await cases()).toHaveLength(1);
  });

  it('opens the next case by a newer evaluation after the lapse, without asking Config', async () => {
    const { report, cases, config } = await worldOf({});
    await report('NON_COMPLIANT', plusMs(NOW, -hourMs));
    expect(await cases()).toHaveLength(1);
    await report('NON_COMPLIANT', plusMs(NOW, minuteMs));
    expect(config.asked).toBe(0);
    expect(await cases()).toMatchObject([
      { number: 1, state: { name: 'suppressed' } },
      { number: 2, newestEvaluation: { recordedAt: plusMs(NOW, minuteMs) } },
    ]);
  });
});
