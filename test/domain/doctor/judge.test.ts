import { describe, expect, it } from 'vitest';
import type { Runbook } from '../../../domain/catalog/catalog.ts';
import { judgeDocuments } from '../../../domain/doctor/judge-documents.ts';
import { type HubFacts, judgeHub } from '../../../domain/doctor/judge-hub.ts';
import { judgeLane, type LaneFacts } from '../../../domain/doctor/judge-lane.ts';
import { type FailedReading, NO_ANSWER, type Reading } from '../../../domain/doctor/reading.ts';
import { diagnosisOf, type Trouble } from '../../../domain/doctor/trouble.ts';

const ok = <T>(value: T): Reading<T> => ({ ok: true, value });
const failed = (code: string, errorClass: FailedReading['errorClass'], message = 'no'): FailedReading => ({
  ok: false,
  operation: 'config:DescribeSomething',
  code,
  message,
  errorClass,
});
const THROTTLED = failed('ThrottlingException', 'transient', 'Rate exceeded');
const DENIED = failed('AccessDeniedException', 'terminal', 'not authorized');
const SILENT = failed(NO_ANSWER, 'transient');
const STRANGE = failed('SerializationException', 'terminal', 'what is\nthis');

const said = (troubles: readonly Trouble[]) =>
  troubles.map(({ severity, where, what }) => `${severity} ${where}: ${what}`);

const LANE = { account: '111122223333', region: 'eu-central-1' };
const healthy: Required<LaneFacts> = {
  lane: LANE,
  entry: ok(true),
  recorders: ok([{ name: 'default', recording: true, lastStatus: 'Success' }]),
  channels: ok([{ name: 'default', failures: [] }]),
  forwarding: ok('enabled'),
};
const lane = (facts: Partial<LaneFacts>) => said(judgeLane({ ...healthy, ...facts }));

describe('a lane', () => {
  it('without trouble has none', () => {
    expect(lane({})).toEqual([]);
  });

  it.each<[string, Partial<LaneFacts>, RegExp]>([
    [
      'its recorder is off',
      { recorders: ok([{ name: 'r', recording: false }]) },
      /^broken .*recorder r is off/,
    ],
    ['it has no recorder', { recorders: ok([]) }, /^broken .*has no recorder/],
    [
      'its recorder fails',
      {
        recorders: ok([
          { name: 'r', recording: true, lastStatus: 'Failure', lastError: 'NoSuchBucket: gone' },
        ]),
      },
      /^broken .*r is on and fails: NoSuchBucket: gone/,
    ],
    [
      'nothing is delivered',
      { channels: ok([{ name: 'c', failures: ['snapshots fail'] }]) },
      /^broken .*does not deliver: snapshots/,
    ],
    ['it has no channel', { channels: ok([]) }, /^broken .*no delivery channel/],
    [
      'its events stay there',
      { forwarding: ok('missing') },
      /^broken .*forwards .* is not there: only sweeps/,
    ],
    ['its events are held back', { forwarding: ok('disabled') }, /^broken .*forwards .* is off/],
    [
      'its Region is off',
      { recorders: failed('UnrecognizedClientException', 'terminal') },
      /^broken .*eu-central-1 is not enabled in account 111122223333/,
    ],
    [
      'the role is gone',
      { entry: failed('AccessDenied', 'terminal', 'User: x is not authorized to perform: sts:AssumeRole') },
      /^broken .*is not there, or does not trust/,
    ],
    [
      'the organization forbids it',
      { entry: failed('AccessDenied', 'terminal', 'with an explicit deny in a service control policy') },
      /^broken .*service control policy/,
    ],
    [
      'the hub itself may not',
      { entry: failed('AccessDenied', 'terminal', 'because no identity-based policy allows it') },
      /^broken .*its own role in the hub/,
    ],
  ])('in which %s is said to be so', (_, facts, expected) => {
    const troubles = lane(facts);
    expect(troubles).toHaveLength(1);
    expect(troubles[0]).toMatch(expected);
  });

  it.each([
    ['throttled for ever', THROTTLED],
    ['denied', DENIED],
    ['silent', SILENT],
    ['malformed', STRANGE],
  ])('of which a question is %s is never healthy', (_, reading) => {
    for (const name of ['entry', 'recorders', 'channels', 'forwarding'] as const) {
      const troubles = judgeLane({ ...healthy, [name]: reading });
      expect(diagnosisOf(troubles, { lanes: 1, checks: 4, notChecked: [] }).healthy, name).toBe(false);
      expect(said(troubles).join('')).not.toContain('\n');
    }
  });
});

