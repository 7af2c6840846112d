/** Monday's report: made, kept and told once the week is over, whatever dies on the way and whatever refuses. */
import { describe, expect, it } from 'vitest';
import { doubtfulBook, type PolicyBook } from '../../../domain/engine/policy-book.ts';
import type { Message } from '../../../domain/message.ts';
import { PortError } from '../../../domain/ports.ts';
import type { ReportStore } from '../../../domain/report/report-ports.ts';
import { weekNamed } from '../../../domain/report/week.ts';
import {
  type AroundReport,
  createWeeklyJob,
  type ReportBucket,
  type ReportProgress,
  type WeeklyJobDeps,
} from '../../../domain/report/weekly-job.ts';
import type { WeeklyReport } from '../../../domain/report/weekly-report.ts';
import { dayMs, type Instant, minuteMs, plusMs } from '../../../domain/time.ts';
import { createReportProgress } from '../../../infra/dynamodb/report-progress.ts';
import { createReportStore } from '../../../infra/dynamodb/report-store.ts';
import { MemoryTable, tableClient } from '../../simulation/memory-table.ts';
import { PACKAGED } from '../../support/published-policies.ts';
import { WEEKLY_REPORT } from '../../support/weekly-report.ts';

const inZone = (timezone: string): PolicyBook => ({ ...PACKAGED, policy: { ...PACKAGED.policy, timezone } });
/** In Berlin Monday begins at 23:00 UTC; a few minutes later the week is told. */
const MONDAY = '2026-11-22T23:20:00.000Z';
const DENIED = new PortError('terminal', 'AccessDenied', 's3:PutObject', 'Access Denied');

interface Told extends AroundReport {
  readonly report: WeeklyReport;
}

/** What survives a process: the table, the bucket, what people were sent. */
class World {
  now: Instant = MONDAY;
  readonly told: Told[] = [];
  readonly objects = new Map<string, WeeklyReport>();
  readonly made: string[] = [];
  readonly counted: string[] = [];
  readonly logged: unknown[] = [];
  bucketRefuses: Error | undefined;
  makingFails: Error | undefined;
  timezone = 'Europe/Berlin';
  hasBucket = true;
  private readonly rows = new MemoryTable();
  private readonly table = {
    client: tableClient(async (command) => this.rows.execute(command)),
    tableName: 'selfheal',
  };

  get reports(): ReportStore {
    return createReportStore(this.table);
  }

  get progress(): ReportProgress {
    return createReportProgress(this.table);
  }

  spoil(week: string): Promise<unknown> {
    return this.table.client.put({ TableName: this.table.tableName, Item: { pk: 'report', sk: week } });
  }

  deps(): WeeklyJobDeps {
    const note = (level: string) => (message: string, fields: unknown) => {
      this.logged.push([level, message, fields]);
    };
    const bucket: ReportBucket = {
      name: 's3://reports',
      at: (week) => `s3://reports/weekly/${week}.html`,
      put: async (report) => {
        if (this.bucketRefuses) throw this.bucketRefuses;
        this.objects.set(report.week.id, report);
      },
    };
    return {
      make: async (week) => {
        if (this.makingFails) throw this.makingFails;
        this.made.push(week.id);
        // Whoever makes it anew makes another one.
        const report = { ...WEEKLY_REPORT, week, until: week.to, madeAt: plusMs(this.now, this.made.length) };
        return { report, digests: new Map([['case-1', 'digest']]), madeAt: report.madeAt };
      },
      reports: this.reports,
      progress: this.progress,
      ...(this.hasBucket && { bucket }),
      message: async (report, around) => ({ report, ...around }) as unknown as Message,
      announcer: {
        announce: async (topics, message) => {
          expect(topics).toEqual(['selfheal-reports']);
          this.told.push(message as unknown as Told);
        },
      },
      topics: ['selfheal-reports'],
      policy: () => inZone(this.timezone),
      clock: { now: () => this.now },
      log: { info: note('info'), warn: note('warn'), error: note('error') },
      metrics: { count: (name) => this.counted.push(name) },
    };
  }

  run(more: Partial<WeeklyJobDeps> = {}) {
    return createWeeklyJob({ ...this.deps(), ...more })();
  }

