/** What lanes say, for reports: by hand where a story is told, at random where a rule must hold of any. */
import fc from 'fast-check';
import {
  type ComplianceCounts,
  type LaneCompliance,
  RULE_TROUBLES,
  type RuleCompliance,
} from '../../domain/compliance/lane-compliance.ts';
import type { ComplianceReportInput } from '../../domain/compliance/report.ts';
import { type Lane, plainRuleName } from '../../domain/finding.ts';

export const READ_AT = '2026-11-23T05:00:00.000Z';

export const aRule = (name: string, given: Partial<RuleCompliance> = {}): RuleCompliance => ({
  name,
  plainName: plainRuleName(name),
  counts: counts(1),
  nonCompliant: [],
  lastEvaluatedAt: READ_AT,
  ...given,
});

export const counts = (
  compliant: number,
  nonCompliant = 0,
  notApplicable = 0,
  insufficientData = 0,
): ComplianceCounts => ({ compliant, nonCompliant, notApplicable, insufficientData });

export const aLane = (lane: Lane, given: Partial<LaneCompliance> = {}): LaneCompliance => ({
  lane,
  readAt: READ_AT,
  via: 'account',
  recorder: { lane, state: 'recording' },
  rules: [],
  unread: [],
  troubles: [],
  ...given,
});

export const anInput = (given: Partial<ComplianceReportInput> = {}): ComplianceReportInput => ({
  madeAt: READ_AT,
  scope: { accounts: [], regions: [], rules: [], frameworks: [] },
  lanes: [],
  unreadLanes: [],
  listTroubles: [],
  frameworks: [],
  remediation: {
    from: '2026-10-24T05:00:00.000Z',
    to: READ_AT,
    tried: 0,
    healed: 0,
    failedAttempts: 0,
    byRule: [],
    dropped: 0,
  },
  ...given,
});

const few = fc.nat({ max: 9 });
const NAMES = ['one', 'two', 'securityhub-one-0123abcd', 'three'];
const CODES = [...Object.values(RULE_TROUBLES), 'ThrottlingException'];

const anyRule = (name: string): fc.Arbitrary<RuleCompliance> =>
  fc
    .record({
      counts: fc.record({ compliant: few, nonCompliant: few, notApplicable: few, insufficientData: few }),
      code: fc.option(fc.constantFrom(...CODES), { nil: undefined }),
      isCustom: fc.boolean(),
    })
    .map(({ counts: found, code, isCustom }) =>
      aRule(name, {
        counts: code === RULE_TROUBLES.noResults ? counts(0) : found,
        ...(isCustom ? {} : { identifier: plainRuleName(name).toUpperCase() }),
        ...(code && { trouble: { code, message: 'why' } }),
      }),
    );

const anyLane = (lane: Lane): fc.Arbitrary<LaneCompliance> =>
  fc
    .record({
      rules: fc.subarray(NAMES).chain((names) => fc.tuple(...names.map(anyRule))),
      unread: fc.subarray(['four', 'five']),
      isTroubled: fc.boolean(),
      state: fc.constantFrom('recording', 'recording', 'stopped', 'unknown'),
    })
    .map(({ rules, unread, isTroubled, state }) =>
      aLane(lane, {
        rules,
        unread,
        troubles: isTroubled ? [{ operation: 'config:X', code: 'AccessDenied', message: 'no' }] : [],
        recorder: { lane, state },
      }),
    );

const LANES: readonly Lane[] = [
  { account: '111111111111', region: 'eu-west-1' },
  { account: '111111111111', region: 'us-east-1' },
  { account: '222222222222', region: 'us-east-1' },
];

/** Some lanes answered, some did not, and the list of them may have been cut short. */
export const anyInput: fc.Arbitrary<ComplianceReportInput> = fc
  .tuple(
    fc.subarray([...LANES]).chain((lanes) => fc.tuple(...lanes.map(anyLane))),
    fc.subarray(['333333333333/eu-west-1', '444444444444/us-east-1']),
    fc.boolean(),
  )
  .map(([lanes, gone, isCut]) =>
    anInput({
      lanes,
      unreadLanes: gone.map((lane) => ({ lane, why: 'no answer' })),
      listTroubles: isCut ? [{ operation: 'config:Y', code: 'ThrottlingException', message: 'slow' }] : [],
      frameworks: [
        {
          framework: 'cis',
          title: 'CIS',
          version: '1',
          rules: { ONE: ['1.2', '1.10'], TWO: ['1.2'], NOWHERE: ['9.9'] },
        },
      ],
    }),
  );
