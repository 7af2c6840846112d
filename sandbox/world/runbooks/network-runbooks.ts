/** The AWS-owned runbooks that mend security groups, subnets, instances, volumes and load balancers. */
import { deleteResource, findResource, type Json } from '../resource.ts';
import { field } from '../rules/managed-rule.ts';
import { type IngressRule, ingressOf, isOpenToAll, reachesPort } from '../rules/network-rules.ts';
import {
  assumeRole,
  changingRunbook,
  type RunbookParameter,
  type SandboxRunbook,
  type StepContext,
  StepFailure,
} from './runbook.ts';

const GROUP = 'AWS::EC2::SecurityGroup';
const VOLUME = 'AWS::EC2::Volume';
const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';

const idOf = (name: string, prefix: string, description: string): RunbookParameter => ({
  name,
  type: 'String',
  description,
  pattern: `^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`,
});

const groupId = (name: string) => idOf(name, 'sg', 'The ID of the security group.');

const loadBalancerArn: RunbookParameter = {
  name: 'LoadBalancerArn',
  type: 'String',
  description: 'The ARN of the load balancer.',
  pattern:
    '^arn:aws(-cn|-us-gov)?:elasticloadbalancing:[a-z0-9-]+:\\d{12}:loadbalancer/(app|net|gwy)/[A-Za-z0-9-]+/[0-9a-f]{16}$',
};

/** Ingress rules without what everybody on the internet may use, at some ports or at all. */
const withoutOpen = (rules: readonly IngressRule[], ports?: readonly number[]): readonly Json[] =>
  rules.filter(
    (rule) => !isOpenToAll(rule) || (ports !== undefined && !ports.some((port) => reachesPort(rule, port))),
  );

export const NETWORK_RUNBOOKS: readonly SandboxRunbook[] = [
  changingRunbook({
    document: 'AWS-DisablePublicAccessForSecurityGroup',
    description: 'Removes SSH and RDP ingress rules that are open to all IP addresses.',
    target: { type: GROUP, parameter: 'GroupId' },
    parameters: [
      groupId('GroupId'),
      { name: 'IpAddressToBlock', type: 'String', description: 'Further address to block.', default: '' },
    ],
    steps: {
      look: ['DescribeSecurityGroup', 'ec2:DescribeSecurityGroups'],
      change: ['RevokePublicIngress', 'ec2:RevokeSecurityGroupIngress'],
    },
    notFound: 'InvalidGroup.NotFound',
    changes: (_context, group) => ({ ipPermissions: withoutOpen(ingressOf(group), [22, 3389]) }),
  }),
  changingRunbook({
    document: 'AWS-DisableIncomingSSHOnPort22',
    description: 'Removes ingress rules that let unrestricted SSH traffic in on TCP port 22.',
    target: { type: GROUP, parameter: 'SecurityGroupIds' },
    parameters: [groupId('SecurityGroupIds')],
    steps: {
      change: ['DisableIncomingSSHTemplate', 'ec2:DescribeSecurityGroups', 'ec2:RevokeSecurityGroupIngress'],
    },
    notFound: 'InvalidGroup.NotFound',
    changes: (_context, group) => ({ ipPermissions: withoutOpen(ingressOf(group), [22]) }),
  }),
  changingRunbook({
    document: 'AWSConfigRemediation-RemoveUnrestrictedSourceIngressRules',
    description: 'Removes all ingress rules of a security group that are open to all addresses.',
    target: { type: GROUP, parameter: 'SecurityGroupId' },
    parameters: [groupId('SecurityGroupId')],
    steps: {
      change: [
        'RemoveUnrestrictedIngressRules',
        'ec2:DescribeSecurityGroups',
        'ec2:RevokeSecurityGroupIngress',
      ],
    },
    notFound: 'InvalidGroup.NotFound',
    changes: (_context, group) => ({ ipPermissions: withoutOpen(ingressOf(group)) }),
  }),
  changingRunbook({
    document: 'AWSConfigRemediation-RemoveVPCDefaultSecurityGroupRules',
    description: 'Removes all rules of the default security group of a VPC.',
    target: { type: GROUP, parameter: 'GroupId' },
    parameters: [groupId('GroupId')],
    steps: {
      look: ['AssertDefaultSecurityGroup', 'ec2:DescribeSecurityGroups'],
      change: [
        'RemoveDefaultSecurityGroupRules',
        'ec2:DescribeSecurityGroups',
        'ec2:RevokeSecurityGroupIngress',
        'ec2:RevokeSecurityGroupEgress',
      ],
    },
    notFound: 'InvalidGroup.NotFound',
    changes: (_context, group) => {
      if (field(group, 'groupName') !== 'default')
        throw new StepFailure(
          'InvalidParameterValue',
          `${group.id} is not the default security group of its VPC.`,
        );
      return { ipPermissions: [], ipPermissionsEgress: [] };
    },
  }),
  changingRunbook({
    document: 'AWSConfigRemediation-DisableSubnetAutoAssignPublicIP',
    description: 'Disables the assignment of public IPv4 addresses in a subnet.',
    target: { type: 'AWS::EC2::Subnet', parameter: 'SubnetId' },
    parameters: [idOf('SubnetId', 'subnet', 'The ID of the subnet.')],
    steps: {
      change: ['ModifySubnetAttribute', 'ec2:ModifySubnetAttribute'],
      verify: ['VerifySubnetAttribute', 'ec2:DescribeSubnets'],
    },
    notFound: 'InvalidSubnetID.NotFound',
    changes: () => ({ mapPublicIpOnLaunch: false }),
  }),
  ...['AWSConfigRemediation-EnforceEC2InstanceIMDSv2', 'AWSSupport-ConfigureEC2Metadata'].map(imdsRunbook),
  changingRunbook({
    document: 'AWSConfigRemediation-DropInvalidHeadersForALB',
    description: 'Lets an application load balancer drop invalid headers.',
    target: { type: LOAD_BALANCER, parameter: 'LoadBalancerArn' },
    parameters: [loadBalancerArn],
    steps: {
      change: ['ModifyLoadBalancerAttributes', 'elasticloadbalancing:ModifyLoadBalancerAttributes'],
      verify: ['VerifyAttributes', 'elasticloadbalancing:DescribeLoadBalancerAttributes'],
    },
    notFound: 'LoadBalancerNotFound',
    changes: () => ({ dropInvalidHeaderFields: true }),
  }),
  changingRunbook({
    document: 'AWSConfigRemediation-EnableELBDeletionProtection',
    description: 'Enables deletion protection of a load balancer.',
    target: { type: LOAD_BALANCER, parameter: 'LoadBalancerArn' },
    parameters: [loadBalancerArn],
    steps: {
      look: ['DescribeLoadBalancers', 'elasticloadbalancing:DescribeLoadBalancers'],
      change: ['EnableDeletionProtection', 'elasticloadbalancing:ModifyLoadBalancerAttributes'],
      verify: ['VerifyDeletionProtection', 'elasticloadbalancing:DescribeLoadBalancerAttributes'],
    },
    notFound: 'LoadBalancerNotFound',
    changes: () => ({ deletionProtection: true }),
  }),
  {
    document: 'AWSConfigRemediation-DeleteUnusedEBSVolume',
    description: 'Deletes an EBS volume that is not in use, after a snapshot of it when asked.',
    versions: ['1'],
    target: { type: VOLUME, parameter: 'VolumeId' },
    parameters: [
      idOf('VolumeId', 'vol', 'The ID of the volume.'),
      { name: 'CreateSnapshot', type: 'Boolean', description: 'Take a snapshot first.', default: 'false' },
      assumeRole('AWSConfigRemediation-DeleteUnusedEBSVolume'),
    ],
    steps: [
      {
        name: 'VerifyVolumeAndCreateSnapshot',
        action: 'aws:executeScript',
        durationMs: 1_500,
        access: (context) => [
          { action: 'ec2:DescribeVolumes', resource: '*' },
          ...(takesSnapshot(context)
            ? [
                { action: 'ec2:CreateSnapshot', resource: volumeArn(context) },
                { action: 'ec2:DescribeSnapshots', resource: '*' },
              ]
            : []),
        ],
        run: (context) => ({ VolumeId: [unusedVolume(context).id] }),
      },
      {
        name: 'DeleteVolume',
        action: 'aws:executeAwsApi',
        durationMs: 4_000,
        changes: true,
        access: (context) => [{ action: 'ec2:DeleteVolume', resource: volumeArn(context) }],
        run: (context) => {
          deleteResource(context.world, unusedVolume(context), context.nowMs);
          return undefined;
        },
      },
    ],
  },
];

