/** One rule in one lane: what Config says of it, and whether that is to be relied on. */
import { type Lane, laneId } from '../finding.ts';
import { inert } from '../message.ts';
import { dayMs, epochMs } from '../time.ts';
import type { Doubt, DoubtCode, DoubtKind, GateLine } from './gate.ts';
import { type ComplianceCounts, RULE_TROUBLES, type RuleCompliance } from './lane-compliance.ts';
import { malformed, type SeenRule } from './lane-seen.ts';
import type { NamedRule, RuleFacts } from './rule-meant.ts';

export const NO_COUNTS: ComplianceCounts = {
  compliant: 0,
  nonCompliant: 0,
  notApplicable: 0,
  insufficientData: 0,
};

/**
 * Of a rule that was read more than once the worst counts.
 *
 * @param laneDoubts about the lane as a whole
 */
export const judgeRule = (
  lane: Lane,
  laneDoubts: readonly Doubt[],
  readings: readonly [SeenRule, ...SeenRule[]],
  catalog: Pick<RuleFacts, 'rule'>,
): GateLine =>
  readings
    .map((rule) => {
      const doubts = [...laneDoubts, ...ruleDoubts(lane, rule, catalog)];
      return doubts.length === 0 ? judgedLine(lane, rule) : doubtfulLine(lane, rule, doubts, rule);
    })
    .reduce((worst, line) => (isWorse(line, worst) ? line : worst));

const isWorse = (line: GateLine, other: GateLine): boolean => {
  const rank = ({ doubts }: GateLine): number =>
    doubts.some(({ kind }) => kind === 'unread') ? 2 : doubts.length > 0 ? 1 : 0;
  if (rank(line) !== rank(other)) return rank(line) > rank(other);
  return line.judged - line.passed > other.judged - other.passed;
};

const judgedLine = (lane: Lane, rule: RuleCompliance): GateLine => {
  const { counts, nonCompliant } = rule;
  const { compliant, nonCompliant: offending, notApplicable, insufficientData } = counts;
  const judged = compliant + offending + insufficientData;
  const about = { ...called(rule), lane, counts, passed: compliant, judged, nonCompliant, doubts: [] };
  if (judged === 0)
    return { ...about, standing: 'not-applicable', why: `applies to none of ${notApplicable}` };
  if (compliant === judged) return { ...about, standing: 'compliant', why: `${compliant} compliant` };
  const unclear = insufficientData === 0 ? '' : `, ${insufficientData} without enough data`;
  return {
    ...about,
    standing: 'non-compliant',
    why: `${offending} of ${judged} not compliant${unclear}`,
  };
};

/** Nothing of it passes, and it counts as one where there is nothing to count. */
export const doubtfulLine = (
  lane: Lane,
  rule: NamedRule,
  doubts: readonly Doubt[],
  read?: Pick<RuleCompliance, 'counts' | 'nonCompliant'>,
): GateLine => {
  const counts = read !== undefined && areSound(read.counts) ? read.counts : NO_COUNTS;
  const results = counts.compliant + counts.nonCompliant + counts.insufficientData;
  return {
    ...called(rule),
    lane,
    standing: doubts.some(({ kind }) => kind === 'unread') ? 'unread' : 'failing',
    why: doubts.map(({ why }) => why).join('; '),
    counts,
    passed: 0,
    judged: Math.max(1, results),
    nonCompliant: read?.nonCompliant ?? [],
    doubts,
  };
};

export const called = ({ name, plainName, identifier }: NamedRule) => ({
  rule: name,
  plainName,
  ...(identifier === undefined ? {} : { identifier }),
});

const ruleDoubts = (lane: Lane, rule: SeenRule, catalog: Pick<RuleFacts, 'rule'>): readonly Doubt[] => {
  const { name, counts, nonCompliant, trouble } = rule;
  const { compliant, nonCompliant: offending, notApplicable, insufficientData } = counts;
  if (!areSound(counts) || nonCompliant.length > offending)
    return [{ ...malformed(lane, 'its results do not add up'), rule: name }];
  const known = compliant + offending + notApplicable;
  // Beside other results the score tells of it: each counts as not passed.
  const isScored = trouble?.code === RULE_TROUBLES.insufficientData && insufficientData > 0 && known > 0;
  if (trouble !== undefined && !isScored) return [troubleDoubt(lane, rule, trouble)];
  if (known + insufficientData === 0)
    return [rule.lastEvaluatedAt === undefined ? neverEvaluated(lane, rule) : noResults(lane, rule)];
  if (known === 0)
    return [insufficient(lane, rule, `Config has INSUFFICIENT_DATA for all ${insufficientData}`)];
  return isStale(rule, catalog) ? [stale(lane, rule)] : [];
};

