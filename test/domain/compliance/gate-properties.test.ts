/** What holds of every gate: bad news never opens it, and in which order news comes changes nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GateSeen, LaneReading } from '../../../domain/compliance/gate.ts';
import { judgeGate } from '../../../domain/compliance/judge-gate.ts';
import type { LaneCompliance, RuleCompliance } from '../../../domain/compliance/lane-compliance.ts';
import { loadCatalog } from '../../../infra/catalog/load-catalog.ts';
import { asking, named, read, rule, seeing, unreadable, VERSIONING } from './gates.ts';

const catalog = loadCatalog();
/** Gates of every minimum: the lower, the more of them pass, and the more there is to be seen. */
const minimum = fc.constantFrom('0', '0.5', '0.9', '0.95', '1');
const asked = fc
  .record({ min: minimum, named: fc.boolean() })
  .map(({ min, named: isNamed }) =>
    asking(
      isNamed
        ? { rules: [VERSIONING, 'own-tags'] }
        : { rules: ['own-tags'], frameworks: [{ name: 'pci', rules: [VERSIONING, 'IAM_PASSWORD_POLICY'] }] },
      min,
    ),
  );

const LANES = ['111122223333', '444455556666'].flatMap((account) =>
  ['eu-west-1', 'us-east-1'].map((region) => ({ account, region })),
);
/** Mostly well, or no gate would ever pass. */
const usually = <T>(well: T, ill: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 30, arbitrary: fc.constant(well) }, { weight: 1, arbitrary: ill });
const counts = fc.record({
  compliant: fc.integer({ min: 1, max: 40 }),
  nonCompliant: usually(0, fc.nat(5)),
  notApplicable: fc.nat(3),
  insufficientData: usually(0, fc.nat(2)),
});
const trouble = usually<RuleCompliance['trouble']>(
  undefined,
  fc.constantFrom('RuleErrs', 'NoResults', 'ThrottlingException').map((code) => ({ code, message: 'm' })),
);
const ruleCalled = (about: Partial<RuleCompliance>) =>
  fc
    .record({ counts, trouble })
    .map(({ counts: told, trouble: ill }) =>
      rule(0, 0, { ...about, counts: told, ...(ill && { trouble: ill }) }),
    );
const RULES = [
  ruleCalled({}),
  ruleCalled({ name: 'securityhub-s3-bucket-versioning-enabled-baa2cf8c' }),
  ruleCalled({ ...named('own-tags'), identifier: 'REQUIRED_TAGS' }),
];
const reading = (lane: (typeof LANES)[number]): fc.Arbitrary<LaneReading> =>
  fc.tuple(...RULES).map((rules) => read(lane, rules));
const seen: fc.Arbitrary<GateSeen> = fc.tuple(...LANES.map(reading)).map((readings) => seeing(readings));

type Worsen = (at: number, which: number, seen: GateSeen) => GateSeen;
const inLane =
  (change: (compliance: LaneCompliance, which: number) => LaneCompliance): Worsen =>
  (at, which, before) => ({
    ...before,
    readings: before.readings.map((each, n) =>
      n === at && 'compliance' in each ? { ...each, compliance: change(each.compliance, which) } : each,
    ),
  });
const inRule = (change: (rule: RuleCompliance) => RuleCompliance): Worsen =>
  inLane((compliance, which) => ({
    ...compliance,
    rules: compliance.rules.map((each, n) => (n === which ? change(each) : each)),
  }));
const moved = (to: 'nonCompliant' | 'insufficientData') =>
  inRule((each) => ({
    ...each,
    counts: { ...each.counts, compliant: each.counts.compliant - 1, [to]: each.counts[to] + 1 },
  }));
