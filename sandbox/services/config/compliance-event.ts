/** `Config Rules Compliance Change` exactly as Config puts it on the default bus. */
import type { EmitEvent } from '../../service.ts';
import type { ResourceRef } from '../../world/resource.ts';
import type { DeployedRule } from './deployed-rules.ts';
import type { Evaluation } from './evaluations.ts';

export const emitComplianceChange = (
  emit: EmitEvent,
  rule: DeployedRule,
  ref: ResourceRef,
  now: Evaluation,
  before: Evaluation | undefined,
): void =>
  emit({
    source: 'aws.config',
    detailType: 'Config Rules Compliance Change',
    account: ref.account,
    region: ref.region,
    resources: [],
    detail: {
      resourceId: ref.id,
      awsRegion: ref.region,
      awsAccountId: ref.account,
      configRuleName: rule.name,
      recordVersion: '1.0',
      configRuleARN: rule.arn,
      messageType: 'ComplianceChangeNotification',
      newEvaluationResult: evaluationResult(ref, now),
      ...(before === undefined ? {} : { oldEvaluationResult: evaluationResult(ref, before) }),
      notificationCreationTime: isoTime(now.recordedMs),
      resourceType: ref.type,
    },
  });

const isoTime = (ms: number): string => new Date(ms).toISOString();

const evaluationResult = (ref: ResourceRef, evaluation: Evaluation) => ({
  evaluationResultIdentifier: {
    evaluationResultQualifier: {
      configRuleName: evaluation.rule,
      resourceType: ref.type,
      resourceId: ref.id,
      evaluationMode: 'DETECTIVE',
    },
    orderingTimestamp: isoTime(evaluation.orderingMs),
  },
  complianceType: evaluation.complianceType,
  resultRecordedTime: isoTime(evaluation.recordedMs),
  configRuleInvokedTime: isoTime(evaluation.invokedMs),
  ...(evaluation.annotation === undefined ? {} : { annotation: evaluation.annotation }),
});