const hub: HubFacts = {
  queues: [
    {
      name: 'selfheal-wakes',
      queue: ok({ messages: 7, deadLetterQueue: 'selfheal-wakes-dlq' }),
      deadLetterQueue: 'selfheal-wakes-dlq',
    },
    { name: 'selfheal-wakes-dlq', queue: ok({ messages: 0 }) },
  ],
  topics: [{ name: 'selfheal-oncall', topic: ok({ confirmed: 1, pending: 0 }) }],
  tableName: 'selfheal',
  table: ok({ status: 'ACTIVE', indexes: { due: 'ACTIVE' } }),
  indexesWanted: ['due'],
  breakers: [],
  pointInTimeRecovery: ok(true),
  buses: [{ name: 'selfheal', bus: ok(true) }],
  policy: ok({ refused: [] }),
  stops: ok([]),
  overdue: ok(undefined),
};
const ofHub = (facts: Partial<HubFacts>) => said(judgeHub({ ...hub, ...facts }));
const queue = (of: HubFacts['queues'][number]['queue'], deadLetterQueue?: string) => ({
  queues: [{ name: 'q', queue: of, ...(deadLetterQueue ? { deadLetterQueue } : {}) }],
});

describe('the hub', () => {
  it('without trouble has none', () => {
    expect(ofHub({})).toEqual([]);
  });

  it.each<[string, Partial<HubFacts>, string]>([
    ['a queue is gone', queue(ok(undefined)), 'broken queue q: is not there'],
    [
      'a queue loses what fails',
      queue(ok({ messages: 0 }), 'q-dlq'),
      'broken queue q: moves what fails again and again to nowhere, not to q-dlq: it would be lost, or block its neighbours',
    ],
    [
      'dead letters lie about',
      queue(ok({ messages: 3 })),
      'risk queue q: 3 messages lie there that nobody works on',
    ],
    [
      'a topic is gone',
      { topics: [{ name: 't', topic: ok(undefined) }] },
      'broken topic t: the policy tells people there, and it is not there',
    ],
    [
      'nobody listens',
      { topics: [{ name: 't', topic: ok({ confirmed: 0, pending: 0 }) }] },
      'risk topic t: nobody is subscribed: nobody is told anything',
    ],
    [
      'nobody has confirmed',
      { topics: [{ name: 't', topic: ok({ confirmed: 0, pending: 2 }) }] },
      'risk topic t: 2 subscribed, and nobody has confirmed: nobody is told anything',
    ],
    [
      'the table is gone',
      { table: failed('ResourceNotFoundException', 'terminal') },
      'broken table selfheal: is not there',
    ],
    [
      'the table is being made',
      { table: ok({ status: 'CREATING', indexes: { due: 'ACTIVE' } }) },
      'broken table selfheal: is CREATING',
    ],
    [
      'an index is missing',
      { table: ok({ status: 'ACTIVE', indexes: {} }) },
      'broken table selfheal: its index due is not there',
    ],
    [
      'nothing can be restored',
      { pointInTimeRecovery: ok(false) },
      'risk table selfheal: has no point-in-time recovery: what is deleted by mistake is gone',
    ],
    ['a bus is gone', { buses: [{ name: 'b', bus: ok(false) }] }, 'broken event bus b: is not there'],
    [
      'no policy can be trusted',
      { policy: ok({ doubt: 'version 3: cut short', refused: [] }) },
      'broken policy: none can be trusted, so nothing is started: version 3: cut short',
    ],
    [
      'a newer policy was refused',
      { policy: ok({ refused: ['version 7 is refused (it was cut short)'] }) },
      'risk policy: version 7 is refused (it was cut short): the one before stays in force',
    ],
    [
      'somebody has stopped it',
      { stops: ok(['everything is stopped since noon by ada: bad release']) },
      'risk stop switches: everything is stopped since noon by ada: bad release',
    ],
    [
      'its timer stands still',
      { overdue: ok('case abc-1') },
      'broken timer: case abc-1 should have been looked at more than 15 minutes ago, and was not',
    ],
  ])('in which %s is said to be so', (_, facts, expected) => {
    expect(ofHub(facts)).toEqual([expected]);
  });

  it.each([THROTTLED, DENIED, SILENT, STRANGE])(
    'is never healthy when a question ends with $code',
    (reading) => {
      const unread: Partial<HubFacts>[] = [
        queue(reading),
        { topics: [{ name: 't', topic: reading }] },
        { table: reading },
        { pointInTimeRecovery: reading },
        { buses: [{ name: 'b', bus: reading }] },
        { policy: reading },
        { stops: reading },
        { overdue: reading },
      ];
      for (const facts of unread) expect(ofHub(facts)).toEqual([expect.stringMatching(/^unknown /)]);
    },
  );
});

