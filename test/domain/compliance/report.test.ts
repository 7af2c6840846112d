import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LaneCompliance } from '../../../domain/compliance/lane-compliance.ts';
import { mergeLane } from '../../../domain/compliance/merge-lane.ts';
import { makeComplianceReport } from '../../../domain/compliance/report.ts';
import { judgedOf, kindOf, type Standing, sumOf } from '../../../domain/compliance/standing.ts';
import { aLane, anInput, anyInput, aRule, counts } from '../../support/lane-compliance.ts';

const SEED = { seed: 20261123, numRuns: 150 };
const LANE = { account: '111111111111', region: 'eu-west-1' };
const OTHER = { account: '222222222222', region: 'us-east-1' };
const told = ({ compliant, nonCompliant, insufficient, notApplicable }: Standing) => ({
  compliant,
  nonCompliant,
  insufficient,
  notApplicable,
});

describe('of any lanes', () => {
  it('accounts, and rules with what is missing, add up to the whole', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { overall, accounts, rules } = makeComplianceReport(input);
        const ofList = input.listTroubles.length > 0 ? 1 : 0;
        expect(told(sumOf(accounts))).toEqual({
          ...told(overall),
          insufficient: overall.insufficient - ofList,
        });
        const missing =
          input.unreadLanes.length +
          ofList +
          input.lanes.reduce((sum, lane) => sum + lane.unread.length + (lane.troubles.length > 0 ? 1 : 0), 0);
        expect(sumOf(rules).insufficient + missing).toBe(overall.insufficient);
      }),
      SEED,
    );
  });

  it('nothing that was not read, or is not to be relied on, counts as compliant', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { overall, unread, share, recorders, doubtful } = makeComplianceReport(input);
        const reliable = input.lanes
          .filter(({ recorder }) => recorder.state === 'recording')
          .flatMap(({ rules }) => rules)
          .filter((rule) => kindOf(rule) === 'judged');
        expect(overall.compliant).toBe(reliable.reduce((sum, rule) => sum + rule.counts.compliant, 0));
        // So whatever is not the whole is never all compliant.
        if (unread.length > 0) expect(share ?? 0).toBeLessThan(1);
        const isDoubted = unread.length + recorders.length + doubtful.length > 0;
        if (share === 1) expect(isDoubted && overall.insufficient > 0).toBe(false);
      }),
      SEED,
    );
  });

  it('every result that was read is somewhere, and whatever was not is named', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { overall, unread } = makeComplianceReport(input);
        const read = input.lanes.flatMap(({ rules }) => rules).map((rule) => rule.counts);
        const sum = (name: keyof ReturnType<typeof counts>) =>
          read.reduce((all, each) => all + each[name], 0);
        expect(overall.nonCompliant).toBe(sum('nonCompliant'));
        expect(overall.notApplicable).toBe(sum('notApplicable'));
        expect(overall.compliant + overall.insufficient).toBeGreaterThanOrEqual(
          sum('compliant') + sum('insufficientData'),
        );
        const named = unread.map(({ lane, rule }) => `${lane} ${rule}`);
        for (const { lane, rules, unread: left } of input.lanes)
          for (const name of [...left, ...rules.filter((r) => kindOf(r) === 'unread').map((r) => r.name)])
            expect(named).toContain(`${lane.account}/${lane.region} ${name}`);
        for (const { lane } of input.unreadLanes) expect(unread.map((part) => part.lane)).toContain(lane);
      }),
      SEED,
    );
  });
});