  weeksTold(): readonly string[] {
    return this.told.map(({ report }) => report.week.id);
  }
}

const inWorld = (story: (world: World) => Promise<void>): Promise<void> => story(new World());

describe('the weekly report', () => {
  it('is made, stored, put into the bucket and told once the week is over, and once only', () =>
    inWorld(async (world) => {
      world.now = plusMs(MONDAY, -30 * minuteMs);
      await world.run();
      expect(world.weeksTold()).toEqual(['2026-W46']);
      world.now = MONDAY;
      expect(await world.run()).toEqual({ week: '2026-W47', told: true, kept: ['2026-W47'] });
      for (let hours = 1; hours < 7 * 24; hours += 12) {
        world.now = plusMs(MONDAY, hours * 60 * minuteMs);
        expect(await world.run()).toEqual({ week: '2026-W47', told: false, kept: [] });
      }
      expect(world.weeksTold()).toEqual(['2026-W46', '2026-W47']);
      expect(world.made).toEqual(['2026-W46', '2026-W47']);
      expect(world.counted).toEqual(['WeeklyReportStored', 'WeeklyReportStored']);
      const stored = await world.reports.get('2026-W47');
      expect(world.told[1]).toEqual({
        report: stored?.report,
        now: MONDAY,
        kept: { at: 's3://reports/weekly/2026-W47.html' },
        late: [],
        missing: [],
      });
      expect(world.objects.get('2026-W47')).toEqual(stored?.report);
      expect(stored?.digests).toEqual(new Map([['case-1', 'digest']]));
    }));

  it('is told without a bucket where there is none', () =>
    inWorld(async (world) => {
      world.hasBucket = false;
      await world.run();
      expect(world.told.map(({ kept }) => kept)).toEqual([undefined]);
      // One that is made later has the newest report, and no more.
      world.hasBucket = true;
      expect(await world.run()).toEqual({ week: '2026-W47', told: false, kept: ['2026-W47'] });
    }));

  /** Monday 0:00 there, as UTC: never before it, and ten minutes later. */
  it.each([
    ['UTC', '2026-W47', '2026-11-23T00:00:00.000Z'],
    ['Pacific/Kiritimati', '2026-W47', '2026-11-22T10:00:00.000Z'],
    ['America/Los_Angeles', '2026-W47', '2026-11-23T08:00:00.000Z'],
    ['Asia/Kathmandu', '2026-W47', '2026-11-22T18:15:00.000Z'],
    // Clocks go back, and forward, on the Sunday that ends the week.
    ['Europe/Berlin', '2026-W43', '2026-10-25T23:00:00.000Z'],
    ['Europe/Berlin', '2027-W12', '2027-03-28T22:00:00.000Z'],
    // There, midnight itself is left out.
    ['Africa/Cairo', '2026-W17', '2026-04-26T21:00:00.000Z'],
    ['UTC', '2026-W53', '2027-01-04T00:00:00.000Z'],
  ])('ends in %s, %s at %s, and is told of then and not before', (timezone, week, end) =>
    inWorld(async (world) => {
      world.timezone = timezone;
      world.hasBucket = false;
      expect(weekNamed(week, timezone)?.to).toBe(end);
      for (const before of [-7 * dayMs + 11 * minuteMs, -1, 0, 10 * minuteMs - 1]) {
        world.now = plusMs(end, before);
        await world.run();
        expect(world.weeksTold().at(-1), world.now).not.toBe(week);
        expect(world.made, world.now).not.toContain(week);
      }
      world.now = plusMs(end, 10 * minuteMs);
      await world.run();
      expect(world.weeksTold().at(-1)).toBe(week);
      expect(world.told.at(-1)?.report.until).toBe(end);
      // A clock that goes back tells nothing a second time.
      const count = world.told.length;
      world.now = plusMs(end, -8 * dayMs);
      await world.run();
      expect(world.told).toHaveLength(count);
    }),
  );

  it('of weeks that were missed is made for each, and told of the last', () =>
    inWorld(async (world) => {
      await world.run();
      world.now = plusMs(MONDAY, 22 * dayMs);
      expect(await world.run()).toMatchObject({ told: true, kept: ['2026-W48', '2026-W49', '2026-W50'] });
      expect(world.weeksTold()).toEqual(['2026-W47', '2026-W50']);
      expect(world.told[1]?.late).toEqual(['2026-W48', '2026-W49']);
      for (const week of ['2026-W48', '2026-W49', '2026-W50'])
        expect((await world.reports.get(week))?.report.week.id).toBe(week);
      // After a year away, as many as a report shows in its trend.
      world.now = plusMs(world.now, 364 * dayMs);
      await world.run();
      expect(world.made).toHaveLength(1 + 3 + 12);
      expect(world.told[2]?.late).toHaveLength(11);
    }));

  it('is told of although that of an earlier week cannot be made, and says so', () =>
    inWorld(async (world) => {
      await world.run();
      world.now = plusMs(MONDAY, 15 * dayMs);
      const { make } = world.deps();
      const gone = new PortError('transient', 'ThrottlingException', 'dynamodb:Query', 'slow down');
      await world.run({
        make: (week) => (week.id === '2026-W48' ? Promise.reject(gone) : make(week)),
      });
      expect(world.weeksTold()).toEqual(['2026-W47', '2026-W49']);
      expect(world.told[1]).toMatchObject({
        late: [],
        missing: [{ week: '2026-W48', why: 'dynamodb:Query: ThrottlingException, slow down' }],
      });
      expect([...world.objects.keys()]).toEqual(['2026-W47', '2026-W49']);
      expect(world.counted).toEqual(['WeeklyReportStored', 'WeeklyReportFailed', 'WeeklyReportStored']);
    }));

  it('that cannot be made is told by nothing but the alarm, and made an hour later', () =>
    inWorld(async (world) => {
      world.makingFails = new PortError('transient', 'ThrottlingException', 'dynamodb:Query', 'slow down');
      await expect(world.run()).rejects.toBe(world.makingFails);
      expect([world.told, world.counted]).toEqual([[], ['WeeklyReportFailed']]);
      world.makingFails = undefined;
      await world.run();
      expect(world.weeksTold()).toEqual(['2026-W47']);
    }));

  it('waits while the policy is in doubt: nobody knows then when its week ends', () =>
    inWorld(async (world) => {
      const policy = () => doubtfulBook(PACKAGED.policy, 'version 7 cannot be read');
      await expect(world.run({ policy })).rejects.toThrow(/version 7 cannot be read/);
      expect([world.told, world.made, world.counted]).toEqual([[], [], ['WeeklyReportFailed']]);
    }));

  it('whose stored text was changed is made anew and told with that doubt, and kept from the bucket', () =>
    inWorld(async (world) => {
      await world.spoil('2026-W47');
      await world.run();
      expect(world.told).toHaveLength(1);
      expect(world.told[0]?.doubt).toMatch(/./);
      expect(world.told[0]?.report.total).toEqual(WEEKLY_REPORT.total);
      expect(world.told[0]?.kept).toEqual({
        bucket: 's3://reports',
        why: expect.stringContaining('DoubtfulReport'),
      });
      expect(world.objects.size).toBe(0);
      expect(world.counted).toContain('WeeklyReportFailed');
    }));
});