describe('a runbook in a Region', () => {
  const runbook = {
    document: 'AWS-Fix',
    parameters: [{ name: 'Bucket' }, { name: 'Old' }],
  } as unknown as Runbook;
  const document = (...parameters: readonly [string, boolean][]) =>
    ok({ status: 'Active', parameters: parameters.map(([name, required]) => ({ name, required })) });
  const judged = (of: Parameters<typeof judgeDocuments>[1][number]['document']) =>
    said(judgeDocuments('eu-central-1', [{ runbook, document: of }]));

  it('is as the catalog has it, or said to be another', () => {
    expect(judged(document(['Bucket', true], ['Old', false], ['Extra', false]))).toEqual([]);
    expect(judged(document(['Bucket', true], ['New', true]))).toEqual([
      'broken runbook AWS-Fix in eu-central-1: the document has no parameter Old: SSM will refuse to start it',
      'broken runbook AWS-Fix in eu-central-1: the document wants New, which the catalog does not give',
    ]);
    expect(judged(ok(undefined))).toEqual([
      expect.stringMatching(/^broken .*no such document there: no plan/),
    ]);
    expect(judged(ok({ status: 'Deleting', parameters: [] }))).toEqual([
      expect.stringMatching(/is Deleting/),
    ]);
    for (const reading of [THROTTLED, DENIED, SILENT, STRANGE])
      expect(judged(reading)).toEqual([expect.stringMatching(/^unknown /)]);
  });
});

describe('a diagnosis', () => {
  it('puts the gravest first, and is healthy with risks alone', () => {
    const trouble = (severity: Trouble['severity'], where: string) => ({
      severity,
      where,
      what: 'x',
      mend: 'y',
    });
    const all = [
      trouble('risk', 'a'),
      trouble('unknown', 'b'),
      trouble('broken', 'd'),
      trouble('broken', 'c'),
    ];
    const { troubles, healthy: isHealthy } = diagnosisOf(all, { lanes: 1, checks: 1, notChecked: [] });
    expect(troubles.map(({ where }) => where)).toEqual(['c', 'd', 'b', 'a']);
    expect(isHealthy).toBe(false);
    expect(diagnosisOf(all.slice(0, 1), { lanes: 1, checks: 1, notChecked: [] }).healthy).toBe(true);
  });
});
