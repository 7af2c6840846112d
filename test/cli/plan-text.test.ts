/** A plan on a terminal: whoever names a resource cannot move the cursor, and a narrow terminal still shows the counts. */
import { describe, expect, it } from 'vitest';
import type { MadePlan } from '../../cli/plan/make-plan.ts';
import { planJson } from '../../cli/plan/plan-json.ts';
import { planText, runtimeText } from '../../cli/render/plan.ts';
import { aPreview, previewed } from '../domain/preview/previews.ts';
import { memoryIo } from './memory-io.ts';

const HOSTILE = '\u001b[2J\u202eevil\r\nPlan: 0 to run';
const plan: MadePlan = {
  policyVersion: 'p1',
  catalog: 'c1',
  controls: 'k1',
  madeAt: '2026-11-21T03:00:00.000Z',
  policySequence: 4,
  doubt: null,
  scope: { rules: [], accounts: [], regions: [] },
  lanes: ['222222222222/us-east-1'],
  unread: [{ lane: '333333333333/us-east-1', rule: HOSTILE, reason: HOSTILE }],
  findings: [
    previewed(HOSTILE, aPreview({ action: 'held', why: HOSTILE, entry: HOSTILE }), { draft: aPreview() }),
    previewed(HOSTILE, aPreview({ action: 'approve' }), { draft: aPreview({ entry: HOSTILE }) }),
  ],
};
const text = (columns = 120) =>
  planText(planJson(plan, { compares: true, isDetailed: true }), memoryIo({}, { columns }));

describe('a plan on a terminal', () => {
  it('shows what others have named inert, on one line', () => {
    const shown = text();
    expect(shown).toContain('evil');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(shown.split('\n').filter((line) => line.startsWith('Plan:'))).toEqual([
      'Plan: 0 to run, 1 to approve, 1 held, 0 exempt, 0 observed, 0 need a human.',
    ]);
  });

  it('says first and last that it is not whole', () => {
    const lines = text().trimEnd().split('\n');
    expect(lines[0]).toBe('NOT IN THIS PLAN');
    expect(lines.at(-1)).toBe('The plan is NOT WHOLE: 1 thing could not be read.');
  });

  it.each([
    [61_000, '61 s'],
    [3_600_000, '60 min'],
    [5_430_000 * 2, '3 h 1 min'],
    [3 * 24 * 3_600_000, '3 days'],
  ])('tells %i ms as %s', (ms, told) => {
    expect(runtimeText(ms)).toBe(told);
  });
});
