/** What Config says of every rule of a lane, asked in the account itself. */
import {
  type ConfigRuleEvaluationStatus,
  type ConfigServiceClient,
  DescribeConfigRuleEvaluationStatusCommand,
  DescribeConfigRulesCommand,
  GetComplianceDetailsByConfigRuleCommand,
} from '@aws-sdk/client-config-service';
import {
  type LaneCompliance,
  RULE_TROUBLES,
  type RuleCompliance,
  type RuleTrouble,
} from '../../domain/compliance/lane-compliance.ts';
import { lastEvaluatedAt, type RuleStatus, troubleOfStatus } from '../../domain/compliance/rule-status.ts';
import { NO_ANSWER } from '../../domain/doctor/reading.ts';
import { plainRuleName } from '../../domain/finding.ts';
import { inParallel } from '../../domain/in-parallel.ts';
import { type SweepTrouble, troubleOf } from '../../domain/sweep/sweep-report.ts';
import { type Instant, instant } from '../../domain/time.ts';
import { toPortError } from '../aws-errors.ts';
import type { Ask } from '../doctor/ask.ts';
import { answered } from './answered.ts';
import { everyPage, RESULTS_PAGE_MAX } from './result-pages.ts';
import { createTally, malformedAnswer, type Room, type Told } from './tally.ts';

export interface LaneQuestion {
  readonly config: ConfigServiceClient;
  /** Which rules are meant. */
  readonly isWanted: (rule: KnownRule) => boolean;
  /** Until the account has said which rules there are: who cannot be asked is noticed early. */
  readonly askFirst: Ask;
  readonly ask: Ask;
  readonly room: Room;
  /** Where a rule is counted whose name is too long to be asked for; undefined when nobody knows. */
  readonly elsewhere: (rule: string) => Promise<Counted | undefined>;
}

/** A rule as its list tells it. */
export interface KnownRule {
  readonly name: string;
  readonly plainName: string;
  readonly identifier?: string;
}

export type RulesRead = Pick<LaneCompliance, 'rules' | 'unread' | 'troubles'>;

/** @throws PortError when the account does not even say which rules there are. */
export const readAccount = async (question: LaneQuestion): Promise<RulesRead> => {
  const troubles: SweepTrouble[] = [];
  const [known, statuses] = await Promise.all([
    listRules(question, troubles),
    listStatuses(question).catch((error: unknown) => toPortError(error, STATUS)),
  ]);
  if (statuses instanceof Error) troubles.push(troubleOf(statuses));
  const statusOf = (name: string) => (statuses instanceof Error ? statuses : statuses.get(name));
  const wanted = known.filter(question.isWanted).sort((left, right) => (left.name < right.name ? -1 : 1));
  const read = await inParallel(wanted, RULES_AT_ONCE, (rule) =>
    readRule(question, rule, statusOf(rule.name), wanted.length === 1),
  );
  return {
    rules: read.filter((each) => typeof each !== 'string'),
    unread: read.filter((each) => typeof each === 'string'),
    troubles,
  };
};

/** Config publishes no rate for these calls; the client slows down by itself when it is told to. */
const RULES_AT_ONCE = 8;

const listRules = async (
  { config, askFirst }: LaneQuestion,
  troubles: SweepTrouble[],
): Promise<readonly KnownRule[]> => {
  const operation = 'config:DescribeConfigRules';
  const known: KnownRule[] = [];
  const pages = everyPage(operation, (token) =>
    answered(askFirst, operation, (abortSignal) =>
      config.send(new DescribeConfigRulesCommand(token), { abortSignal }),
    ),
  );
  for await (const { ConfigRules } of pages) {
    if (ConfigRules === undefined) throw malformedAnswer(operation, 'a page without rules');
    for (const { ConfigRuleName: name, Source } of ConfigRules)
      if (!name) troubles.push(troubleOf(malformedAnswer(operation, 'a rule without its name')));
      else
        known.push({
          name,
          plainName: plainRuleName(name),
          ...(Source?.Owner === 'AWS' && Source.SourceIdentifier
            ? { identifier: Source.SourceIdentifier }
            : {}),
        });
  }
  return known;
};

const STATUS = 'config:DescribeConfigRuleEvaluationStatus';

const listStatuses = async ({ config, askFirst }: LaneQuestion): Promise<ReadonlyMap<string, RuleStatus>> => {
  const known = new Map<string, RuleStatus>();
  const pages = everyPage(STATUS, (token) =>
    answered(askFirst, STATUS, (abortSignal) =>
      config.send(new DescribeConfigRuleEvaluationStatusCommand({ Limit: STATUS_PAGE_MAX, ...token }), {
        abortSignal,
      }),
    ),
  );
  for await (const { ConfigRulesEvaluationStatus = [] } of pages)
    for (const status of ConfigRulesEvaluationStatus)
      if (status.ConfigRuleName) known.set(status.ConfigRuleName, statusOf(status));
  return known;
};

