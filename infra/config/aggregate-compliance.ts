/** What an aggregator knows of every rule of a lane: COMPLIANT and NON_COMPLIANT alone, and nothing of how a rule fares. */
import {
  type ConfigServiceClient,
  DescribeAggregateComplianceByConfigRulesCommand,
  GetAggregateComplianceDetailsByConfigRuleCommand,
} from '@aws-sdk/client-config-service';
import type { Catalog } from '../../domain/catalog/catalog.ts';
import type { RuleCompliance } from '../../domain/compliance/lane-compliance.ts';
import { NO_ANSWER } from '../../domain/doctor/reading.ts';
import { type Lane, plainRuleName } from '../../domain/finding.ts';
import { inParallel } from '../../domain/in-parallel.ts';
import { troubleOf } from '../../domain/sweep/sweep-report.ts';
import { toPortError } from '../aws-errors.ts';
import {
  type Counted,
  type KnownRule,
  type LaneQuestion,
  type RulesRead,
  unreadTrouble,
} from './account-compliance.ts';
import { answered } from './answered.ts';
import { everyPage, RESULTS_PAGE_MAX } from './result-pages.ts';
import { createTally, malformedAnswer } from './tally.ts';

export interface AggregateQuestion extends Omit<LaneQuestion, 'askFirst' | 'elsewhere'> {
  /** In the hub. */
  readonly config: ConfigServiceClient;
  readonly aggregator: string;
  readonly lane: Lane;
  /** An aggregator tells no identifiers: AWS's own names stand for them. */
  readonly catalog: Pick<Catalog, 'rule'>;
}

/** @throws PortError when the aggregator does not even say which rules there are. */
export const readAggregate = async (question: AggregateQuestion): Promise<RulesRead> => {
  const known = await listRules(question);
  const wanted = known.filter(question.isWanted).sort((left, right) => (left.name < right.name ? -1 : 1));
  const read = await inParallel(wanted, RULES_AT_ONCE, (rule) =>
    readRule(question, rule, wanted.length === 1),
  );
  return {
    rules: read.filter((each) => typeof each !== 'string'),
    unread: read.filter((each) => typeof each === 'string'),
    troubles: [],
  };
};

/** All lanes share the hub's one client. */
const RULES_AT_ONCE = 4;

/** Rules without results are not told. */
const listRules = async ({
  config,
  aggregator,
  lane,
  catalog,
  ask,
}: AggregateQuestion): Promise<readonly KnownRule[]> => {
  const operation = 'config:DescribeAggregateComplianceByConfigRules';
  const names = new Set<string>();
  const pages = everyPage(operation, (token) =>
    answered(ask, operation, (abortSignal) =>
      config.send(
        new DescribeAggregateComplianceByConfigRulesCommand({
          ConfigurationAggregatorName: aggregator,
          Filters: { AccountId: lane.account, AwsRegion: lane.region },
          Limit: RULES_PAGE_MAX,
          ...token,
        }),
        { abortSignal },
      ),
    ),
  );
  for await (const { AggregateComplianceByConfigRules } of pages) {
    if (AggregateComplianceByConfigRules === undefined)
      throw malformedAnswer(operation, 'a page without rules');
    for (const { AccountId, AwsRegion, ConfigRuleName } of AggregateComplianceByConfigRules) {
      if (!ConfigRuleName || AccountId !== lane.account || AwsRegion !== lane.region)
        throw malformedAnswer(operation, 'a rule without its name, or of another lane than was asked for');
      names.add(ConfigRuleName);
    }
  }
  return [...names].map((name) => {
    const plainName = plainRuleName(name);
    const identifier = catalog.rule(plainName)?.identifier;
    return { name, plainName, ...(identifier === undefined ? {} : { identifier }) };
  });
};

const RULES_PAGE_MAX = 1_000;

/** @returns the rule's name when time was up */
const readRule = async (
  question: AggregateQuestion,
  rule: KnownRule,
  isAlone: boolean,
): Promise<RuleCompliance | string> => {
  const { told, unread } = await countAggregated(question, rule.name);
  if (unread?.code === NO_ANSWER && !isAlone) return rule.name;
  const { trouble: ofResults, ...results } = told;
  const trouble = (unread && unreadTrouble(unread)) ?? ofResults;
  return { ...rule, ...results, ...(trouble && { trouble }) };
};

/** One rule in one lane, as far as it was read. */
export const countAggregated = async (
  {
    config,
    aggregator,
    lane,
    ask,
    room,
  }: Pick<AggregateQuestion, 'config' | 'aggregator' | 'lane' | 'ask' | 'room'>,
  rule: string,
): Promise<Counted> => {
  const operation = 'config:GetAggregateComplianceDetailsByConfigRule';
  const tally = createTally(operation, room);
  try {
    for (const type of ['NON_COMPLIANT', 'COMPLIANT'] as const) {
      const pages = everyPage(operation, (token) =>
        answered(ask, operation, (abortSignal) =>
          config.send(
            new GetAggregateComplianceDetailsByConfigRuleCommand({
              ConfigurationAggregatorName: aggregator,
              AccountId: lane.account,
              AwsRegion: lane.region,
              ConfigRuleName: rule,
              ComplianceType: type,
              Limit: RESULTS_PAGE_MAX,
              ...token,
            }),
            { abortSignal },
          ),
        ),
      );
      for await (const { AggregateEvaluationResults } of pages) {
        if (AggregateEvaluationResults === undefined)
          throw malformedAnswer(operation, 'a page without results');
        tally.add(AggregateEvaluationResults, type);
      }
    }
    return { told: tally.told() };
  } catch (error) {
    return { told: tally.told(), unread: troubleOf(toPortError(error, operation)) };
  }
};
