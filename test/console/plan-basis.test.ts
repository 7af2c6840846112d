/** A saved plan is void when what holds starts back has changed, and not when selfheal merely went on. */
import { describe, expect, it } from 'vitest';
import { planBasis } from '../../console/plan-basis.ts';
import type { Controls } from '../../domain/ports.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { loadPolicy } from '../../infra/policy-file.ts';
import { NOW } from '../support/cases.ts';

const book = loadPolicy('policy.yml');
const catalog = loadCatalog();
const opened: Extract<Controls['breakers'][number], { state: 'open' }> = {
  scope: { kind: 'rule', name: 'ENCRYPTED_VOLUMES' },
  state: 'open',
  since: NOW,
  revision: 1,
  failures: 6,
  attempts: 10,
  percent: 60,
  reason: 'too many failed',
  whenOpen: 'wait',
  probeAfterMs: 900_000,
  windowMs: 3_600_000,
  notify: [],
  told: true,
  notBefore: NOW,
};
const controls: Controls = {
  stops: [],
  policySequence: 1,
  exemptionSequence: 2,
  exemptionSeen: 1,
  breakers: [opened],
};
const basis = (changed: Partial<Controls>) => planBasis(book, catalog, { ...controls, ...changed }).controls;

describe('what a plan is made by', () => {
  const same: Readonly<Record<string, Partial<Controls>>> = {
    'cases that an exemption concerned were woken': { exemptionSeen: 2 },
    'a switch was taken off before': { lifted: [{ scope: { kind: 'everything' }, at: NOW } as never] },
    'an open breaker looked for its probe': {
      breakers: [{ ...opened, soughtAt: NOW, revision: 2, told: false }],
    },
    'a breaker that is closed is remembered': {
      breakers: [opened, { ...opened, scope: { kind: 'rule', name: 'X' }, state: 'closed' } as never],
    },
  };
  it.each(Object.keys(same))('is the same when %s', (what) => {
    expect(basis(same[what] ?? {})).toBe(basis({}));
  });

  const other: Readonly<Record<string, Partial<Controls>>> = {
    'everything is stopped': { stops: [{ scope: { kind: 'everything' }, who: 'ada', at: NOW } as never] },
    'an exemption was added': { exemptionSequence: 3 },
    'the breaker has closed': { breakers: [] },
    'the breaker opened anew': { breakers: [{ ...opened, since: '2026-11-21T04:00:00.000Z' }] },
    'the breaker cannot be read': {
      breakers: [{ scope: opened.scope, state: 'unreadable', reason: 'no breaker' }],
    },
  };
  it.each(Object.keys(other))('is another when %s', (what) => {
    expect(basis(other[what] ?? {})).not.toBe(basis({}));
  });
});