const WORSE: Readonly<Record<string, Worsen>> = {
  'a result is not compliant any more': moved('nonCompliant'),
  'of a result there is not enough data any more': moved('insufficientData'),
  'one more result is not compliant': inRule((each) => ({
    ...each,
    counts: { ...each.counts, nonCompliant: each.counts.nonCompliant + 1 },
  })),
  'a rule errs': inRule((each) => ({ ...each, trouble: { code: 'RuleErrs', message: 'm' } })),
  'a page of a rule fails': inRule((each) => ({ ...each, trouble: { code: 'Throttling', message: 'm' } })),
  'a rule has no results any more': inRule((each) => rule(0, 0, { ...each, counts: {} })),
  'the time of an evaluation is lost with its results': inRule(({ lastEvaluatedAt: _, ...each }) => ({
    ...each,
    counts: rule(0).counts,
  })),
  'a rule is deleted': inLane((compliance, which) => ({
    ...compliance,
    // With another decoration it is the same one.
    rules: compliance.rules.filter(({ plainName }) => plainName !== compliance.rules[which]?.plainName),
  })),
  'a rule is not reached': inLane((compliance, which) => ({
    ...compliance,
    rules: compliance.rules.filter((_, n) => n !== which),
    unread: compliance.rules.flatMap(({ name }, n) => (n === which ? [name] : [])),
  })),
  'a lane is read in part': inLane((compliance) => ({
    ...compliance,
    troubles: [{ operation: 'config:X', code: 'Throttling', message: 'm' }],
  })),
  'a lane is told by an aggregator': inLane((compliance) => ({ ...compliance, via: 'aggregator' })),
  'a recorder stops': inLane((compliance) => ({
    ...compliance,
    recorder: { lane: compliance.lane, state: 'stopped' },
  })),
  'a lane is unread': (at, _, before) => ({
    ...before,
    readings: before.readings.map((each, n) => (n === at ? unreadable(each.lane) : each)),
  }),
  'a lane has no answer': (at, _, before) => ({
    ...before,
    readings: before.readings.filter((_each, n) => n !== at),
  }),
  'a lane answers for another': (at, _, before) => ({
    ...before,
    readings: before.readings.map((each, n) => {
      const other = before.readings[(at + 1) % before.readings.length];
      return n === at && other !== undefined ? { ...other, lane: each.lane } : each;
    }),
  }),
  'the list of lanes is not whole': (_, __, before) => ({
    ...before,
    troubles: [{ operation: 'config:X', code: 'Throttling', message: 'm' }],
  }),
};

describe('bad news', () => {
  it.each(Object.entries(WORSE))('%s: never opens a gate', (_, worsen) => {
    fc.assert(
      fc.property(
        asked,
        seen,
        fc.nat(LANES.length - 1),
        fc.nat(RULES.length - 1),
        (gate, before, at, which) => {
          const after = judgeGate(gate, worsen(at, which, before), catalog);
          if (after.outcome === 'passed') expect(judgeGate(gate, before, catalog).outcome).toBe('passed');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is among what is generated, and good news too', () => {
    const outcomes = fc
      .sample(fc.tuple(asked, seen), { numRuns: 300, seed: 6 })
      .map(([gate, news]) => judgeGate(gate, news, catalog).outcome);
    for (const outcome of ['passed', 'not-passed', 'not-judged'])
      expect(outcomes.filter((each) => each === outcome).length, outcome).toBeGreaterThan(20);
  });
});

describe('a lane that cannot be read', () => {
  it('keeps any gate shut', () => {
    fc.assert(
      fc.property(asked, seen, (gate, news) => {
        const lane = { account: '777788889999', region: 'eu-west-1' };
        const more = seeing([...news.readings, unreadable(lane)]);
        expect(judgeGate(gate, more, catalog).outcome).toBe('not-judged');
      }),
    );
  });
});

describe('the order of news', () => {
  it('changes nothing', () => {
    const shuffled = seen.chain((news) =>
      fc
        .tuple(
          fc.shuffledSubarray([...news.readings], { minLength: LANES.length }),
          fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
        )
        .map(([readings, order]) => ({
          news,
          mixed: seeing(
            readings.map((each) =>
              'compliance' in each
                ? read(
                    each.lane,
                    order.flatMap((n) => each.compliance.rules[n] ?? []),
                  )
                : each,
            ),
          ),
        })),
    );
    fc.assert(
      fc.property(asked, shuffled, (gate, { news, mixed }) => {
        const mixedGate = {
          ...gate,
          rules: gate.rules.toReversed(),
          frameworks: gate.frameworks.toReversed(),
        };
        expect(judgeGate(mixedGate, mixed, catalog)).toEqual(judgeGate(gate, news, catalog));
      }),
    );
  });
});

describe('a passed gate', () => {
  it('has its score from its lines, and no line in doubt', () => {
    fc.assert(
      fc.property(asked, seen, (gate, news) => {
        const { outcome, score, lines, reasons } = judgeGate(gate, news, catalog);
        expect(outcome === 'passed').toBe(reasons.length === 0);
        expect(lines.reduce((total, { passed }) => total + passed, 0)).toBe(score.passed);
        expect(lines.reduce((total, { judged }) => total + judged, 0)).toBe(score.judged);
        for (const { standing, doubts } of lines)
          expect(doubts.length > 0).toBe(standing === 'failing' || standing === 'unread');
        if (outcome === 'passed') expect(lines.flatMap(({ doubts }) => doubts)).toEqual([]);
      }),
    );
  });
});