function imdsRunbook(document: string): SandboxRunbook {
  return changingRunbook({
    document,
    description: 'Makes an EC2 instance demand IMDSv2.',
    target: { type: 'AWS::EC2::Instance', parameter: 'InstanceId' },
    parameters: [
      idOf('InstanceId', 'i', 'The ID of the instance.'),
      ...(document.startsWith('AWSSupport-')
        ? [
            {
              name: 'EnforceIMDSv2',
              type: 'String',
              description: 'Whether to demand session tokens.',
              default: 'required',
              allowedValues: ['required', 'optional'],
            } as const,
          ]
        : []),
      {
        name: 'HttpPutResponseHopLimit',
        type: 'Integer',
        description: 'Hop limit; 0 leaves it as it is.',
        default: '0',
      },
    ],
    steps: {
      change: ['ModifyInstanceMetadataOptions', 'ec2:ModifyInstanceMetadataOptions'],
      verify: ['VerifyMetadataOptions', 'ec2:DescribeInstances'],
    },
    notFound: 'InvalidInstanceID.NotFound',
    changes: (context, instance) => {
      const before = (field(instance, 'metadataOptions') ?? {}) as { readonly [key: string]: Json };
      const hops = Number(context.value('HttpPutResponseHopLimit'));
      const httpTokens = context.value('EnforceIMDSv2') || 'required';
      return {
        metadataOptions: { ...before, httpTokens, ...(hops > 0 ? { httpPutResponseHopLimit: hops } : {}) },
      };
    },
  });
}

const takesSnapshot = (context: StepContext): boolean =>
  context.value('CreateSnapshot').toLowerCase() === 'true';

const volumeArn = ({ account, region, value }: StepContext): string =>
  `arn:aws:ec2:${region}:${account}:volume/${value('VolumeId')}`;

const unusedVolume = (context: StepContext) => {
  const { world, account, region } = context;
  const id = context.value('VolumeId');
  const volume = findResource(world, { account, region, type: VOLUME, id });
  if (volume === undefined)
    throw new StepFailure('InvalidVolume.NotFound', `The volume '${id}' does not exist.`);
  if (field(volume, 'state') === 'in-use')
    throw new StepFailure('VolumeInUse', `The volume ${id} is attached and is not deleted.`);
  return volume;
};
