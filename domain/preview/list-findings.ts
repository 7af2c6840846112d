/** Everything that Config reports as NON_COMPLIANT in one lane, asked there and not of an aggregator, which lags behind. */
import type { Lane } from '../finding.ts';
import { PortError } from '../ports.ts';
import type { SweepSource } from '../sweep/sweep-source.ts';
import type { Instant } from '../time.ts';

export interface ListedFinding {
  readonly configRuleName: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly evaluatedAt: Instant;
}

/** What a list does not tell of, and why. */
export interface Unread {
  /** Absent when it is the whole lane. */
  readonly rule?: string;
  readonly reason: string;
}

export interface LaneListing {
  readonly findings: readonly ListedFinding[];
  readonly unread: readonly Unread[];
  /** Rules that time or room did not reach: to be asked for next. */
  readonly rest: readonly string[];
}

export interface ListingOptions {
  readonly source: Pick<SweepSource, 'rules' | 'results'>;
  readonly lane: Lane;
  /** Those that an earlier listing did not reach; default: all that have NON_COMPLIANT results. */
  readonly rules?: readonly string[];
  readonly isWanted: (rule: string) => boolean;
  readonly isTimeUp: () => boolean;
}

export const listFindings = async ({
  source,
  lane,
  rules,
  isWanted,
  isTimeUp,
}: ListingOptions): Promise<LaneListing> => {
  const findings: ListedFinding[] = [];
  const unread: Unread[] = [];
  let wanted: readonly string[];
  try {
    wanted = (rules ?? (await source.rules(lane))).filter(isWanted).toSorted();
  } catch (error) {
    return { findings, unread: [{ reason: reasonOf(error) }], rest: [] };
  }
  for (const [n, rule] of wanted.entries()) {
    // The first is begun whatever it takes, so that every question brings the list forward.
    if (n > 0 && (isTimeUp() || findings.length >= ENOUGH))
      return { findings, unread, rest: wanted.slice(n) };
    const read = await readRule({ source, lane, isTimeUp }, rule);
    findings.push(...read.findings);
    unread.push(...read.unread);
  }
  return { findings, unread, rest: [] };
};

const readRule = async (
  { source, lane, isTimeUp }: Pick<ListingOptions, 'source' | 'lane' | 'isTimeUp'>,
  rule: string,
): Promise<Omit<LaneListing, 'rest'>> => {
  const findings: ListedFinding[] = [];
  const unread: Unread[] = [];
  try {
    for await (const page of source.results(lane, rule)) {
      // A further page came: there is more than what was read.
      if (findings.length >= RULE_FINDINGS_MAX || (findings.length > 0 && isTimeUp())) {
        const reason = `only its first ${findings.length} findings were read: there is no time for more`;
        return { findings, unread: [...unread, { rule, reason }] };
      }
      for (const result of page)
        if (result.kind === 'malformed') unread.push({ rule, reason: reasonOf(result.error) });
        else if (result.evaluation.compliance === 'NON_COMPLIANT')
          findings.push({
            configRuleName: rule,
            resourceType: result.resourceType,
            resourceId: result.resourceId,
            evaluatedAt: result.evaluation.recordedAt,
          });
    }
  } catch (error) {
    // It was deleted since it was listed, and has no results any more.
    if (!(error instanceof PortError && error.code === 'NoSuchConfigRuleException'))
      unread.push({ rule, reason: reasonOf(error) });
  }
  return { findings, unread };
};

const reasonOf = (error: unknown): string => {
  if (!(error instanceof PortError)) throw error;
  return `${error.operation} failed with ${error.code}: ${error.message}`;
};

/** An answer of API Gateway has 6 MB: a finding takes some 200 bytes, and rules come whole. */
const ENOUGH = 5_000;
const RULE_FINDINGS_MAX = 20_000;