describe('a bucket that refuses', () => {
  const REFUSALS = [
    DENIED,
    new PortError('terminal', 'NoSuchBucket', 's3:PutObject', 'The specified bucket does not exist'),
    new PortError('transient', 'SlowDown', 's3:PutObject', 'Please reduce your request rate.'),
  ];
  it.each(REFUSALS.map((error) => [error.code, error] as const))(
    '(%s) keeps nobody from hearing, is told, counted and logged, and is tried again',
    (code, error) =>
      inWorld(async (world) => {
        world.bucketRefuses = error;
        expect(await world.run()).toEqual({ week: '2026-W47', told: true, kept: [] });
        expect(world.told[0]?.kept).toEqual({
          bucket: 's3://reports',
          why: `s3:PutObject: ${code}, ${error.message}`,
        });
        expect(world.counted).toEqual(['WeeklyReportFailed', 'WeeklyReportStored']);
        expect(world.logged).toContainEqual([
          'error',
          expect.stringContaining('not put into its bucket'),
          expect.objectContaining({ week: '2026-W47', reason: expect.stringContaining(code) }),
        ]);
        await world.run();
        expect(world.weeksTold()).toHaveLength(1);
        expect(world.counted).toHaveLength(3);
        world.bucketRefuses = undefined;
        expect(await world.run()).toEqual({ week: '2026-W47', told: false, kept: ['2026-W47'] });
        expect(world.objects.get('2026-W47')).toEqual((await world.reports.get('2026-W47'))?.report);
      }),
  );

  it('gets what it missed, the oldest first, when it takes reports again', () =>
    inWorld(async (world) => {
      await world.run();
      world.bucketRefuses = DENIED;
      world.now = plusMs(MONDAY, 7 * dayMs);
      await world.run();
      world.now = plusMs(MONDAY, 14 * dayMs);
      await world.run();
      world.bucketRefuses = undefined;
      expect((await world.run()).kept).toEqual(['2026-W48', '2026-W49']);
      expect(world.weeksTold()).toEqual(['2026-W47', '2026-W48', '2026-W49']);
    }));
});