const areSound = (counts: ComplianceCounts): boolean =>
  [counts.compliant, counts.nonCompliant, counts.notApplicable, counts.insufficientData].every(
    (count) => Number.isSafeInteger(count) && count >= 0 && count <= COUNT_MAX,
  );

/** Far above what a rule can have, and far below what adds up to numbers that are not exact any more. */
const COUNT_MAX = 1_000_000_000;

const troubleDoubt = (lane: Lane, rule: SeenRule, trouble: NonNullable<SeenRule['trouble']>): Doubt => {
  switch (trouble.code) {
    case RULE_TROUBLES.errs:
      return doubt('failing', 'rule-errs', lane, rule, {
        why: `its evaluation fails: ${trouble.message}`,
        mend: `Mend it, and have it evaluated: ${evaluate(lane, rule)}`,
      });
    case RULE_TROUBLES.neverEvaluated:
      return neverEvaluated(lane, rule);
    case RULE_TROUBLES.noResults:
      return noResults(lane, rule);
    case RULE_TROUBLES.insufficientData:
      return insufficient(lane, rule, trouble.message);
    default:
      return doubt('unread', 'rule-unread', lane, rule, {
        why: `${trouble.code}: ${trouble.message}`,
        mend: `Ask again; if it stays so, leave it out: --except ${quoted(`${rule.plainName}@${laneId(lane)}`)}`,
      });
  }
};

const neverEvaluated = (lane: Lane, rule: SeenRule): Doubt =>
  doubt('failing', 'never-evaluated', lane, rule, {
    why: 'it was never evaluated',
    mend: `Have it evaluated, and wait until it was: ${evaluate(lane, rule)}`,
  });

/** Config has no word for "nothing in scope": it looks the same when the type is not recorded, or results were deleted. */
const noResults = (lane: Lane, rule: SeenRule): Doubt => {
  const at = rule.lastEvaluatedAt === undefined ? '' : ` (evaluated ${rule.lastEvaluatedAt})`;
  return doubt('failing', 'no-results', lane, rule, {
    why: `it has no result at all${at}: either nothing there is in its scope, or Config does not record it`,
    mend: `Where nothing is to be in its scope, leave it out: --except ${quoted(`${rule.plainName}@${laneId(lane)}`)}`,
  });
};

const insufficient = (lane: Lane, rule: SeenRule, why: string): Doubt =>
  doubt('failing', 'insufficient-data', lane, rule, {
    why,
    mend: `Have it evaluated, and wait until it was: ${evaluate(lane, rule)}`,
  });

/** Periodic rules run every 24 hours at the least; the others, whenever something changes. */
const isStale = (
  { identifier, lastEvaluatedAt, readAt }: SeenRule,
  catalog: Pick<RuleFacts, 'rule'>,
): boolean =>
  identifier !== undefined &&
  lastEvaluatedAt !== undefined &&
  catalog.rule(identifier)?.trigger === 'periodic' &&
  // Of a time that is none nothing is known either.
  !(epochMs(readAt) - epochMs(lastEvaluatedAt) <= PERIODIC_AGE_MS_MAX);

const PERIODIC_AGE_MS_MAX = 2 * dayMs;

const stale = (lane: Lane, rule: SeenRule): Doubt =>
  doubt('failing', 'stale', lane, rule, {
    why: `it runs every day, and ran last at ${rule.lastEvaluatedAt}`,
    mend: `Have it evaluated, and see why it was not: ${evaluate(lane, rule)}`,
  });

const doubt = (
  kind: DoubtKind,
  code: DoubtCode,
  lane: Lane,
  { name }: SeenRule,
  { why, mend }: Pick<Doubt, 'why' | 'mend'>,
): Doubt => ({
  kind,
  code,
  lane,
  rule: name,
  why: inert(why, WHY_CHARS_MAX),
  mend: inert(mend, WHY_CHARS_MAX),
});

const evaluate = ({ region }: Lane, { name }: SeenRule): string =>
  `aws configservice start-config-rules-evaluation --config-rule-names ${quoted(name)} --region ${region}`;

/** Config lets a rule have any name, and what is told is pasted. */
export const quoted = (word: string): string =>
  /^[\w@/.:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

const WHY_CHARS_MAX = 400;