describe('a report', () => {
  const report = (...lanes: readonly LaneCompliance[]) => makeComplianceReport(anInput({ lanes }));

  it('makes one line of the copies of a rule, and none of a rule of the same name of one’s own', () => {
    const { rules } = report(
      aLane(LANE, {
        rules: [
          aRule('x', { identifier: 'X', counts: counts(1, 2), nonCompliant: [{ type: 'T', id: 'a' }] }),
          aRule('securityhub-x-0123abcd', { identifier: 'X', counts: counts(1, 1) }),
          aRule('x-conformance-pack-abcdefghi', { counts: counts(5) }),
        ],
      }),
      aLane(OTHER, { rules: [aRule('x', { identifier: 'X', counts: counts(0, 4) })] }),
    );
    expect(rules).toMatchObject([
      {
        plainName: 'x',
        identifier: 'X',
        lanes: 2,
        nonCompliant: 7,
        accounts: [
          { account: '222222222222', nonCompliant: 4 },
          { account: '111111111111', nonCompliant: 3 },
        ],
        resources: [{ lane: '111111111111/eu-west-1', type: 'T', id: 'a' }],
      },
      { plainName: 'x', compliant: 5 },
    ]);
    expect(rules[1]).not.toHaveProperty('identifier');
  });

  it('counts nothing of a rule without results, and one of a rule that was never evaluated', () => {
    const none = aRule('none', { counts: counts(0), trouble: { code: 'NoResults', message: '' } });
    const never = aRule('never', {
      counts: counts(0),
      trouble: { code: 'NeverEvaluated', message: 'not yet' },
    });
    const fine = aRule('fine', { counts: counts(3) });
    expect(report(aLane(LANE, { rules: [fine, none] }))).toMatchObject({
      share: 1,
      silent: [{ rule: 'none', lanes: 1 }],
      doubtful: [],
      unread: [],
    });
    expect(report(aLane(LANE, { rules: [fine, never] }))).toMatchObject({
      share: 3 / 4,
      doubtful: [{ rule: 'never', code: 'NeverEvaluated' }],
      unread: [],
    });
    expect(report()).not.toHaveProperty('share');
  });

  it('takes what a lane says that does not record for of long ago', () => {
    const lane = aLane(LANE, {
      rules: [aRule('fine', { counts: counts(3) })],
      recorder: { lane: LANE, state: 'stopped', since: '2026-11-01T00:00:00.000Z' },
    });
    expect(report(lane)).toMatchObject({
      overall: { compliant: 0, insufficient: 3 },
      recorders: [{ state: 'stopped' }],
      accounts: [{ troubledLanes: 1 }],
    });
  });

  it('shows no framework whole while anything is not', () => {
    const fine = aLane(LANE, { rules: [aRule('one', { identifier: 'ONE', counts: counts(9) })] });
    const framework = (code: 'cis' | 'pci', rule: string) => ({
      framework: code,
      title: code,
      version: '1',
      rules: { [rule]: ['1'] },
    });
    const { frameworks, overall } = makeComplianceReport(
      anInput({
        lanes: [fine, aLane(OTHER, { unread: ['late'] })],
        unreadLanes: [{ lane: '333333333333/us-east-1', why: 'denied' }],
        frameworks: [framework('cis', 'ONE'), framework('pci', 'GONE')],
      }),
    );
    expect(told(overall)).toEqual({ compliant: 9, nonCompliant: 0, insufficient: 2, notApplicable: 0 });
    expect(frameworks.map(told)).toEqual([told(overall), told(sumOf([]))]);
  });

  it('tells of each control by the rules that serve it, and which nobody looks after', () => {
    const { frameworks } = makeComplianceReport(
      anInput({
        lanes: [
          aLane(LANE, {
            rules: [
              aRule('one', { identifier: 'ONE', counts: counts(1, 1) }),
              aRule('two', { identifier: 'TWO', counts: counts(2) }),
              aRule('three'),
            ],
          }),
        ],
        frameworks: [
          {
            framework: 'cis',
            title: 'CIS',
            version: '1',
            rules: { ONE: ['1.10', '1.2'], TWO: ['1.3', '1.2'], GONE: ['2', '1.2'] },
          },
        ],
      }),
    );
    expect(frameworks).toMatchObject([{ inUse: 2, rules: 3, notLookedAfter: ['2'], compliant: 3 }]);
    expect(
      frameworks[0]?.controls.map(({ control, rules, ...standing }) => [control, rules, judgedOf(standing)]),
    ).toEqual([
      ['1.2', ['one', 'two'], 4],
      ['1.10', ['one'], 2],
      ['1.3', ['two'], 2],
    ]);
  });

  it('puts beside a rule what selfheal did about it', () => {
    const { rules } = makeComplianceReport(
      anInput({
        lanes: [aLane(LANE, { rules: [aRule('one', { identifier: 'ONE' }), aRule('own')] })],
        remediation: {
          from: '',
          to: '',
          tried: 3,
          healed: 2,
          failedAttempts: 4,
          byRule: [
            { rule: 'ONE', tried: 2, healed: 1, failedAttempts: 4 },
            { rule: 'own', tried: 1, healed: 1, failedAttempts: 0 },
          ],
          dropped: 0,
        },
      }),
    );
    expect(rules.map(({ plainName, remediation }) => [plainName, remediation])).toEqual([
      ['one', { tried: 2, healed: 1, failedAttempts: 4 }],
      ['own', { tried: 1, healed: 1, failedAttempts: 0 }],
    ]);
  });
});

describe('the parts of a lane, put together', () => {
  it('keep every doubt, and let no part hide the trouble of another', () => {
    const trouble = { code: 'ThrottlingException', message: 'slow' };
    const refused = { operation: 'config:X', code: 'AccessDenied', message: 'no' };
    const merged = mergeLane([
      aLane(LANE, { rules: [aRule('b'), aRule('a', { trouble })], unread: ['c', 'd'], troubles: [refused] }),
      aLane(LANE, {
        rules: [aRule('a'), aRule('c')],
        via: 'aggregator',
        troubles: [refused],
        recorder: { lane: LANE, state: 'stopped' },
      }),
    ]);
    expect(merged).toMatchObject({
      via: 'aggregator',
      recorder: { state: 'stopped' },
      unread: ['d'],
      troubles: [refused],
    });
    expect(merged.rules.map(({ name, trouble: why }) => [name, why?.code])).toEqual([
      ['a', 'ThrottlingException'],
      ['b', undefined],
      ['c', undefined],
    ]);
  });
});
