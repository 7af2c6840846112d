/** What gates are judged by, made up: a healthy lane unless a test says otherwise. */
import type { GateAsked, GateSeen, LaneReading } from '../../../domain/compliance/gate.ts';
import type { LaneCompliance, RuleCompliance } from '../../../domain/compliance/lane-compliance.ts';
import { shareOf } from '../../../domain/compliance/share.ts';
import type { Lane } from '../../../domain/finding.ts';

export const LANE: Lane = { account: '111122223333', region: 'eu-west-1' };
export const OTHER: Lane = { account: '111122223333', region: 'us-east-1' };
export const VERSIONING = 'S3_BUCKET_VERSIONING_ENABLED';
export const NOW = '2026-11-21T12:00:00.000Z';

export const asking = (about: Partial<Omit<GateAsked, 'minScore'>> = {}, minScore = '0.95'): GateAsked => {
  const share = shareOf(minScore);
  if (share === undefined) throw new Error(`no share: ${minScore}`);
  return {
    rules: [VERSIONING],
    frameworks: [],
    accounts: [],
    regions: [],
    except: [],
    minScore: share,
    ...about,
  };
};

export const rule = (
  compliant: number,
  nonCompliant = 0,
  {
    counts,
    ...about
  }: Partial<Omit<RuleCompliance, 'counts'>> & {
    readonly counts?: Partial<RuleCompliance['counts']>;
  } = {},
): RuleCompliance => ({
  name: 's3-bucket-versioning-enabled',
  plainName: 's3-bucket-versioning-enabled',
  identifier: VERSIONING,
  counts: { compliant, nonCompliant, notApplicable: 0, insufficientData: 0, ...counts },
  nonCompliant: [],
  lastEvaluatedAt: '2026-11-21T06:00:00.000Z',
  ...about,
});

export const named = (name: string): Pick<RuleCompliance, 'name' | 'plainName'> => ({
  name,
  plainName: name,
});

export const read = (
  lane: Lane,
  rules: readonly RuleCompliance[],
  about: Partial<LaneCompliance> = {},
): LaneReading => ({
  lane,
  compliance: {
    lane,
    readAt: NOW,
    via: 'account',
    recorder: { lane, state: 'recording' },
    rules,
    unread: [],
    troubles: [],
    ...about,
  },
});

export const unreadable = (lane: Lane): LaneReading => ({
  lane,
  unread: { kind: 'unread', code: 'lane-unread', lane, why: 'selfheal did not answer', mend: 'Ask again.' },
});

export const seeing = (readings: readonly LaneReading[], about: Partial<GateSeen> = {}): GateSeen => ({
  covered: readings.map(({ lane }) => lane),
  troubles: [],
  readings,
  ...about,
});
