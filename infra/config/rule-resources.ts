/**
 * How many resources a rule looks at, of which a blast radius is a share. A sweep stores what it has counted;
 * where that is missing or old, Config is asked now. What is not known makes the number smaller, never larger.
 */
import { GetComplianceDetailsByConfigRuleCommand } from '@aws-sdk/client-config-service';
import { type Finding, type Lane, laneId } from '../../domain/finding.ts';
import { PortError, type RuleResources } from '../../domain/ports.ts';
import { dayMs, type Instant, minuteMs, plusMs } from '../../domain/time.ts';
import { calling, hasCode } from '../aws-errors.ts';
import type { Documents, Values } from '../dynamodb/documents.ts';
import type { MemberClients } from '../sts/member-clients.ts';

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

  const record: RuleResources['record'] = async (rule, lane, count, at) => {
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
    let count = 0;
    let token: string | undefined;
    do {
      const page = await calling('config:GetComplianceDetailsByConfigRule', () =>
        clients.config({ account, region }).send(
          new GetComplianceDetailsByConfigRuleCommand({
            ConfigRuleName: rule,
            ComplianceTypes: ['COMPLIANT', 'NON_COMPLIANT'],
            Limit: 100,
            ...(token && { NextToken: token }),
          }),
        ),
      );
      if (page.EvaluationResults === undefined)
        throw new PortError(
          'transient',
          'MalformedAnswer',
          'config:GetComplianceDetailsByConfigRule',
          'a page without evaluations',
        );
      count += page.EvaluationResults.length;
      token = page.NextToken;
    } while (token);
    return count;
  };

  return {
    record,
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
  if (!Number.isInteger(count) || count === undefined || typeof at !== 'string')
    throw new PortError(
      'terminal',
      'MalformedItem',
      'dynamodb:GetItem',
      `the number of resources under ${name} is none`,
    );
  return [[name.slice(LANE.length), { count, at }]];
};

const OWN_FRESH_MS = dayMs;
/** A sweep may come late once. */
const OTHERS_FRESH_MS = 2 * dayMs;
const KNOWN_MS = 15 * minuteMs;
