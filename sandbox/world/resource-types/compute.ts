/** What runs in a VPC, and what lets traffic at it. */
import { derivedHex } from '../ids.ts';
import type { Naming, ResourceType } from './resource-type.ts';

const ec2Id = (prefix: string, { account, region, name, seed }: Naming): string =>
  `${prefix}-${derivedHex(17, seed, account, region, prefix, name)}`;

const ec2Arn = (kind: string, { account, region }: Naming, id: string): string =>
  `arn:aws:ec2:${region}:${account}:${kind}/${id}`;

export const securityGroupType: ResourceType = {
  type: 'AWS::EC2::SecurityGroup',
  id: (naming) => ec2Id('sg', naming),
  arn: (naming, id) => ec2Arn('security-group', naming, id),
  healthy: ({ name }, id) => ({
    groupId: id,
    groupName: name,
    ipPermissions:
      name === 'default'
        ? []
        : [{ ipProtocol: 'tcp', fromPort: 443, toPort: 443, ipRanges: ['10.0.0.0/8'], ipv6Ranges: [] }],
    ipPermissionsEgress: [],
  }),
};

export const volumeType: ResourceType = {
  type: 'AWS::EC2::Volume',
  id: (naming) => ec2Id('vol', naming),
  arn: (naming, id) => ec2Arn('volume', naming, id),
  healthy: (naming, id) => ({
    volumeId: id,
    encrypted: true,
    size: 100,
    state: 'in-use',
    attachments: [{ instanceId: ec2Id('i', naming), device: '/dev/xvdf' }],
  }),
};

export const instanceType: ResourceType = {
  type: 'AWS::EC2::Instance',
  id: (naming) => ec2Id('i', naming),
  arn: (naming, id) => ec2Arn('instance', naming, id),
  healthy: (_naming, id) => ({
    instanceId: id,
    instanceType: 't3.medium',
    state: { name: 'running' },
    metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1, httpEndpoint: 'enabled' },
  }),
};

export const subnetType: ResourceType = {
  type: 'AWS::EC2::Subnet',
  id: (naming) => ec2Id('subnet', naming),
  arn: (naming, id) => ec2Arn('subnet', naming, id),
  healthy: (naming, id) => ({
    subnetId: id,
    vpcId: ec2Id('vpc', { ...naming, name: 'main' }),
    cidrBlock: '10.0.1.0/24',
    mapPublicIpOnLaunch: false,
  }),
};

export const loadBalancerType: ResourceType = {
  type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
  id: (naming) => loadBalancerArn(naming),
  arn: (naming) => loadBalancerArn(naming),
  healthy: ({ name }, id) => ({
    loadBalancerArn: id,
    loadBalancerName: name,
    type: 'application',
    dropInvalidHeaderFields: true,
    deletionProtection: true,
    desyncMitigationMode: 'defensive',
  }),
};

const loadBalancerArn = ({ account, region, name, seed }: Naming): string =>
  `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/${name}/${derivedHex(16, seed, account, region, name)}`;
