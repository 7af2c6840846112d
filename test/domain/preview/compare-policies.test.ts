/** Two policies over the same findings, and a saved plan against the world as it is now. */
import { describe, expect, it } from 'vitest';
import { changeOf, comparePolicies } from '../../../domain/preview/compare-policies.ts';
import { planChanges } from '../../../domain/preview/plan-changes.ts';
import type { Preview, PreviewAction } from '../../../domain/preview/previewed.ts';
import {
  PLAN_FORMAT,
  readPlan,
  type SavedPlan,
  savedFinding,
  writePlan,
} from '../../../domain/preview/saved-plan.ts';
import { NOW } from '../../support/cases.ts';
import { aPlan, aPreview, previewed } from './previews.ts';

const observed: Preview = {
  action: 'observe',
  why: 'policy entry "look" says observe',
  entry: 'look',
  severity: 'low',
  mode: 'observe',
  objections: [],
};
const asked = aPreview({ action: 'approve', mode: 'approve', entry: 'ask' });

describe('another policy', () => {
  it.each([
    ['newly-runs', observed, aPreview()],
    ['newly-runs', asked, aPreview()],
    ['newly-runs', asked, aPreview({ action: 'held' })],
    ['newly-asks', aPreview(), asked],
    ['runs-no-longer', aPreview(), observed],
    ['asks-no-longer', asked, observed],
    ['other-plan', aPreview(), aPreview({ planned: aPlan({ planHash: 'f'.repeat(64) }) })],
    ['other-outcome', observed, { ...observed, action: 'exempt' as const }],
    [undefined, aPreview(), aPreview({ entry: 'of another name' })],
    [undefined, aPreview({ action: 'held' }), aPreview()],
  ])('is told as %s', (kind, now, draft) => {
    expect(changeOf(now, draft)).toBe(kind);
  });

  it('is told in groups with examples, what newly runs first', () => {
    const differences = comparePolicies([
      previewed('asks', aPreview(), { draft: asked }),
      ...['a', 'b', 'c', 'd'].map((id) => previewed(id, observed, { draft: aPreview() })),
      previewed('same', observed, { draft: observed }),
    ]);
    expect(differences.map(({ kind, findings, examples }) => ({ kind, findings, examples }))).toEqual([
      { kind: 'newly-runs', findings: 4, examples: ['a', 'b', 'c'] },
      { kind: 'newly-asks', findings: 1, examples: ['asks'] },
    ]);
  });
});

const saved = (actions: readonly PreviewAction[] = ['run', 'approve']): SavedPlan => ({
  format: PLAN_FORMAT,
  madeAt: NOW,
  policyVersion: 'p1',
  catalog: 'c1',
  controls: 'k1',
  scope: { rules: [], accounts: [], regions: [] },
  findings: actions.map((action, n) => savedFinding(previewed(`bucket-${n}`, aPreview({ action })))),
});
const but = (plan: SavedPlan, given: Partial<SavedPlan['findings'][number]>): SavedPlan => ({
  ...plan,
  findings: plan.findings.map((one, n) => (n === 0 ? { ...one, ...given } : one)),
});

describe('a saved plan', () => {
  it('comes back from its file as it was', () => {
    expect(readPlan(writePlan(saved()))).toEqual({ ok: true, plan: saved() });
  });

  it('is refused when a letter of it is another, when it is cut short, and when it is of another format', () => {
    const text = writePlan(saved());
    expect(readPlan(text.replace('bucket-1', 'bucket-2'))).toMatchObject({
      why: expect.stringContaining('edited'),
    });
    expect(readPlan(text.replace('"approve"', '"run"'))).toMatchObject({
      why: expect.stringContaining('edited'),
    });
    expect(readPlan(text.replace('"madeAt"', '"extra": 1, "madeAt"'))).toMatchObject({
      why: expect.stringContaining('edited'),
    });
    expect(readPlan(text.slice(0, -20))).toMatchObject({ why: expect.stringContaining('no JSON') });
    expect(readPlan(text.replace('selfheal-plan/1', 'selfheal-plan/2'))).toMatchObject({
      why: expect.stringContaining('another version'),
    });
    for (const nonsense of ['', 'null', '[]', '{"format":"x"}']) expect(readPlan(nonsense).ok).toBe(false);
  });

  it('has not changed when the world has not', () => {
    expect(planChanges(saved(), saved())).toEqual([]);
  });

  it('has not changed by what came after it, nor by a case that goes its way', () => {
    const more = { ...saved(), findings: [...saved().findings, savedFinding(previewed('new'))] };
    expect(planChanges(saved(), more)).toEqual([]);
    expect(planChanges(saved(), but(saved(), { action: 'at-work' }))).toEqual([]);
  });

  it.each<[string, SavedPlan, RegExp]>([
    ['the policy', { ...saved(), policyVersion: 'p2' }, /policy was version p1 and is p2/],
    ['the catalog', { ...saved(), catalog: 'c2' }, /catalog/],
    ['what is stopped', { ...saved(), controls: 'k2' }, /stopped/],
    [
      'a finding that is gone',
      { ...saved(), findings: saved().findings.slice(1) },
      /not report it as NON_COMPLIANT/,
    ],
    ['a newer evaluation', but(saved(), { evaluatedAt: '2026-11-22T00:00:00.000Z' }), /evaluated it anew/],
    ['another plan', but(saved(), { planHash: 'e'.repeat(64) }), /another plan, eeeeeeeeeeee/],
    [
      'no plan',
      but(saved(), { planHash: null, action: 'observe' }),
      /nothing would run any more \(observe\)/,
    ],
    ['another entry', but(saved(), { entry: 'else' }), /entry "else" decides/],
    ['a hold', but(saved(), { action: 'held' }), /was "run" and is "held"/],
    [
      'a start that nobody is asked for any more',
      { ...saved(), findings: saved(['run', 'run']).findings },
      /was "approve" and is "run"/,
    ],
  ])('has changed by %s', (_, fresh, what) => {
    const changes = planChanges(saved(), fresh);
    expect(changes).toHaveLength(1);
    expect(changes[0]?.what).toMatch(what);
  });

  it('of which only a part is looked at does not know which of a rule are asked for', () => {
    const part = { ...saved(), findings: saved(['approve', 'run']).findings };
    expect(planChanges(saved(), part, { isPart: true })).toEqual([]);
    expect(planChanges(saved(), but(part, { action: 'held' }), { isPart: true })).toHaveLength(1);
  });
});
