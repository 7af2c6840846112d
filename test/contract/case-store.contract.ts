/** What every CaseStore must do, whatever it is built on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Case, StateName } from '../../domain/case/case.ts';
import { caseId, type Finding, findingId } from '../../domain/finding.ts';
import type { CaseFilter, CaseStore, Due } from '../../domain/ports.ts';
import { dayMs, type Instant, instant, minuteMs, plusMs } from '../../domain/time.ts';
import { aCase, EXECUTION, finding, NOW, states } from '../support/cases.ts';

export interface CaseStoreSubject {
  readonly cases: CaseStore;
  /** Puts cases into the same place in which a lane has waiting ones. */
  noteWaiting(lane: Case['lane'], now: Instant): Promise<void>;
  /** AWS has done so since 2020; older copies of DynamoDB refuse it. */
  readonly keepsEmptyText: boolean;
  close(): Promise<void>;
}

/** @param make a store with nothing in it, whose clock stands at `now` */
export const caseStoreContract = (make: (now: Instant) => Promise<CaseStoreSubject>): void => {
  describe('CaseStore', () => {
    let subject: CaseStoreSubject;
    let cases: CaseStore;
    beforeEach(async () => {
      subject = await make(NOW);
      cases = subject.cases;
    });
    afterEach(() => subject.close());

    const openAll = async (opened: readonly Case[]): Promise<void> => {
      for (const one of opened) expect(await cases.open(one)).toBe(true);
    };
    const listed = async (filter: CaseFilter = {}): Promise<readonly string[]> => {
      const ids: string[] = [];
      for await (const { id } of cases.list(filter)) ids.push(id);
      return ids.sort();
    };
    const due = async (at: Instant): Promise<readonly Due[]> => {
      const found: Due[] = [];
      for await (const one of cases.due(at)) found.push(one);
      return found;
    };

    describe('opening', () => {
      it('lets exactly one of twenty open a case at once', async () => {
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, n) =>
            cases.open(caseOf('observing', 'contended', { entry: `opener-${n}` })),
          ),
        );
        const winner = answers.indexOf(true);
        expect(answers.filter((won) => won)).toHaveLength(1);
        expect((await cases.get(caseOf('observing', 'contended').id))?.entry).toBe(`opener-${winner}`);
      });

      it('does not open over a case that has moved on', async () => {
        const opened = caseOf('observing', 'moved-on');
        await openAll([opened]);
        await cases.replace({ ...opened, version: 2, state: states.denied });
        expect(await cases.open(opened)).toBe(false);
        expect((await cases.get(opened.id))?.state.name).toBe('denied');
      });

      it('opens the next case of the same finding beside the one before', async () => {
        const [first, second] = [caseOf('denied', 'again'), caseOf('observing', 'again', { number: 2 })];
        await openAll([first, second]);
        expect(await cases.get(first.id)).toEqual(first);
        expect(await cases.get(second.id)).toEqual(second);
      });
    });

    describe('reading', () => {
      it.each(Object.keys(states) as StateName[])('gives back a case in %s as it was put', async (name) => {
        const put = caseOf(name, `state-${name}`);
        await openAll([put]);
        expect(await cases.get(put.id)).toEqual(put);
      });

      it('knows nothing of what was never opened, nor of what is no case id', async () => {
        const ids = [
          caseOf('observing', 'never').id,
          '',
          'control',
          'lane#1/2',
          'x'.repeat(5_000),
          '\u0000-1',
        ];
        for (const id of ids) expect(await cases.get(id)).toBeUndefined();
        expect(await cases.newestOf(findingId(finding))).toBeUndefined();
        expect(await cases.byExecution(EXECUTION)).toBeUndefined();
      });

      it('answers the newest of a finding by number, beyond nine too', async () => {
        await openAll([9, 10, 2, 11, 1].map((number) => caseOf('denied', 'often', { number })));
        expect((await cases.newestOf(findingId(findingOf('often'))))?.number).toBe(11);
      });

      it('answers the newest of many findings at once: of one that came back again and again too', async () => {
        await openAll([1, 2, 3, 4, 5, 6].map((number) => caseOf('denied', 'often', { number })));
        await openAll([
          caseOf('denied', 'twice', { number: 1 }),
          caseOf('observing', 'twice', { number: 2 }),
        ]);
        await openAll([caseOf('observing', 'once')]);
        const ids = ['often', 'twice', 'once', 'never'].map((resource) => findingId(findingOf(resource)));
        const newest = await cases.newestOfMany([...ids, ...ids]);
        expect(ids.map((id) => newest.get(id)?.number)).toEqual([6, 2, 1, undefined]);
      });

      it('reads many at once, each once, and leaves out what is not there', async () => {
        const put = Array.from({ length: 3 }, (_, n) => caseOf('observing', `many-${n}`));
        await openAll(put);
        const ids = put.map(({ id }) => id);
        const read = await cases.getMany([...ids, ...ids, caseOf('observing', 'not-there').id, 'no id']);
        expect([...read].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
          [...put].sort((a, b) => (a.id < b.id ? -1 : 1)),
        );
      });

      it('leaves out what is undefined and keeps what is an empty list or zero', async () => {
        const put = caseOf('needs-human', 'odd-values', { manualSteps: [], timeline: [], attempts: 0 });
        const withUndefined = { ...put, lastFailure: undefined, approval: undefined } as unknown as Case;
        await openAll([withUndefined]);
        const read = await cases.get(put.id);
        expect(read).toStrictEqual(put);
        expect(Object.keys(read ?? {})).not.toContain('lastFailure');
      });

      it('keeps empty text', async ({ skip }) => {
        if (!subject.keepsEmptyText) skip();
        const put = caseOf('held', 'empty-text', { lastFailure: '' }, { detail: '' });
        await openAll([put]);
        expect(await cases.get(put.id)).toStrictEqual(put);
      });

      it('gives back a timeline of sixty long entries', async () => {
        const timeline = Array.from({ length: 60 }, (_, n) => ({
          at: plusMs(NOW, n),
          who: 'selfheal',
          what: 'attempt-failed',
          why: `${n}: ${'because of this '.repeat(60)}`,
          state: 'held' as const,
        }));
        const put = caseOf('held', 'long-story', { timeline, timelineDropped: 1_234 });
        await openAll([put]);
        expect(await cases.get(put.id)).toEqual(put);
      });

      it.each([
        ['an emoji', 'bucket-\u{1f9ef}-\u{1f469}\u200d\u{1f692}'],
        ['control characters', 'a\u0000b\u0007c\u001b[31m\n'],
        ['text that runs backwards', 'prod\u202egpj.exe'],
        ['separators of keys', 'case#1-2/../scope#lane#1/2'],
        ['a prototype', '__proto__'],
        ['markup', '<script>alert(1)</script>{{ssm:x}}'],
        ['768 characters', 'ä'.repeat(768)],
      ])('gives back a resource id with %s, and tells it from others', async (_, resourceId) => {
        const put = caseOf('queued', resourceId);
        const other = caseOf('queued', `${resourceId}2`);
        await openAll([put, other]);
        expect((await cases.newestOf(put.findingId))?.finding.resourceId).toBe(resourceId);
        expect((await cases.newestOf(other.findingId))?.finding.resourceId).toBe(`${resourceId}2`);
        expect(await listed()).toEqual([put.id, other.id].sort());
      });
    });

    describe('replacing', () => {
      it('writes over the version before and no other', async () => {
        const opened = caseOf('observing', 'versions');
        await openAll([opened]);
        for (const version of [1, 3, 4, 0, -1])
          expect(await cases.replace({ ...opened, version, entry: 'wrong' })).toBe(false);
        expect(await cases.replace({ ...opened, version: 2, entry: 'right' })).toBe(true);
        expect(await cases.replace({ ...opened, version: 2, entry: 'late' })).toBe(false);
        expect((await cases.get(opened.id))?.entry).toBe('right');
      });

      it('makes no case where there was none', async () => {
        const never = caseOf('observing', 'never-opened', { version: 1 });
        expect(await cases.replace(never)).toBe(false);
        expect(await cases.get(never.id)).toBeUndefined();
      });

      it('lets exactly one of twenty write the next version at once', async () => {
        const opened = caseOf('observing', 'raced');
        await openAll([opened]);
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, n) =>
            cases.replace({ ...opened, version: 2, entry: `writer-${n}` }),
          ),
        );
        expect(answers.filter((won) => won)).toHaveLength(1);
        expect((await cases.get(opened.id))?.entry).toBe(`writer-${answers.indexOf(true)}`);
      });

      it('drops what the new state does not have', async () => {
        const opened = caseOf('running', 'shrinks', { lastFailure: 'once' });
        await openAll([opened]);
        const { lastFailure: _, ...rest } = opened;
        const closed: Case = { ...rest, version: 2, state: states.resolved };
        expect(await cases.replace(closed)).toBe(true);
        expect(await cases.get(opened.id)).toStrictEqual(closed);
      });
    });

    describe('by execution', () => {
      it('finds the running case, and no longer when its run has ended', async () => {
        const running = caseOf('running', 'runs', {}, { executionId: EXECUTION });
        await openAll([
          caseOf('running', 'other', {}, { executionId: EXECUTION.replace('1', '2') }),
          running,
        ]);
        expect(await cases.byExecution(EXECUTION)).toEqual(running);
        await cases.replace({ ...running, version: 2, state: states.verifying });
        expect(await cases.byExecution(EXECUTION)).toBeUndefined();
      });
    });

    describe('waiting', () => {
      it('lists the queued of one lane, most severe first and then the oldest', async () => {
        const at = (minutes: number) => plusMs(NOW, minutes * minuteMs);
        const [young, old, low, critical, high] = [
          caseOf('queued', 'young', { openedAt: at(2) }),
          caseOf('queued', 'old', { openedAt: at(1) }),
          caseOf('queued', 'low', { openedAt: at(0), severity: 'low' }),
          caseOf('queued', 'critical', { openedAt: at(9), severity: 'critical' }),
          caseOf('queued', 'high', { openedAt: at(8), severity: 'high' }),
        ];
        const elsewhere = caseOf('queued', 'elsewhere', {
          lane: { account: '222222222222', region: 'us-east-2' },
        });
        await openAll([young, old, low, critical, high, elsewhere, caseOf('held', 'held')]);
        const { lane } = young;
        const ordered = [critical.id, high.id, old.id, young.id, low.id];
        expect(await cases.waiting(lane, 25)).toEqual(ordered);
        expect(await cases.waiting(lane, 2)).toEqual(ordered.slice(0, 2));
        expect(await cases.waiting(elsewhere.lane, 25)).toEqual([elsewhere.id]);
        expect(await cases.waiting({ account: '222222222222', region: 'us-east' }, 25)).toEqual([]);
      });

      it('no longer lists what has left the queue', async () => {
        const queued = caseOf('queued', 'leaves');
        await openAll([queued]);
        await cases.replace({ ...queued, version: 2, state: states.starting });
        expect(await cases.waiting(queued.lane, 25)).toEqual([]);
        await cases.replace({ ...queued, version: 3 });
        expect(await cases.waiting(queued.lane, 25)).toEqual([queued.id]);
      });
    });

    describe('due', () => {
      it('counts an instant as due when it is reached, and not a millisecond before', async () => {
        const at = plusMs(NOW, minuteMs);
        const timed = caseOf('observing', 'timed', {}, { dueAt: at });
        await openAll([timed]);
        expect(await due(plusMs(at, -1))).toEqual([]);
        expect(await due(at)).toEqual([{ caseId: timed.id }]);
      });

      it('finds every open case, none that is closed, and lanes in which cases wait', async () => {
        const open = Array.from({ length: 30 }, (_, n) => caseOf('held', `open-${n}`));
        await openAll([...open, caseOf('denied', 'closed'), caseOf('resolved', 'healed')]);
        const lane = { account: '333333333333', region: 'eu-west-1' };
        await subject.noteWaiting(lane, NOW);
        const found = await due(plusMs(NOW, dayMs));
        expect(found.filter((one) => 'lane' in one)).toEqual([{ lane }]);
        expect(found.flatMap((one) => ('caseId' in one ? [one.caseId] : [])).sort()).toEqual(
          open.map(({ id }) => id).sort(),
        );
        expect(await due(plusMs(NOW, -1))).toEqual([]);
      });

      it('forgets a case that is closed and follows one whose time was moved', async () => {
        const [closing, moving] = [caseOf('held', 'closing'), caseOf('held', 'moving')];
        await openAll([closing, moving]);
        await cases.replace({ ...closing, version: 2, state: states.denied });
        const later = plusMs(NOW, dayMs);
        await cases.replace({ ...moving, version: 2, state: { ...moving.state, dueAt: later } });
        expect(await due(plusMs(later, -1))).toEqual([]);
        expect(await due(later)).toEqual([{ caseId: moving.id }]);
      });
    });

    describe('listing', () => {
      it('filters by status, rule, account and time of opening, alone and together', async () => {
        const prod = caseOf('held', 'prod');
        const closed = caseOf('denied', 'closed');
        const old = caseOf('observing', 'old', { openedAt: plusMs(NOW, -40 * dayMs) });
        const hub = caseOf('held', 'hub', {
          finding: {
            ...findingOf('hub'),
            account: '333333333333',
            rule: 'securityhub-s3-bucket-ssl-requests-only-baa2cf8c',
            ruleIdentifier: 'S3_BUCKET_SSL_REQUESTS_ONLY',
          },
        });
        await openAll([prod, closed, old, hub]);
        const expectIds = async (filter: CaseFilter, expected: readonly Case[]) =>
          expect(await listed(filter)).toEqual(expected.map(({ id }) => id).sort());
        await expectIds({}, [prod, closed, old, hub]);
        await expectIds({ status: 'open' }, [prod, old, hub]);
        await expectIds({ status: 'closed' }, [closed]);
        await expectIds({ status: 'held' }, [prod, hub]);
        await expectIds({ status: 'denied' }, [closed]);
        await expectIds({ status: 'resolved' }, []);
        await expectIds({ account: '333333333333' }, [hub]);
        await expectIds({ since: plusMs(NOW, -minuteMs) }, [prod, closed, hub]);
        for (const rule of [hub.finding.rule, 's3-bucket-ssl-requests-only', 'S3_BUCKET_SSL_REQUESTS_ONLY'])
          await expectIds({ rule }, [hub]);
        await expectIds({ status: 'open', account: '222222222222', since: plusMs(NOW, -dayMs) }, [prod]);
        await expectIds({ rule: 'no-such-rule' }, []);
      });

      it('finds what was closed over the end of a year, and not what is too old to be asked for', async () => {
        await subject.close();
        subject = await make('2027-02-10T00:00:00.000Z');
        cases = subject.cases;
        const closedAt = (at: Instant) =>
          caseOf('denied', `closed-${at}`, { openedAt: at }, { closedAt: at });
        const november = closedAt('2026-11-30T23:59:59.999Z');
        const december = closedAt('2026-12-31T23:59:59.999Z');
        const january = closedAt('2027-01-01T00:00:00.000Z');
        const february = closedAt('2027-02-09T12:00:00.000Z');
        const longAgo = closedAt('2025-12-31T00:00:00.000Z');
        await openAll([november, december, january, february, longAgo]);
        const ids = (...found: readonly Case[]) => found.map(({ id }) => id).sort();
        expect(await listed()).toEqual(ids(november, december, january, february));
        expect(await listed({ since: '2026-12-31T23:59:59.999Z' })).toEqual(ids(december, january, february));
        expect(await listed({ status: 'closed', since: '2025-01-01T00:00:00.000Z' })).toEqual(
          ids(november, december, january, february, longAgo),
        );
      });

      it('finds those that closed last and some that are open, and never more than are asked for', async () => {
        await subject.close();
        subject = await make('2027-02-10T00:00:00.000Z');
        cases = subject.cases;
        const closed = ['2026-10-01', '2026-12-20', '2026-12-30', '2027-01-15', '2027-02-01'].map((day) =>
          caseOf('resolved', `recent-${day}`, {}, { closedAt: `${day}T00:00:00.000Z` }),
        );
        const held = Array.from({ length: 60 }, (_, n) => caseOf('held', `recent-open-${n}`));
        await openAll([...closed, ...held]);
        const recent = async (countMax: number) => {
          const found = await cases.recent(countMax);
          const ids = found.map(({ id }) => id);
          return {
            closed: closed.map(({ id }) => id).filter((id) => ids.includes(id)),
            open: held.filter(({ id }) => ids.includes(id)).length,
          };
        };
        expect((await recent(2)).closed).toEqual(closed.slice(3).map(({ id }) => id));
        const all = await recent(100);
        expect(all.closed).toEqual(closed.slice(1).map(({ id }) => id));
        expect(all.open).toBeGreaterThan(0);
        expect((await recent(8)).open).toBeLessThanOrEqual(8);
      });

      it('lists more than one batch of a hundred, each case once', async () => {
        const many = Array.from({ length: 230 }, (_, n) =>
          n % 3 === 0 ? caseOf('denied', `many-${n}`) : caseOf('held', `many-${n}`),
        );
        await Promise.all(many.map((one) => cases.open(one)));
        expect(await listed()).toEqual(many.map(({ id }) => id).sort());
      });

      it('lists no case as open that was closed while the list was being read', async () => {
        const closing = Array.from({ length: 230 }, (_, n) => caseOf('held', `closing-${n}`));
        await Promise.all(closing.map((one) => cases.open(one)));
        let seen = 0;
        for await (const { state } of cases.list({ status: 'open' })) {
          if (seen === 0)
            for (const one of closing) await cases.replace({ ...one, version: 2, state: states.denied });
          seen += 1;
          // What was read before they were closed may still be told.
          if (seen > 100) expect(state.name).not.toBe('denied');
        }
        expect(seen).toBeGreaterThan(0);
      });

      it('lists while cases are being moved and closed, each case at most once', async () => {
        const moving = Array.from({ length: 60 }, (_, n) => caseOf('held', `moving-${n}`));
        await Promise.all(moving.map((one) => cases.open(one)));
        const stirring = (async () => {
          for (const [n, one] of moving.entries())
            await cases.replace({
              ...one,
              version: 2,
              state:
                n % 2 === 0 ? states.denied : { ...states.held, dueAt: instant(Date.parse(NOW) + n * dayMs) },
            });
        })();
        const listings: (readonly string[])[] = [];
        try {
          for (let n = 0; n < 10; n += 1) listings.push(await listed());
        } finally {
          await stirring;
        }
        for (const ids of listings) expect(new Set(ids).size).toBe(ids.length);
        expect(await listed()).toHaveLength(60);
      });
    });
  });
};

const findingOf = (resourceId: string): Finding => ({ ...finding, resourceId });

/** A case of its own finding: findings differ by the resource's id. */
const caseOf = <N extends StateName>(
  name: N,
  resourceId: string,
  head: Partial<Case> = {},
  state: Parameters<typeof aCase<N>>[1] = {},
) => {
  const found = head.finding ?? findingOf(resourceId);
  const number = head.number ?? 1;
  return aCase(name, state, {
    ...head,
    finding: found,
    findingId: findingId(found),
    number,
    id: caseId(found, number),
  });
};
