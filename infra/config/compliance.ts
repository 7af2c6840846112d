/** Compliance over AWS Config, asked in the account and Region that evaluated the finding. */
import {
  DescribeConfigRulesCommand,
  type EvaluationResult,
  GetComplianceDetailsByResourceCommand,
  SelectResourceConfigCommand,
  type SelectResourceConfigCommandInput,
  StartConfigRulesEvaluationCommand,
} from '@aws-sdk/client-config-service';
import type { Evaluation } from '../../domain/case/case.ts';
import type { LookupName } from '../../domain/catalog/catalog.ts';
import type { EvaluationOrigin, Finding, Lane } from '../../domain/finding.ts';
import { type Compliance, type ConfigRule, PortError } from '../../domain/ports.ts';
import { epochMs, hourMs, type Instant, instant } from '../../domain/time.ts';
import { calling, hasCode } from '../aws-errors.ts';
import type { MemberClients } from '../sts/member-clients.ts';
import { createTagReader, isQuotable, notIndexed, unsafeResourceId } from './tag-reader.ts';

export const createCompliance = (clients: MemberClients, now: () => Instant): Compliance => {
  const rules = new Map<string, { readonly rule: ConfigRule; readonly readAt: Instant }>();
  const laneOf = (account: string, { region }: EvaluationOrigin) => ({ account, region });

  const select = (lane: Lane, input: SelectResourceConfigCommandInput) =>
    calling('config:SelectResourceConfig', () =>
      clients.config(lane).send(new SelectResourceConfigCommand(input)),
    );
  const readTags = createTagReader({ select, now });

  const names = async (
    origin: EvaluationOrigin,
    { account, resourceId, resourceType }: Finding,
  ): Promise<Names> => {
    if (!isQuotable(resourceId)) throw unsafeResourceId();
    const { Results } = await select(laneOf(account, origin), {
      Expression: `SELECT resourceName, arn WHERE resourceId = '${resourceId}' AND resourceType = '${resourceType}'`,
    });
    if (Results?.[0] === undefined) throw notIndexed(resourceType, resourceId);
    return JSON.parse(Results[0]) as Names;
  };

  return {
    read: async (origin, finding) => {
      let token: string | undefined;
      do {
        const page = await calling('config:GetComplianceDetailsByResource', () =>
          clients.config(laneOf(finding.account, origin)).send(
            new GetComplianceDetailsByResourceCommand({
              ResourceType: finding.resourceType,
              ResourceId: finding.resourceId,
              ...(token ? { NextToken: token } : {}),
            }),
          ),
        );
        const found = (page.EvaluationResults ?? []).find(
          (result) => ruleNameOf(result) === origin.configRuleName,
        );
        if (found) return evaluationOf(found);
        token = page.NextToken;
      } while (token);
      return undefined;
    },

    requestEvaluation: async (origin, finding) => {
      try {
        await calling('config:StartConfigRulesEvaluation', () =>
          clients
            .configOnce(laneOf(finding.account, origin))
            .send(new StartConfigRulesEvaluationCommand({ ConfigRuleNames: [origin.configRuleName] })),
        );
      } catch (error) {
        if (!hasCode(error, 'LimitExceededException', 'ResourceInUseException')) throw error;
      }
    },

    rule: async (account, origin) => {
      // Keyed by what is asked, never by the ARN that an event brings along: nothing vouches for that.
      const key = `${account}/${origin.region}/${origin.configRuleName}`;
      const known = rules.get(key);
      if (known && epochMs(now()) - epochMs(known.readAt) < RULE_FRESH_MS) return known.rule;
      try {
        const { ConfigRules } = await calling('config:DescribeConfigRules', () =>
          clients
            .config(laneOf(account, origin))
            .send(new DescribeConfigRulesCommand({ ConfigRuleNames: [origin.configRuleName] })),
        );
        const source = ConfigRules?.[0]?.Source;
        if (source === undefined) return undefined;
        const rule: ConfigRule =
          source.Owner === 'AWS' && source.SourceIdentifier
            ? { owner: 'aws', identifier: source.SourceIdentifier }
            : { owner: 'custom' };
        rules.set(key, { rule, readAt: now() });
        return rule;
      } catch (error) {
        if (hasCode(error, 'NoSuchConfigRuleException')) return undefined;
        throw error;
      }
    },

    tags: (origin, { account, resourceType, resourceId }) =>
      readTags(laneOf(account, origin), resourceType, resourceId),

    lookup: async (name, origin, finding) => LOOKUPS[name](await names(origin, finding), finding),
  };
};

/** What a configuration item calls its resource. */
interface Names {
  readonly resourceName?: string;
  readonly arn?: string;
}

const LOOKUPS: Readonly<Record<LookupName, (found: Names, finding: Finding) => string | undefined>> = {
  'rds-instance-identifier': (found) => found.resourceName,
  'iam-arn': (found) => found.arn,
  'resource-arn': (found) => found.arn,
  'resource-name': (found) => found.resourceName,
  'ssm-instance-id': (_, { resourceId }) => /\b(i-[0-9a-f]{8,17})\b/.exec(resourceId)?.[1],
};

const ruleNameOf = (result: EvaluationResult): string | undefined =>
  result.EvaluationResultIdentifier?.EvaluationResultQualifier?.ConfigRuleName;

const evaluationOf = ({
  ComplianceType,
  ResultRecordedTime,
  ConfigRuleInvokedTime,
  Annotation,
}: EvaluationResult): Evaluation => {
  if (ComplianceType === undefined || ResultRecordedTime === undefined)
    throw new PortError(
      'transient',
      'MalformedAnswer',
      'config:GetComplianceDetailsByResource',
      'an evaluation without a result or its time',
    );
  return {
    compliance: ComplianceType,
    recordedAt: instant(ResultRecordedTime.getTime()),
    ...(ConfigRuleInvokedTime ? { invokedAt: instant(ConfigRuleInvokedTime.getTime()) } : {}),
    ...(Annotation ? { annotation: Annotation } : {}),
  };
};

const RULE_FRESH_MS = hourMs;
