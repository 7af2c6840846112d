/**
 * Ids as Config gives them, one or more a resource type, and what lookups answer about them. All made up.
 */
import type { LookupName } from '../../../domain/catalog/catalog.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';

const arn = (service: string, rest: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;

export const RESOURCE_IDS: Readonly<Record<string, readonly string[]>> = {
  'AWS::::Account': [ACCOUNT],
  'AWS::ApiGateway::Stage': [`arn:aws:apigateway:${REGION}::/restapis/a1b2c3d4e5/stages/prod`],
  'AWS::Athena::WorkGroup': ['primary', 'team_a.reports'],
  'AWS::AutoScaling::AutoScalingGroup': [
    arn(
      'autoscaling',
      'autoScalingGroup:0f2c9d6e-1a2b-4c3d-8e4f-5a6b7c8d9e0f:autoScalingGroupName/web fleet',
    ),
  ],
  'AWS::CloudFront::Distribution': ['E1A2B3C4D5E6F7'],
  'AWS::CloudTrail::Trail': ['management-events', arn('cloudtrail', 'trail/management-events')],
  'AWS::CodeBuild::Project': [arn('codebuild', 'project/web-build'), 'web-build'],
  'AWS::DynamoDB::Table': ['orders', 'Orders.v2_eu'],
  'AWS::EC2::EIP': ['eipalloc-0a1b2c3d4e5f60718'],
  'AWS::EC2::Instance': ['i-0a1b2c3d4e5f60718', 'i-1a2b3c4d'],
  'AWS::EC2::NetworkAcl': ['acl-0a1b2c3d4e5f60718'],
  'AWS::EC2::SecurityGroup': ['sg-0a1b2c3d4e5f60718', 'sg-1a2b3c4d'],
  'AWS::EC2::Subnet': ['subnet-0a1b2c3d4e5f60718'],
  'AWS::EC2::VPC': ['vpc-0a1b2c3d4e5f60718'],
  'AWS::EC2::Volume': ['vol-0a1b2c3d4e5f60718', 'vol-1a2b3c4d'],
  'AWS::ElasticBeanstalk::Environment': ['e-a1b2c3d4e5'],
  'AWS::ElasticLoadBalancing::LoadBalancer': ['classic-web'],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': [
    arn('elasticloadbalancing', 'loadbalancer/app/web/0a1b2c3d4e5f6071'),
  ],
  'AWS::IAM::Group': ['AGPAQWERTYUIOPASDFGHJ'],
  'AWS::IAM::Policy': ['ANPAQWERTYUIOPASDFGHJ'],
  'AWS::IAM::Role': ['AROAQWERTYUIOPASDFGHJ'],
  'AWS::IAM::User': ['AIDAQWERTYUIOPASDFGHJ'],
  'AWS::KMS::Key': ['0f2c9d6e-1a2b-4c3d-8e4f-5a6b7c8d9e0f', 'mrk-0123456789abcdef0123456789abcdef'],
  'AWS::Kinesis::Stream': ['clicks'],
  'AWS::Lambda::Function': ['resize-images'],
  'AWS::OpenSearch::Domain': [`${ACCOUNT}/search-prod`, 'search-prod'],
  'AWS::RDS::DBCluster': ['cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  'AWS::RDS::DBClusterSnapshot': ['rds:orders-2026-01-31-03-00'],
  'AWS::RDS::DBInstance': ['db-ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  'AWS::RDS::DBSnapshot': ['orders-before-upgrade'],
  'AWS::Redshift::Cluster': ['warehouse-1'],
  'AWS::S3::AccountPublicAccessBlock': [ACCOUNT],
  'AWS::S3::Bucket': ['orders-archive', 'logs.example.com'],
  'AWS::SNS::Topic': [arn('sns', 'alerts'), arn('sns', 'orders.fifo')],
  'AWS::SSM::ManagedInstanceInventory': ['i-0a1b2c3d4e5f60718'],
  'AWS::SSM::PatchCompliance': ['AWS::SSM::ManagedInstanceInventory/i-0a1b2c3d4e5f60718'],
  'AWS::SageMaker::NotebookInstance': ['research-notebook'],
  'AWS::SecretsManager::Secret': [arn('secretsmanager', 'secret:prod/db-a1B2c3')],
  'AWS::StepFunctions::StateMachine': [arn('states', 'stateMachine:orders')],
  'AWS::WAF::WebACL': ['0f2c9d6e-1a2b-4c3d-8e4f-5a6b7c8d9e0f'],
  'AWS::WAFv2::WebACL': ['0f2c9d6e-1a2b-4c3d-8e4f-5a6b7c8d9e0f'],
};

/** Ids that a document takes in place of its type's usual one: it is made for one kind of load balancer. */
export const RESOURCE_IDS_OF_DOCUMENT: Readonly<Record<string, readonly string[]>> = {
  'AWSConfigRemediation-EnableNLBCrossZoneLoadBalancing': [
    arn('elasticloadbalancing', 'loadbalancer/net/ingress/0a1b2c3d4e5f6071'),
  ],
};

/** What the world answers about a resource of a type. */
export const lookupAnswer = (lookup: LookupName, resourceType: string): string => {
  switch (lookup) {
    case 'rds-instance-identifier':
      return 'orders-prod';
    case 'iam-arn':
      return `arn:aws:iam::${ACCOUNT}:role/service/deployer`;
    case 'resource-arn':
      return arn('wafv2', `regional/webacl/front-door/0f2c9d6e-1a2b-4c3d-8e4f-5a6b7c8d9e0f`);
    case 'resource-name':
      return resourceType === 'AWS::IAM::Group' ? 'auditors' : 'research-notebook';
    case 'ssm-instance-id':
      return 'i-0a1b2c3d4e5f60718';
  }
};

const KEY_ARN = arn('kms', 'key/0f2c9d6e-1a2b-4c3d-8e4f-5a6b7c8d9e0f');
const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/service/delivery`;
const LOG_GROUP_ARN = arn('logs', 'log-group:/audit/trail:*');

/** What a policy would give for the required parameters that have no fallback. */
export const POLICY_VALUES: Readonly<Record<string, string>> = {
  BucketName: 'central-logs',
  CloudWatchLogsLogGroupArn: LOG_GROUP_ARN,
  CloudWatchLogsRoleArn: ROLE_ARN,
  DeliveryStreamName: 'aws-waf-logs-central',
  FailureFeedbackRoleArn: ROLE_ARN,
  InlinePolicyName: 'read-orders',
  KMSKeyARN: KEY_ARN,
  KMSKeyId: KEY_ARN,
  KmsKeyArn: KEY_ARN,
  LambdaAssumeRole: ROLE_ARN,
  LogDestinationConfigs: arn('firehose', 'deliverystream/aws-waf-logs-central'),
  LogGroupArn: LOG_GROUP_ARN,
  MonitoringRoleArn: ROLE_ARN,
  PreferredMaintenanceWindow: 'Sun:03:00-Sun:04:00',
  RoleName: 'instance-baseline',
  RotationLambdaArn: arn('lambda', 'function:rotate-secret'),
  S3BucketName: 'central-logs',
  SecurityGroupIds: 'sg-0a1b2c3d4e5f60718',
  SubnetIds: 'subnet-0a1b2c3d4e5f60718,subnet-1a1b2c3d4e5f60718',
  SuccessFeedbackRoleArn: ROLE_ARN,
  TargetBucket: 'central-logs',
};
