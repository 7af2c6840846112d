import { describe, expect, it } from 'vitest';
import { type FailedReading, NO_ANSWER, type Reading } from '../../../domain/doctor/reading.ts';
import { judgeRecorder } from '../../../domain/health/judge-recorder.ts';
import type { DeliveryFacts, RecorderFacts } from '../../../domain/health/recorder-facts.ts';
import type { RecorderHealth } from '../../../domain/health/recorder-health.ts';

const LANE = { account: '111122223333', region: 'eu-central-1' };
const SINCE = '2026-11-20T10:00:00.000Z';
const ok = <T>(value: T): Reading<T> => ({ ok: true, value });
const failed = (code: string, message = 'no'): FailedReading => ({
  ok: false,
  operation: 'config:DescribeSomething',
  code,
  message,
  errorClass: 'transient',
});

const recorder: RecorderFacts = { name: 'default', recording: true, lastStatus: 'Success', since: SINCE };
const channel: DeliveryFacts = { name: 'default', failures: [] };
const judged = (
  recorders: Reading<readonly RecorderFacts[]>,
  channels: Reading<readonly DeliveryFacts[]> = ok([channel]),
): RecorderHealth => judgeRecorder(LANE, recorders, channels);

describe('a recorder', () => {
  it('that is on and delivers records', () => {
    expect(judged(ok([recorder]))).toEqual({ lane: LANE, state: 'recording' });
  });

  it('that has just been started, or in whose lane nothing was ever changed, records', () => {
    expect(judged(ok([{ ...recorder, lastStatus: 'Pending' }])).state).toBe('recording');
  });

  it('that failed once and works again records, although AWS goes on telling its last error', () => {
    expect(judged(ok([{ ...recorder, lastError: 'AccessDenied: no' }])).state).toBe('recording');
  });

  it.each<[string, RecorderFacts[], Partial<RecorderHealth>]>([
    ['is not there', [], { state: 'missing', why: 'Config has no recorder there' }],
    [
      'is off',
      [{ ...recorder, recording: false }],
      { state: 'stopped', since: SINCE, why: 'the recorder default is off' },
    ],
    [
      'fails',
      [{ ...recorder, lastStatus: 'Failure', lastError: 'AccessDenied: its role\nmay not' }],
      { state: 'failing', since: SINCE, why: 'the recorder default fails: AccessDenied: its role may not' },
    ],
    [
      'fails and says no more',
      [{ name: 'r', recording: true, lastStatus: 'Failure' }],
      { state: 'failing', why: 'the recorder r fails: Config does not say why' },
    ],
  ])('that %s is told so', (_, recorders, expected) => {
    expect(judged(ok(recorders))).toEqual({ lane: LANE, ...expected });
  });

  it.each<[string, DeliveryFacts[], RegExp]>([
    ['no channel', [], /no delivery channel/],
    [
      'a channel that cannot deliver',
      [{ ...channel, failures: ['snapshots fails with NoSuchBucket: gone'] }],
      /channel default does not deliver: snapshots fails with NoSuchBucket: gone/,
    ],
  ])('with %s is failing', (_, channels, why) => {
    const health = judged(ok([recorder]), ok(channels));
    expect(health).toMatchObject({ state: 'failing', why: expect.stringMatching(why) });
  });

  it('that is off is off, whatever is wrong with its channel, and whether it could be asked', () => {
    const off = ok([{ ...recorder, recording: false }]);
    for (const channels of [ok([]), failed('ThrottlingException')])
      expect(judged(off, channels).state).toBe('stopped');
  });

  it.each([
    ['throttled', failed('ThrottlingException', 'Rate exceeded'), /answers ThrottlingException: Rate/],
    ['denied', failed('AccessDeniedException', 'may not'), /AccessDeniedException/],
    ['silent', failed(NO_ANSWER), /not answered in time/],
    ['malformed', failed('SyntaxError', 'Unexpected token\n<'), /SyntaxError: Unexpected token </],
  ])('of which a question is %s is unknown, and says why', (_, reading, why) => {
    for (const health of [judged(reading), judged(ok([recorder]), reading), judged(reading, reading)])
      expect(health).toEqual({ lane: LANE, state: 'unknown', why: expect.stringMatching(why) });
  });

  it.each<[string, RecorderFacts[], DeliveryFacts[]]>([
    ['whether it is on', [{ name: 'r', lastStatus: 'Success' }], [channel]],
    ['how it fares', [{ name: 'r', recording: true }], [channel]],
    ['how it fares in a word that is known', [{ ...recorder, lastStatus: 'Perhaps' }], [channel]],
    [
      'what became of its deliveries',
      [recorder],
      [{ ...channel, unclear: ['the last status of snapshots is Perhaps'] }],
    ],
  ])('of which Config does not say %s is unknown', (_, recorders, channels) => {
    expect(judged(ok(recorders), ok(channels)).state).toBe('unknown');
  });

  it('has a short reason, however long the error is', () => {
    const { why } = judged(failed('X', 'y'.repeat(5_000)));
    expect(why?.length).toBeLessThanOrEqual(300);
  });
});
