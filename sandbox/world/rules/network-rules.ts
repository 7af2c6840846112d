/** The managed rules that watch security groups, subnets, instances, volumes and load balancers. */
import type { Json, Resource } from '../resource.ts';
import { complies, field, type ManagedRule, NOT_APPLICABLE } from './managed-rule.ts';

const GROUP = 'AWS::EC2::SecurityGroup';
const VOLUME = 'AWS::EC2::Volume';
const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';

/** One ingress rule of a security group, as Config records it. */
export type IngressRule = {
  readonly ipProtocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly ipRanges: readonly string[];
  readonly ipv6Ranges: readonly string[];
};

export const ingressOf = (group: Resource): readonly IngressRule[] =>
  (field(group, 'ipPermissions') ?? []) as readonly IngressRule[];

export const isOpenToAll = ({ ipRanges, ipv6Ranges }: IngressRule): boolean =>
  ipRanges.includes('0.0.0.0/0') || ipv6Ranges.includes('::/0');

/** Whether a rule lets TCP at the port; protocol `-1` lets everything at everything. */
export const reachesPort = (rule: IngressRule, port: number): boolean =>
  rule.ipProtocol === '-1' || (rule.ipProtocol === 'tcp' && rule.fromPort <= port && port <= rule.toPort);

const opened = (group: Resource, port: number): readonly Json[] => [
  ...ingressOf(group),
  { ipProtocol: 'tcp', fromPort: port, toPort: port, ipRanges: ['0.0.0.0/0'], ipv6Ranges: [] },
];

const isClosedFor = (group: Resource, ports: readonly number[]): boolean =>
  !ingressOf(group).some((rule) => isOpenToAll(rule) && ports.some((port) => reachesPort(rule, port)));

/** The ports that `restricted-common-ports` blocks unless told otherwise. */
export const COMMON_PORTS = [20, 21, 3389, 3306, 4333];

const isDefault = (group: Resource): boolean => field(group, 'groupName') === 'default';

export const NETWORK_RULES: readonly ManagedRule[] = [
  {
    identifier: 'INCOMING_SSH_DISABLED',
    name: 'restricted-ssh',
    resourceType: GROUP,
    trigger: 'both',
    judge: (group) => complies(isClosedFor(group, [22])),
    breaking: (group) => ({ ipPermissions: opened(group, 22) }),
  },
  {
    identifier: 'RESTRICTED_INCOMING_TRAFFIC',
    name: 'restricted-common-ports',
    resourceType: GROUP,
    trigger: 'both',
    inputParameters: {
      blockedPort1: '20',
      blockedPort2: '21',
      blockedPort3: '3389',
      blockedPort4: '3306',
      blockedPort5: '4333',
    },
    judge: (group) => complies(isClosedFor(group, COMMON_PORTS)),
    breaking: (group) => ({ ipPermissions: opened(group, 3389) }),
  },
  {
    identifier: 'VPC_DEFAULT_SECURITY_GROUP_CLOSED',
    name: 'vpc-default-security-group-closed',
    resourceType: GROUP,
    trigger: 'change',
    judge: (group) => (isDefault(group) ? complies(ingressOf(group).length === 0) : NOT_APPLICABLE),
    breaking: (group) => ({
      ipPermissions: [
        ...ingressOf(group),
        { ipProtocol: '-1', fromPort: 0, toPort: 65_535, ipRanges: ['10.0.0.0/8'], ipv6Ranges: [] },
      ],
    }),
  },
  {
    identifier: 'SUBNET_AUTO_ASSIGN_PUBLIC_IP_DISABLED',
    name: 'subnet-auto-assign-public-ip-disabled',
    resourceType: 'AWS::EC2::Subnet',
    trigger: 'change',
    judge: (subnet) => complies(field(subnet, 'mapPublicIpOnLaunch') === false),
    breaking: () => ({ mapPublicIpOnLaunch: true }),
  },
  {
    identifier: 'EC2_IMDSV2_CHECK',
    name: 'ec2-imdsv2-check',
    resourceType: 'AWS::EC2::Instance',
    trigger: 'change',
    judge: (instance) => complies(field(instance, 'metadataOptions', 'httpTokens') === 'required'),
    breaking: () => ({
      metadataOptions: { httpTokens: 'optional', httpPutResponseHopLimit: 1, httpEndpoint: 'enabled' },
    }),
  },
  {
    identifier: 'ENCRYPTED_VOLUMES',
    name: 'encrypted-volumes',
    resourceType: VOLUME,
    trigger: 'change',
    judge: (volume) =>
      field(volume, 'state') === 'in-use' ? complies(field(volume, 'encrypted') === true) : NOT_APPLICABLE,
    breaking: () => ({ encrypted: false }),
  },
  {
    identifier: 'EC2_VOLUME_INUSE_CHECK',
    name: 'ec2-volume-inuse-check',
    resourceType: VOLUME,
    trigger: 'change',
    judge: (volume) => complies(field(volume, 'state') === 'in-use'),
    breaking: () => ({ state: 'available', attachments: [] }),
  },
  {
    identifier: 'ALB_HTTP_DROP_INVALID_HEADER_ENABLED',
    name: 'alb-http-drop-invalid-header-enabled',
    resourceType: LOAD_BALANCER,
    trigger: 'change',
    judge: (balancer) => complies(field(balancer, 'dropInvalidHeaderFields') === true),
    breaking: () => ({ dropInvalidHeaderFields: false }),
  },
  {
    identifier: 'ELB_DELETION_PROTECTION_ENABLED',
    name: 'elb-deletion-protection-enabled',
    resourceType: LOAD_BALANCER,
    trigger: 'change',
    judge: (balancer) => complies(field(balancer, 'deletionProtection') === true),
    breaking: () => ({ deletionProtection: false }),
  },
];
