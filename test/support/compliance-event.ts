/** A NON_COMPLIANT event as Config sends it, for tests that deliver their own. */
export interface EventFacts {
  readonly account: string;
  readonly region: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly configRuleName: string;
  readonly complianceType?: 'COMPLIANT' | 'NON_COMPLIANT';
  readonly nowMs: number;
}

export const complianceEvent = (facts: EventFacts) => {
  const {
    account,
    region,
    resourceType,
    resourceId,
    configRuleName,
    complianceType = 'NON_COMPLIANT',
  } = facts;
  const at = new Date(facts.nowMs).toISOString();
  const about = { configRuleName, resourceType, resourceId };
  return {
    version: '0',
    id: `event-${resourceId}-${facts.nowMs}`,
    'detail-type': 'Config Rules Compliance Change',
    source: 'aws.config',
    account,
    time: at,
    region,
    resources: [],
    detail: {
      ...about,
      awsRegion: region,
      awsAccountId: account,
      recordVersion: '1.0',
      configRuleARN: `arn:aws:config:${region}:${account}:config-rule/config-rule-aaaaaa`,
      messageType: 'ComplianceChangeNotification',
      newEvaluationResult: {
        evaluationResultIdentifier: { evaluationResultQualifier: about, orderingTimestamp: at },
        complianceType,
        resultRecordedTime: at,
        configRuleInvokedTime: at,
      },
      notificationCreationTime: at,
    },
  };
};
