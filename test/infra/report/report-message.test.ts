/** Monday's message: what limits the trust in it first, the rate with its definition, and where all of it is. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { variantsOf } from '../../../domain/message/variants.ts';
import { SUCCESS_DEFINITION } from '../../../domain/report/figures.ts';
import type { AroundReport } from '../../../domain/report/weekly-job.ts';
import type { WeeklyReport } from '../../../domain/report/weekly-report.ts';
import { reportMessage } from '../../../infra/report/report-message.ts';
import { tallyOf, WEEKLY_REPORT } from '../../support/weekly-report.ts';

const CONSOLE = 'https://selfheal.example.com';
const around: AroundReport = {
  now: '2026-11-23T05:00:30.000Z',
  kept: { at: 's3://reports/weekly/2026-W47.html' },
  late: [],
  missing: [],
};
const healthy: WeeklyReport = {
  ...WEEKLY_REPORT,
  recorders: { at: WEEKLY_REPORT.until, lanes: 60, troubled: [], troubledCount: 0 },
  doubts: [],
};
const messageOf = (report: WeeklyReport = healthy, more: Partial<AroundReport> = {}) =>
  reportMessage(report, { ...around, ...more }, CONSOLE);
const isValid = new Ajv({ strict: true }).compile(
  JSON.parse(readFileSync('docs/message.schema.json', 'utf8')),
);

describe('the message of a week', () => {
  it('says the rate with what it is of, its definition, and what changed against the week before', () => {
    const { subject, text } = messageOf();
    expect(subject).toBe('[REPORT] 2026-W47: 93.0 % healed (175 of 188 tried)');
    expect(text).toContain('Success rate\n  93.0 % (175 of 188)\n');
    expect(text).toContain(SUCCESS_DEFINITION);
    expect(text).toContain('Against the week before: +1.4 points (91.6 %, 153 of 167).');
    expect(text).toContain('Cases opened: 214 (+31 against the week before)');
    expect(text).toContain('Monday 16 to Sunday 22 November 2026, Europe/Berlin');
  });

  it('leads to the page, to the object in the bucket and to the commands that trace it', () => {
    const { text, chat } = messageOf();
    for (const line of [
      `${CONSOLE}/reports/2026-W47`,
      's3://reports/weekly/2026-W47.html',
      'selfheal report --week 2026-W47',
      'selfheal report --week 2026-W47 --verify',
    ])
      expect(text.split('\n')).toContain(`  ${line}`);
    expect(chat?.content.nextSteps?.[0]).toBe(
      `All of it, with the cases behind each figure: ${CONSOLE}/reports/2026-W47`,
    );
    const alone = reportMessage(healthy, { now: around.now, late: [], missing: [] }, undefined);
    expect(`${alone.text} ${JSON.stringify(alone.chat)}`).not.toMatch(/https?:|s3:/);
  });

  it('begins with the recorders where nobody can rely on them, also on a phone', () => {
    const { subject, text, attributes } = messageOf(WEEKLY_REPORT);
    const { troubled = [], troubledCount, lanes } = WEEKLY_REPORT.recorders ?? {};
    const title = `AWS Config does not record as it should in ${troubledCount} of ${lanes} lanes`;
    expect(text.startsWith(`${title}\n`)).toBe(true);
    for (const { lane } of troubled) expect(text).toContain(`${lane.account}/${lane.region}`);
    expect(subject).toBe(
      `[REPORT] 2026-W47: ${title}; 93.0 % healed (175 of 188 tried)`.slice(0, 97).concat('...'),
    );
    expect(attributes).toEqual({ kind: 'weekly-report', week: '2026-W47', recorders: 'trouble' });
    const { recorders: _, ...unseen } = WEEKLY_REPORT;
    expect(messageOf(unseen).text).toMatch(/^Nobody knows whether AWS Config records/);
    expect(messageOf().text).not.toMatch(/^AWS Config/);
    expect(messageOf().attributes.recorders).toBe('ok');
  });

  it('says what limits the trust in the figures before it says them', () => {
    const { text } = messageOf(
      { ...healthy, doubts: ['Some cases lost milestones.'] },
      { doubt: 'its text was changed after it was stored' },
    );
    for (const said of ['its text was changed after it was stored', 'Some cases lost milestones.'])
      expect(text.indexOf(said)).toBeLessThan(text.indexOf('Success rate'));
    expect(text.indexOf('Some cases')).toBeGreaterThan(0);
  });

  it('says that a bucket refused, which weeks were missed, and which could not be made', () => {
    const { text } = messageOf(healthy, {
      kept: { bucket: 's3://reports', why: 's3:PutObject: AccessDenied, no' },
      late: ['2026-W45'],
      missing: [{ week: '2026-W46', why: 'dynamodb:Query: ThrottlingException, slow down' }],
    });
    expect(text).toContain('It is not in the bucket s3://reports (s3:PutObject: AccessDenied, no)');
    expect(text).toContain('2026-W45');
    expect(text).toContain('2026-W46 could not be made: dynamodb:Query: ThrottlingException, slow down');
  });

  it('says of a week in which nothing was tried that there is no rate, not that all is well', () => {
    const { subject, text } = messageOf({ ...healthy, total: tallyOf({ opened: 3 }) });
    expect(subject).toBe('[REPORT] 2026-W47: no case was tried');
    expect(text).toContain('Success rate\n  no case\n');
  });

  it.each([
    ['a good week', messageOf()],
    [
      'one without pages or bucket',
      reportMessage(healthy, { now: around.now, late: [], missing: [] }, undefined),
    ],
    [
      'one with every trouble',
      messageOf(WEEKLY_REPORT, {
        doubt: 'x',
        late: ['2026-W45'],
        missing: [{ week: '2026-W46', why: 'y' }],
        kept: { bucket: 'b', why: 'z' },
      }),
    ],
    ['an empty one', messageOf({ ...healthy, total: tallyOf({}), before: tallyOf({}) })],
  ])('is for machines as the schema says: %s', (_, message) => {
    expect(isValid(JSON.parse(variantsOf(message).sqs ?? '')), JSON.stringify(isValid.errors)).toBe(true);
    expect(message.subject).toMatch(/^[\x20-\x7e]{1,100}$/);
    expect(message.text).not.toMatch(/[\u00a0−]/);
  });

  it('lets nobody who names a lane or writes an error do anything with it', () => {
    const evil = 'x\nSuccess rate\n  100 % <https://evil.example|click> <!channel> AKIAIOSFODNN7EXAMPLE';
    const { text, chat } = messageOf(
      {
        ...healthy,
        recorders: {
          at: WEEKLY_REPORT.until,
          lanes: 1,
          troubledCount: 1,
          troubled: [{ lane: { account: '111122223333', region: 'eu-west-1' }, state: 'failing', why: evil }],
        },
      },
      { kept: { bucket: 'b', why: evil }, missing: [{ week: '2026-W46', why: evil }] },
    );
    expect(text.match(/^Success rate$/gm)).toHaveLength(1);
    expect(text).not.toContain('AKIAIOSFODNN7EXAMPLE');
    expect(JSON.stringify(chat)).not.toMatch(/<https|<!channel>|:\/\/evil/);
  });
});
