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
import { createRemediationExceptionReader } from './remediation-exceptions.ts';
import { createRecordedReader, notIndexed, type RecordedFacts } from './tag-reader.ts';

export const createCompliance = (clients: MemberClients, now: () => Instant): Compliance => {
  const rules = new Map<string, { readonly rule: ConfigRule; readonly readAt: Instant }>();
  const laneOf = (account: string, { region }: EvaluationOrigin) => ({ account, region });

  const select = (lane: Lane, input: SelectResourceConfigCommandInput) =>
    calling('config:SelectResourceConfig', () =>
      clients.config(lane).send(new SelectResourceConfigCommand(input)),
    );
  const recorded = createRecordedReader({ select, now });
  const readException = createRemediationExceptionReader(clients, now);

  const names = async (
    origin: EvaluationOrigin,
    { account, resourceId, resourceType }: Finding,
  ): Promise<RecordedFacts> => {
    const facts = await recorded.facts(laneOf(account, origin), resourceType, resourceId);
    if (facts === undefined) throw notIndexed(resourceType, resourceId);
    return facts;
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
        if (found) return evaluationOf(found, 'config:GetComplianceDetailsByResource');
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
      recorded.tags(laneOf(account, origin), resourceType, resourceId),

    remediationException: readException,

    lookup: async (name, origin, finding) => LOOKUPS[name](await names(origin, finding), finding),
  };
};

const LOOKUPS: Readonly<Record<LookupName, (found: RecordedFacts, finding: Finding) => string | undefined>> =
  {
    'rds-instance-identifier': (found) => found.resourceName,
    'iam-arn': (found) => found.arn,
    'resource-arn': (found) => found.arn,
    'resource-name': (found) => found.resourceName,
    'ssm-instance-id': (_, { resourceId }) => /\b(i-[0-9a-f]{8,17})\b/.exec(resourceId)?.[1],
  };

const ruleNameOf = (result: EvaluationResult): string | undefined =>
  result.EvaluationResultIdentifier?.EvaluationResultQualifier?.ConfigRuleName;

/** @param operation that told it */
export const evaluationOf = (
  { ComplianceType, ResultRecordedTime, ConfigRuleInvokedTime, Annotation }: EvaluationResult,
  operation: string,
): Evaluation => {
  if (ComplianceType === undefined || ResultRecordedTime === undefined)
    throw new PortError(
      'transient',
      'MalformedAnswer',
      operation,
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
