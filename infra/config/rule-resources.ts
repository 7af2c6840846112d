/**
 * How many resources a rule looks at, of which a blast radius is a share. A start asks Config about its own lane,
 * at most once a day, and stores the answer for the starts in other lanes. What is not known makes the number
 * smaller, never larger.
 */
import { GetComplianceDetailsByConfigRuleCommand } from '@aws-sdk/client-config-service';
import { type Finding, type Lane, laneId } from '../../domain/finding.ts';
import { PortError, type RuleResources } from '../../domain/ports.ts';
import { dayMs, type Instant, minuteMs, plusMs } from '../../domain/time.ts';
import { calling, hasCode } from '../aws-errors.ts';
import type { Documents, Values } from '../dynamodb/documents.ts';
import type { MemberClients } from '../sts/member-clients.ts';
import { everyPage, RESULTS_PAGE_MAX } from './result-pages.ts';

export interface RuleResourcesOptions {
  readonly client: Documents;
  readonly tableName: string;
  readonly clients: Pick<MemberClients, 'config'>;
  readonly now: () => Instant;
}

interface Counted {
  readonly count: number;
  readonly at: Instant;
}

export const createRuleResources = ({
  client,
  tableName,
  clients,
  now,
}: RuleResourcesOptions): RuleResources => {
  const known = new Map<string, { readonly count: number; readonly until: Instant }>();

  /** An older number replaces no newer one. */
  const record = async (rule: string, lane: Lane, count: number, at: Instant): Promise<void> => {
    try {
      await calling('dynamodb:UpdateItem', () =>
        client.update({
          TableName: tableName,
          Key: keyOf(rule),
          UpdateExpression: 'SET #lane = :counted',
          ConditionExpression: 'attribute_not_exists(#lane) OR #lane.countedAt <= :at',
          ExpressionAttributeNames: { '#lane': `${LANE}${laneId(lane)}` },
          ExpressionAttributeValues: { ':counted': { count, countedAt: at }, ':at': at },
        }),
      );
    } catch (error) {
      if (!hasCode(error, 'ConditionalCheckFailedException')) throw error;
    }
  };

  const read = async (rule: string): Promise<ReadonlyMap<string, Counted>> => {
    const { Item } = await calling('dynamodb:GetItem', () =>
      client.get({ TableName: tableName, Key: keyOf(rule), ConsistentRead: true }),
    );
    return new Map(Object.entries(Item ?? {}).flatMap(([name, value]) => counted(name, value)));
  };

  const countNow = async ({ account }: Finding, region: string, rule: string): Promise<number> => {
    const operation = 'config:GetComplianceDetailsByConfigRule';
    const pages = everyPage(operation, (token) =>
      clients.config({ account, region }).send(
        new GetComplianceDetailsByConfigRuleCommand({
          ConfigRuleName: rule,
          ComplianceTypes: ['COMPLIANT', 'NON_COMPLIANT'],
          Limit: RESULTS_PAGE_MAX,
          ...token,
        }),
      ),
    );
    let count = 0;
    for await (const { EvaluationResults } of pages) {
      if (EvaluationResults === undefined)
        throw new PortError('transient', 'MalformedAnswer', operation, 'a page without evaluations');
      count += EvaluationResults.length;
      if (count >= COUNTED_MAX) break;
    }
    return count;
  };

  return {
    count: async (finding, origin) => {
      const rule = finding.ruleIdentifier ?? finding.rule;
      // What every Region evaluates is counted once an account.
      const lane: Lane = { account: finding.account, region: finding.region };
      const key = `${rule} ${laneId(lane)}`;
      const at = now();
      const cached = known.get(key);
      if (cached !== undefined && at < cached.until) return cached.count;
      const lanes = new Map(await read(rule));
      const own = lanes.get(laneId(lane));
      if (own === undefined || own.at <= plusMs(at, -OWN_FRESH_MS)) {
        const count = await countNow(finding, origin.region, origin.configRuleName);
        await record(rule, lane, count, at);
        lanes.set(laneId(lane), { count, at });
      }
      const oldest = plusMs(at, -OTHERS_FRESH_MS);
      const sum = [...lanes.values()].reduce((all, one) => (one.at > oldest ? all + one.count : all), 0);
      known.set(key, { count: sum, until: plusMs(at, KNOWN_MS) });
      return sum;
    },
  };
};

const LANE = 'lane#';

/** Beside the rule's scope. */
const keyOf = (rule: string): Values => ({ pk: `scope#rule#${rule}`, sk: 'resources' });

const counted = (name: string, value: unknown): readonly (readonly [string, Counted])[] => {
  if (!name.startsWith(LANE)) return [];
  const { count, countedAt: at } = (value ?? {}) as { readonly count?: number; readonly countedAt?: Instant };
  if (count === undefined || !Number.isInteger(count) || count < 0 || !isInstant(at))
    throw new PortError(
      'terminal',
      'MalformedItem',
      'dynamodb:GetItem',
      `what was counted under ${name} is no number of resources and its time: take the attribute away by hand`,
    );
  return [[name.slice(LANE.length), { count, at }]];
};

const isInstant = (at: unknown): at is Instant => typeof at === 'string' && !Number.isNaN(Date.parse(at));

const OWN_FRESH_MS = dayMs;
/** Twice as long as a lane's own: it is counted again only when something starts in it. */
const OTHERS_FRESH_MS = 2 * dayMs;
const KNOWN_MS = 15 * minuteMs;
/** In one lane; a hundred pages. Where there are more, as many are enough: other limits are reached before. */
const COUNTED_MAX = 10_000;