describe('a process that dies', () => {
  type Step = 'make' | 'get' | 'put' | 'bucket' | 'announce' | 'read' | 'record';
  const STEPS: readonly Step[] = ['read', 'get', 'make', 'put', 'bucket', 'announce', 'record'];
  const dying = new Error('killed');

  /** Its nth call of a kind is its last: before it is made, or when it was. */
  const cut = (deps: WeeklyJobDeps, step: Step, nth: number, when: 'before' | 'after'): WeeklyJobDeps => {
    let dead = false;
    let calls = 0;
    const at =
      <A extends unknown[], R>(name: Step, call: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        if (dead) throw dying;
        if (name === step) calls += 1;
        const isLast = name === step && calls === nth;
        if (isLast && when === 'before') dead = true;
        if (dead) throw dying;
        const result = await call(...args);
        if (isLast) dead = true;
        if (dead) throw dying;
        return result;
      };
    const { reports, progress, bucket, announcer } = deps;
    return {
      ...deps,
      make: at('make', deps.make),
      reports: { get: at('get', reports.get), put: at('put', reports.put) },
      progress: { read: at('read', progress.read), record: at('record', progress.record) },
      ...(bucket && { bucket: { ...bucket, put: at('bucket', bucket.put) } }),
      announcer: { announce: at('announce', announcer.announce) },
    };
  };

  it.each(STEPS.flatMap((step) => (['before', 'after'] as const).map((when) => [when, step] as const)))(
    '%s its step "%s" leaves all to the next: told once, or twice, and always the same figures',
    (when, step) =>
      inWorld(async (world) => {
        for (const nth of step === 'record' ? [1, 2] : [1])
          await createWeeklyJob(cut(world.deps(), step, nth, when))().catch(() => undefined);
        await world.run();
        await world.run();
        const stored = await world.reports.get('2026-W47');
        expect(world.told.length).toBeGreaterThanOrEqual(1);
        expect(world.told.length).toBeLessThanOrEqual(2);
        for (const { report } of world.told) expect(report).toEqual(stored?.report);
        expect(world.told.at(-1)?.kept).toEqual({ at: 's3://reports/weekly/2026-W47.html' });
        expect(world.objects.get('2026-W47')).toEqual(stored?.report);
        expect(await world.progress.read()).toEqual({ told: '2026-W47', kept: '2026-W47' });
      }),
  );

  it('at once with another one leaves one report, which both tell', () =>
    inWorld(async (world) => {
      await Promise.all([world.run(), world.run(), world.run()]);
      const stored = await world.reports.get('2026-W47');
      expect(world.told.length).toBeGreaterThanOrEqual(1);
      for (const { report } of world.told) expect(report).toEqual(stored?.report);
      expect(world.objects.get('2026-W47')).toEqual(stored?.report);
    }));

  it('and could not tell is told of by its alarm, and tells an hour later', () =>
    inWorld(async (world) => {
      const refused = new PortError('transient', 'NotTold', 'sns:Publish', 'no topic took it');
      const announcer = { announce: () => Promise.reject(refused) };
      await expect(world.run({ announcer })).rejects.toBe(refused);
      expect(world.counted).toEqual(['WeeklyReportFailed']);
      await world.run();
      expect(world.weeksTold()).toEqual(['2026-W47']);
    }));
});
