/** What AWS Config's operations need: most of its actions know no resource. */
import { findRule } from '../../services/config/deployed-rules.ts';
import { type AccessRows, type CallSite, type Need, withoutResource } from './access-row.ts';

/** Rules are called by name, but their ARNs end in an id of their own. */
const onRule = (operation: string, name: string, site: CallSite): Need => ({
  action: `config:${operation}`,
  resource: findRule(site.world, site, name)?.arn ?? configArn(site, 'config-rule/*'),
});

const onRecorders =
  (operation: string) =>
  (input: { readonly ConfigurationRecorderNames?: readonly string[] }, site: CallSite): readonly Need[] =>
    (input.ConfigurationRecorderNames ?? ['*']).map((name) => ({
      action: `config:${operation}`,
      resource: configArn(site, `configuration-recorder/${name}/*`),
    }));

const onRecorder =
  (operation: string) =>
  ({ ConfigurationRecorderName: name }: { readonly ConfigurationRecorderName: string }, site: CallSite) => [
    { action: `config:${operation}`, resource: configArn(site, `configuration-recorder/${name}/*`) },
  ];

const onAggregator =
  (operation: string) =>
  (
    { ConfigurationAggregatorName: name }: { readonly ConfigurationAggregatorName: string },
    site: CallSite,
  ) => [{ action: `config:${operation}`, resource: configArn(site, `config-aggregator/${name}`) }];

const configArn = ({ account, region }: CallSite, rest: string): string =>
  `arn:aws:config:${region}:${account}:${rest}`;

export const CONFIG_ACCESS: AccessRows = {
  ...withoutResource('config', [
    'BatchGetResourceConfig',
    'DeleteRemediationExceptions',
    'DescribeComplianceByConfigRule',
    'DescribeComplianceByResource',
    'DescribeConfigRuleEvaluationStatus',
    'DescribeConfigRules',
    'DescribeConfigurationAggregators',
    'DescribeDeliveryChannelStatus',
    'DescribeDeliveryChannels',
    'DescribeRemediationExceptions',
    'GetComplianceDetailsByResource',
    'GetDiscoveredResourceCounts',
    'ListDiscoveredResources',
    'PutRemediationExceptions',
    'SelectResourceConfig',
  ]),
  DescribeAggregateComplianceByConfigRules: onAggregator('DescribeAggregateComplianceByConfigRules'),
  DescribeConfigurationAggregatorSourcesStatus: onAggregator('DescribeConfigurationAggregatorSourcesStatus'),
  DescribeConfigurationRecorders: onRecorders('DescribeConfigurationRecorders'),
  DescribeConfigurationRecorderStatus: onRecorders('DescribeConfigurationRecorderStatus'),
  StartConfigurationRecorder: onRecorder('StartConfigurationRecorder'),
  StopConfigurationRecorder: onRecorder('StopConfigurationRecorder'),
  GetAggregateComplianceDetailsByConfigRule: onAggregator('GetAggregateComplianceDetailsByConfigRule'),
  GetComplianceDetailsByConfigRule: ({ ConfigRuleName }: { readonly ConfigRuleName: string }, site) => [
    onRule('GetComplianceDetailsByConfigRule', ConfigRuleName, site),
  ],
  StartConfigRulesEvaluation: ({ ConfigRuleNames }: { readonly ConfigRuleNames?: readonly string[] }, site) =>
    (ConfigRuleNames ?? []).map((name) => onRule('StartConfigRulesEvaluation', name, site)),
};
