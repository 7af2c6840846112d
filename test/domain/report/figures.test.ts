import { describe, expect, it } from 'vitest';
import type { CaseRow } from '../../../domain/report/case-row.ts';
import { FIGURES, type FigureName, firstEndOf } from '../../../domain/report/figures.ts';
import { figuresOf } from '../../../domain/report/heads.ts';
import { type Week, weekNamed, weeksFrom } from '../../../domain/report/week.ts';
import { hourMs, plusMs } from '../../../domain/time.ts';
import { aRow } from '../../support/case-row.ts';

const WEEK = weekNamed('2026-W47', 'UTC') as Week;
/** Hours after the week has begun. */
const at = (hours: number): string => plusMs(WEEK.from, hours * hourMs);
const NEXT = 7 * 24;

const document = 'AWS-ConfigureS3BucketVersioning';
const failedAt = (from: number, to: number) => ({
  at: at(from),
  document,
  failed: { at: at(to), error: 'Failed: no' },
});
const resolved = (hours: number): Pick<CaseRow, 'closed'> => ({ closed: { at: at(hours), as: 'resolved' } });
const given = (hours: number, code = 'attempts-used-up') => ({ handed: [{ at: at(hours), code }] });

/** In which figures a case counts, week by week, from the one on. */
const counted = (told: Partial<CaseRow>, weeks = 2): readonly (readonly FigureName[])[] =>
  Array.from({ length: weeks }, (_, index) =>
    figuresOf(aRow({ openedAt: at(1), ...told }), weeksFrom(WEEK, index)),
  );

describe('what a case counts in', () => {
  it('when it is healed at once', () => {
    expect(counted({ attempts: [{ at: at(2), document }], ...resolved(3) })).toEqual([
      ['opened', 'resolved', 'healed-unasked', 'attempted', 'succeeded'],
      [],
    ]);
  });

  it('when it is approved in one week and healed in the next', () => {
    const told = { asked: [at(1)], decided: [{ at: at(100), answer: 'approved' as const }] };
    expect(counted({ ...told, attempts: [{ at: at(101), document }], ...resolved(NEXT) })).toEqual([
      ['opened', 'approved', 'open-at-end'],
      ['resolved', 'healed-approved', 'attempted', 'succeeded'],
    ]);
  });

  it('when it comes to a person after its attempts, and the person closes it weeks later: it was tried and ended once', () => {
    const closed = { at: at(2 * NEXT + 5), as: 'closed-by-human' as const };
    expect(
      counted({ attempts: [failedAt(2, 3), failedAt(NEXT, NEXT + 1)], ...given(NEXT + 1), closed }, 3),
    ).toEqual([
      ['opened', 'open-at-end'],
      ['escalated', 'attempted', 'retried', 'open-at-end'],
      ['closed-by-human'],
    ]);
  });

  it('when it was compliant again after a person got it: that was no success of ours', () => {
    const closed = { at: at(9), as: 'self-resolved' as const };
    expect(counted({ attempts: [failedAt(2, 3)], ...given(3), closed })[0]).toEqual([
      'opened',
      'escalated',
      'self-resolved',
      'attempted',
    ]);
  });

  // The machine lets no case do so; should it ever, this is how it counts.
  it('when a person gets it before its first attempt, and it is healed then: the attempt decides', () => {
    const told = { ...given(2, 'check-failed'), attempts: [{ at: at(4), document }], ...resolved(5) };
    expect(firstEndOf(aRow(told))).toBe(at(5));
    expect(counted(told)[0]).toEqual([
      'opened',
      'resolved',
      'healed-unasked',
      'escalated',
      'attempted',
      'succeeded',
    ]);
  });

  it('when a person gets it after an attempt, and a later attempt heals it: its first end was no success', () => {
    const told = { attempts: [failedAt(2, 3), { at: at(6), document }], ...given(3), ...resolved(NEXT + 1) };
    expect(firstEndOf(aRow(told))).toBe(at(3));
    expect(counted(told)).toEqual([
      ['opened', 'escalated', 'attempted', 'retried', 'open-at-end'],
      ['resolved', 'healed-unasked'],
    ]);
  });

  it('when it is handed over in the very moment in which it was tried', () => {
    expect(firstEndOf(aRow({ attempts: [failedAt(2, 2)], ...given(2) }))).toBe(at(2));
  });

  it('when nothing was tried: no rate hears of it, whatever becomes of it', () => {
    for (const as of ['self-resolved', 'suppressed', 'closed-by-human', 'denied'] as const) {
      const names = counted({ closed: { at: at(2), as } })[0];
      expect(names).not.toContain('attempted');
      expect(names).toEqual(as === 'denied' ? ['opened'] : ['opened', as]);
    }
  });

  it('when it is denied, before or after an attempt', () => {
    const denial = {
      decided: [{ at: at(5), answer: 'denied' as const }],
      closed: { at: at(5), as: 'denied' as const },
    };
    expect(counted(denial)[0]).toEqual(['opened', 'denied']);
    expect(counted({ ...denial, attempts: [failedAt(2, 3)] })[0]).toEqual(['opened', 'denied', 'attempted']);
  });

  it.each([
    ['approval-expired', ['expired', 'escalated']],
    ['unverified', ['escalated', 'unverified']],
    ['flapping', ['escalated']],
  ] as const)('when it is handed over as %s', (code, names) => {
    expect(counted({ openedAt: at(-1), ...given(2, code) })[0]).toEqual([...names, 'open-at-end']);
  });

  it('at the edges of a week: its first instant belongs to it, the next one does not', () => {
    const closing = (when: string) =>
      counted({ openedAt: at(-9), closed: { at: when, as: 'self-resolved' } });
    expect(closing(WEEK.from)).toEqual([['self-resolved'], []]);
    expect(closing(plusMs(WEEK.from, -1))).toEqual([[], []]);
    expect(closing(plusMs(WEEK.to, -1))).toEqual([['self-resolved'], []]);
    expect(closing(WEEK.to)).toEqual([['open-at-end'], ['self-resolved']]);
    expect(counted({ openedAt: WEEK.to })).toEqual([[], ['opened', 'open-at-end']]);
  });

  it('however often something happened to it in a week, it counts once; and in each week in which it did', () => {
    const answer = 'approved' as const;
    const approvals = [3, 4, NEXT + 1].map((hours) => ({ at: at(hours), answer }));
    expect(counted({ decided: approvals })).toEqual([
      ['opened', 'approved', 'open-at-end'],
      ['approved', 'open-at-end'],
    ]);
    expect(counted({ attempts: [2, 4, 6, NEXT].map((hours) => failedAt(hours, hours)) })).toEqual([
      ['opened', 'retried', 'open-at-end'],
      ['retried', 'open-at-end'],
    ]);
  });
});

it('each figure says in a sentence what it counts', () => {
  for (const [name, { title, definition }] of Object.entries(FIGURES)) {
    expect(title, name).toMatch(/^[A-Z].{3,40}$/);
    expect(definition, name).toMatch(/^[A-Z].{20,}\.$/);
  }
});
