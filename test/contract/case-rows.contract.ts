/** What every store of rows keeps to: each case once, none left out, as the case itself tells it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Case, StateName } from '../../domain/case/case.ts';
import { CLOSED_STATES, OPEN_STATES } from '../../domain/case/case.ts';
import { caseId, findingId } from '../../domain/finding.ts';
import type { CaseStore } from '../../domain/ports.ts';
import { rowOf } from '../../domain/report/case-row.ts';
import type { CaseRows } from '../../domain/report/report-ports.ts';
import { dayMs, plusMs } from '../../domain/time.ts';
import { aCase, finding, NOW } from '../support/cases.ts';

export interface RowsWorld {
  readonly cases: CaseStore;
  readonly rows: CaseRows;
  /** Takes the row out of a closed case's item, as an older selfheal left it. */
  forgetRow(caseId: string): Promise<void>;
  close(): Promise<void>;
}

const caseOf = (name: StateName, resourceId: string, state: object = {}): Case => {
  const about = { ...finding, resourceId };
  return aCase(name, state, { id: caseId(about, 1), findingId: findingId(about), finding: about }) as Case;
};

export const caseRowsContract = (make: (now: string) => Promise<RowsWorld>) =>
  describe('rows of cases', () => {
    let world: RowsWorld;
    beforeEach(async () => {
      world = await make(NOW);
    });
    afterEach(() => world.close());

    const since = async (at: string) => {
      const found = [];
      for await (const row of world.rows.rows(at)) found.push(row);
      return found.sort((left, right) => left.id.localeCompare(right.id));
    };
    const rowsOf = (cases: readonly Case[]) =>
      cases.map(rowOf).sort((left, right) => left.id.localeCompare(right.id));

    it('tell every state of a case as the case itself does', async () => {
      const all = [...OPEN_STATES, ...CLOSED_STATES].map((name) => caseOf(name, `bucket-${name}`));
      for (const about of all) await world.cases.open(about);
      expect(await since(plusMs(NOW, -dayMs))).toEqual(rowsOf(all));
    });

    it('leave out what was closed before, also where an exemption is still looked after', async () => {
      const longAgo = plusMs(NOW, -40 * dayMs);
      const kept = caseOf('resolved', 'just-in-time', { closedAt: plusMs(NOW, -30 * dayMs) });
      await world.cases.open(kept);
      await world.cases.open(caseOf('denied', 'too-old', { closedAt: longAgo }));
      await world.cases.open(
        caseOf('suppressed', 'watched', { closedAt: longAgo, until: plusMs(NOW, dayMs), reviewAt: NOW }),
      );
      expect(await since(plusMs(NOW, -30 * dayMs))).toEqual(rowsOf([kept]));
    });

    it('read a closed case whole that has no row', async () => {
      const old = caseOf('resolved', 'from-before');
      await world.cases.open(old);
      await world.forgetRow(old.id);
      expect(await since(plusMs(NOW, -dayMs))).toEqual(rowsOf([old]));
    });

    it('tell more cases than a page holds, each once', async () => {
      const all = Array.from({ length: 260 }, (_, n) =>
        caseOf(n % 2 === 0 ? 'held' : 'resolved', `bucket-${n}-${'x'.repeat(200)}`),
      );
      await Promise.all(all.map((about) => world.cases.open(about)));
      expect((await since(plusMs(NOW, -dayMs))).map(({ id }) => id)).toEqual(all.map(({ id }) => id).sort());
    });
  });
