/** What every BatchStore must do, whatever it is built on, and what becomes of decisions that come at once. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listOf, type Member } from '../../domain/batch.ts';
import { askedIn } from '../../domain/batch-id.ts';
import type { Case } from '../../domain/case/case.ts';
import { decideBatch, membersOf } from '../../domain/engine/batches.ts';
import type { Engine } from '../../domain/engine/tell.ts';
import { caseId, findingId } from '../../domain/finding.ts';
import type { BatchStore, CaseStore, Due } from '../../domain/ports.ts';
import { dayMs, hourMs, type Instant, minuteMs, plusMs } from '../../domain/time.ts';
import { aCase, finding, hash, NOW } from '../support/cases.ts';
import { person } from '../support/identities.ts';

export interface BatchStoreSubject {
  readonly batches: BatchStore;
  /** On the same table: batches are found as what is due, and cases by their batch. */
  readonly cases: CaseStore;
  close(): Promise<void>;
}

export const batchStoreContract = (make: () => Promise<BatchStoreSubject>): void => {
  describe('BatchStore', () => {
    let subject: BatchStoreSubject;
    let batches: BatchStore;
    beforeEach(async () => {
      subject = await make();
      batches = subject.batches;
    });
    afterEach(() => subject.close());
    const due = async (at: Instant): Promise<readonly Due[]> => {
      const found: Due[] = [];
      for await (const one of subject.cases.due(at)) found.push(one);
      return found;
    };
    const got = async (id = ASKED.id) => {
      const batch = await batches.get(id);
      if (batch === undefined) throw new Error(`there is no batch ${id}`);
      return batch;
    };
    const isLookedAfter = async () => (await due(plusMs(NOW, dayMs))).length > 0;

    it('has none that nobody asked in', async () => {
      expect(await batches.get(ASKED.id)).toBeUndefined();
      expect(await batches.list()).toEqual([]);
      expect(await due(plusMs(NOW, dayMs))).toEqual([]);
    });

    it('is made once by twenty who ask in it at once, and is due some minutes later', async () => {
      await Promise.all(Array.from({ length: 20 }, () => batches.join(ASKED, NOW)));
      const made = { ...ASKED, version: 1, joinedAt: NOW, decisions: [] };
      expect(await batches.get(ASKED.id)).toEqual(made);
      expect(await batches.list()).toEqual([made]);
      expect(await due(plusMs(NOW, minuteMs))).toEqual([]);
      expect(await due(plusMs(NOW, 2 * minuteMs))).toEqual([{ batch: ASKED.id }]);
    });

    it('keeps what was told and decided when somebody joins, and notes to the minute that they did', async () => {
      await batches.join(ASKED, NOW);
      const told = { at: NOW, list: { digest: 'd', cases: 2, marks: 'm' } };
      const decided = { ...(await got()), version: 2, told, toldExpired: { at: NOW, cases: 1 } };
      expect(await batches.replace(decided, plusMs(NOW, hourMs))).toBe(true);
      await batches.join(ASKED, plusMs(NOW, minuteMs / 2));
      expect(await got()).toEqual(decided);
      await batches.join(ASKED, plusMs(NOW, 2 * minuteMs));
      expect(await got()).toEqual({ ...decided, joinedAt: plusMs(NOW, 2 * minuteMs) });
      expect(await due(plusMs(NOW, hourMs - 1))).toEqual([]);
      expect(await due(plusMs(NOW, hourMs))).toEqual([{ batch: ASKED.id }]);
    });

    it('is written over the version before and no other, by exactly one of ten at once', async () => {
      await batches.join(ASKED, NOW);
      const batch = await got();
      const write = (version: number) => batches.replace({ ...batch, version }, plusMs(NOW, hourMs));
      expect(await Promise.all([1, 3, 7].map(write))).toEqual([false, false, false]);
      const won = await Promise.all(Array.from({ length: 10 }, () => write(2)));
      expect(won.filter((one) => one)).toHaveLength(1);
      expect(await got()).toEqual({ ...batch, version: 2 });
      expect(await batches.replace({ ...batch, id: 'never-asked', version: 1 }, NOW)).toBe(false);
      expect(await batches.get('never-asked')).toBeUndefined();
    });

    it('is not given up when somebody joined since it was read, and is looked after again when one joins later', async () => {
      await batches.join(ASKED, NOW);
      const read = await got();
      await batches.join(ASKED, plusMs(NOW, 2 * minuteMs));
      expect(await batches.replace({ ...read, version: 2 }, undefined)).toBe(false);
      expect(await isLookedAfter()).toBe(true);
      expect(await batches.replace({ ...(await got()), version: 2 }, undefined)).toBe(true);
      expect(await isLookedAfter()).toBe(false);
      await batches.join(ASKED, plusMs(NOW, 2 * minuteMs));
      expect(await isLookedAfter()).toBe(true);
    });

    it('is looked after whatever comes first, who joins or who gives it up', async () => {
      await batches.join(ASKED, NOW);
      const later = plusMs(NOW, 5 * minuteMs);
      const read = await got();
      await Promise.all([
        batches.replace({ ...read, version: 2 }, undefined),
        ...Array.from({ length: 5 }, () => batches.join(ASKED, later)),
      ]);
      expect(await isLookedAfter()).toBe(true);
      expect((await got()).joinedAt).toBe(later);
    });

    it('counts one person once, of ten who decide under one name at once, and everybody else', async () => {
      await batches.join(ASKED, NOW);
      await subject.cases.open(member('a'));
      await subject.cases.open(member('b'));
      const list = listOf(await membersOf(subject, ASKED.id));
      expect(list.cases).toBe(2);
      const engine = engineOf(subject);
      const decide = (who: string) =>
        decideBatch(engine, ASKED.id, {
          answer: 'approve',
          who: person(who),
          reason: 'planned',
          digest: list.digest,
        });
      const answers = await Promise.all(Array.from({ length: 10 }, () => decide('ada').catch(contended)));
      expect(answers.filter(({ kind }) => kind === 'done')).toHaveLength(1);
      expect(await decide('ada')).toMatchObject({ kind: 'refused', code: 'already-decided' });
      expect(await decide('grace')).toMatchObject({ kind: 'done', cases: 2 });
      expect((await got()).decisions.map(({ who, covers }) => [who, covers])).toEqual([
        ['ada', list.marks],
        ['grace', list.marks],
      ]);
    });

    it('is what its cases are found by: while they wait, and when nobody decided in time', async () => {
      const [waits, decided, late] = [member('waits'), member('decided'), member('late')];
      for (const one of [waits, decided, late, member('another', 'another-batch')])
        await subject.cases.open(one);
      await subject.cases.replace({ ...decided, version: 2, state: aCase('denied').state });
      await subject.cases.replace({
        ...late,
        version: 2,
        state: aCase('needs-human', { batch: ASKED.id }).state,
      });
      const found = async (which: 'waiting' | 'expired') => {
        const ids: string[] = [];
        for await (const { id } of subject.cases.inBatch(ASKED.id, which)) ids.push(id);
        return ids;
      };
      expect(await found('waiting')).toEqual([waits.id]);
      expect(await found('expired')).toEqual([late.id]);
    });
  });
};

const ASKED = askedIn('backlog', 'S3_BUCKET_VERSIONING_ENABLED', NOW);

const member = (resourceId: string, batch = ASKED.id): Case & Pick<Member, 'state'> => {
  const about = { ...finding, resourceId };
  const head = { id: caseId(about, 1), finding: about, findingId: findingId(about) };
  return aCase('awaiting-approval', { batch, planHash: hash }, head) as Case & Pick<Member, 'state'>;
};

/** As much of it as a decision needs. */
const engineOf = (subject: BatchStoreSubject): Engine =>
  ({
    ports: {
      ...subject,
      clock: { now: () => plusMs(NOW, minuteMs), sleep: async () => undefined },
      wakes: { send: async () => undefined },
    },
    // Names no groups: whoever is known decides.
    assessor: { policy: () => ({ policy: {} }) },
  }) as unknown as Engine;

/** Nobody's decision was written: they are told to try again. */
const contended = (error: unknown) => {
  if ((error as { code?: string }).code !== 'BatchContended') throw error;
  return { kind: 'contended' as const };
};