/** The largest that Config takes; without one it refuses lanes with more than 150 rules. */
const STATUS_PAGE_MAX = 50;

const statusOf = (status: ConfigRuleEvaluationStatus): RuleStatus => {
  const times = {
    evaluatedAt: at(status.LastSuccessfulEvaluationTime),
    evaluationFailedAt: at(status.LastFailedEvaluationTime),
    invokedAt: at(status.LastSuccessfulInvocationTime),
    invocationFailedAt: at(status.LastFailedInvocationTime),
  };
  return {
    hasBegun: status.FirstEvaluationStarted === true,
    ...(status.LastErrorCode && { errorCode: status.LastErrorCode }),
    ...(status.LastErrorMessage && { errorMessage: status.LastErrorMessage }),
    ...Object.fromEntries(Object.entries(times).filter(([, time]) => time !== undefined)),
  };
};

const at = (time: Date | undefined): Instant | undefined =>
  time === undefined || Number.isNaN(time.getTime()) ? undefined : instant(time.getTime());

/**
 * @param status what Config says of it, or why that is not known
 * @param isAlone whether nothing else was asked for: what is not read in time then never will be
 * @returns its name when time was up
 */
const readRule = async (
  question: LaneQuestion,
  rule: KnownRule,
  status: RuleStatus | Error | undefined,
  isAlone: boolean,
): Promise<RuleCompliance | string> => {
  const { told, unread } = await countedOf(question, rule.name);
  if (unread?.code === NO_ANSWER && !isAlone) return rule.name;
  const { trouble: ofResults, ...results } = told;
  const evaluatedAt = status === undefined || status instanceof Error ? undefined : lastEvaluatedAt(status);
  const trouble = (unread && unreadTrouble(unread)) ?? ofStatus(status) ?? ofResults;
  return {
    ...rule,
    ...results,
    ...(evaluatedAt === undefined ? {} : { lastEvaluatedAt: evaluatedAt }),
    ...(trouble && { trouble }),
  };
};

/** The results of a rule as far as they were read, and why no further. */
export interface Counted {
  readonly told: Told;
  readonly unread?: SweepTrouble;
}

const countedOf = async (question: LaneQuestion, rule: string): Promise<Counted> => {
  const counted = await countPages(question, rule);
  const isRefused = counted.unread?.code === 'ValidationException' && rule.length > NAME_CHARS_MAX;
  return (isRefused ? await question.elsewhere(rule) : undefined) ?? counted;
};

/** A rule may have a name of twice as many, but cannot be asked for by it. */
const NAME_CHARS_MAX = 64;

const countPages = async ({ config, ask, room }: LaneQuestion, rule: string): Promise<Counted> => {
  const operation = 'config:GetComplianceDetailsByConfigRule';
  const tally = createTally(operation, room);
  try {
    const pages = everyPage(operation, (token) =>
      answered(ask, operation, (abortSignal) =>
        config.send(
          // Without a filter Config tells results of every type; INSUFFICIENT_DATA is none that can be asked for.
          new GetComplianceDetailsByConfigRuleCommand({
            ConfigRuleName: rule,
            Limit: RESULTS_PAGE_MAX,
            ...token,
          }),
          { abortSignal },
        ),
      ),
    );
    for await (const { EvaluationResults } of pages) {
      if (EvaluationResults === undefined) throw malformedAnswer(operation, 'a page without results');
      tally.add(EvaluationResults);
    }
    return { told: tally.told() };
  } catch (error) {
    return { told: tally.told(), unread: troubleOf(toPortError(error, operation)) };
  }
};

export const unreadTrouble = ({ operation, code, message }: SweepTrouble): RuleTrouble =>
  code === NO_ANSWER
    ? {
        code: RULE_TROUBLES.tooLarge,
        message: 'not all of its results could be read in one answer: those counted are some of them',
      }
    : { code, message: `not all of its results could be read, ${operation} failed: ${message}` };

const ofStatus = (status: RuleStatus | Error | undefined): RuleTrouble | undefined => {
  if (status === undefined)
    return { code: RULE_TROUBLES.neverEvaluated, message: 'Config knows no state of its evaluation' };
  if (!(status instanceof Error)) return troubleOfStatus(status);
  const { code, message } = troubleOf(status);
  return { code, message: `whether it errs could not be read, ${STATUS} failed: ${message}` };
};
