/** What Config records and evaluates in a lane: how many resources of each type, and which rules, how often. */
import {
  type ConfigRule,
  DescribeConfigRulesCommand,
  DescribeConfigurationRecordersCommand,
  GetDiscoveredResourceCountsCommand,
} from '@aws-sdk/client-config-service';
import type { RecordedFacts } from '../../domain/compliance/entries-served.ts';
import { type Lane, plainRuleName } from '../../domain/finding.ts';
import { type SweepTrouble, troubleOf } from '../../domain/sweep/sweep-report.ts';
import type { Instant } from '../../domain/time.ts';
import { toPortError } from '../aws-errors.ts';
import { type Ask, askUntil } from '../doctor/ask.ts';
import type { MemberClients } from '../sts/member-clients.ts';
import { answered } from './answered.ts';
import { everyPage } from './result-pages.ts';
import { malformedAnswer } from './tally.ts';

export interface RecordedReaderOptions {
  readonly members: Pick<MemberClients, 'config'>;
  readonly now: () => Instant;
}

/** Never throws: what could not be read is told as trouble. */
export const createRecordedReader = ({
  members,
  now,
}: RecordedReaderOptions): ((lane: Lane) => Promise<RecordedFacts>) => {
  return async (lane) => {
    const ask = askUntil(AbortSignal.timeout(WHOLE_MS_MAX), () => undefined);
    const config = members.config(lane);
    const troubles: SweepTrouble[] = [];
    const orNothing = async <T>(operation: string, read: (operation: string) => Promise<T>, nothing: T) => {
      try {
        return await read(operation);
      } catch (error) {
        troubles.push(troubleOf(toPortError(error, operation)));
        return nothing;
      }
    };
    const [counts, rules, frequencyOf] = await Promise.all([
      orNothing('config:GetDiscoveredResourceCounts', (operation) => readCounts(config, ask, operation), []),
      orNothing('config:DescribeConfigRules', (operation) => readRules(config, ask, operation), []),
      orNothing(
        'config:DescribeConfigurationRecorders',
        (operation) => readFrequency(config, ask, operation),
        () => undefined,
      ),
    ]);
    return {
      lane,
      readAt: now(),
      types: counts.map(({ type, resources }) => {
        const frequency = frequencyOf(type);
        return { type, resources, ...(frequency === undefined ? {} : { frequency }) };
      }),
      rules,
      troubles,
    };
  };
};

const WHOLE_MS_MAX = 20_000;

type Config = ReturnType<MemberClients['config']>;

const readCounts = async (
  config: Config,
  ask: Ask,
  operation: string,
): Promise<readonly { readonly type: string; readonly resources: number }[]> => {
  const counts: { type: string; resources: number }[] = [];
  let token: string | undefined;
  do {
    const page = await answered(ask, operation, (abortSignal) =>
      config.send(
        new GetDiscoveredResourceCountsCommand({
          limit: COUNTS_PAGE_MAX,
          ...(token !== undefined && { nextToken: token }),
        }),
        { abortSignal },
      ),
    );
    for (const { resourceType: type, count } of page.resourceCounts ?? []) {
      if (!type || count === undefined) throw malformedAnswer(operation, 'a count without its type');
      counts.push({ type, resources: count });
    }
    if (page.nextToken !== undefined && page.nextToken === token)
      throw malformedAnswer(operation, 'a page names itself as its next one');
    token = page.nextToken || undefined;
  } while (token !== undefined);
  return counts;
};

const COUNTS_PAGE_MAX = 100;

const readRules = async (config: Config, ask: Ask, operation: string): Promise<RecordedFacts['rules']> => {
  const rules: RecordedFacts['rules'][number][] = [];
  const pages = everyPage(operation, (token) =>
    answered(ask, operation, (abortSignal) =>
      config.send(new DescribeConfigRulesCommand(token), { abortSignal }),
    ),
  );
  for await (const { ConfigRules = [] } of pages)
    for (const rule of ConfigRules) if (rule.ConfigRuleName) rules.push(ruleOf(rule, rule.ConfigRuleName));
  return rules;
};

const ruleOf = (
  { Source, Scope, MaximumExecutionFrequency }: ConfigRule,
  name: string,
): RecordedFacts['rules'][number] => {
  const everyHours = HOURS[MaximumExecutionFrequency ?? ''];
  return {
    name,
    plainName: plainRuleName(name),
    ...(Source?.Owner === 'AWS' && Source.SourceIdentifier ? { identifier: Source.SourceIdentifier } : {}),
    ...(everyHours === undefined ? {} : { everyHours }),
    ...(Scope?.ComplianceResourceTypes?.length ? { types: Scope.ComplianceResourceTypes } : {}),
  };
};

const HOURS: Readonly<Record<string, number | undefined>> = {
  One_Hour: 1,
  Three_Hours: 3,
  Six_Hours: 6,
  Twelve_Hours: 12,
  TwentyFour_Hours: 24,
};

/** By resource type: a recorder may record some of them daily, and the others as they change. */
const readFrequency = async (
  config: Config,
  ask: Ask,
  operation: string,
): Promise<(type: string) => 'continuous' | 'daily' | undefined> => {
  const { ConfigurationRecorders = [] } = await answered(ask, operation, (abortSignal) =>
    config.send(new DescribeConfigurationRecordersCommand({}), { abortSignal }),
  );
  const mode = ConfigurationRecorders[0]?.recordingMode;
  const overrides = mode?.recordingModeOverrides ?? [];
  return (type) => {
    const own = overrides.find(({ resourceTypes = [] }) =>
      (resourceTypes as readonly string[]).includes(type),
    );
    return FREQUENCIES[own?.recordingFrequency ?? mode?.recordingFrequency ?? ''];
  };
};

const FREQUENCIES: Readonly<Record<string, 'continuous' | 'daily' | undefined>> = {
  CONTINUOUS: 'continuous',
  DAILY: 'daily',
};
