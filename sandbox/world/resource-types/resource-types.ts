/** Every kind of resource that the sandbox can hold, and how one of them comes to be. */
import type { World } from '../../service.ts';
import { type Configuration, GLOBAL_REGION, type Resource } from '../resource.ts';
import { worldSettings } from '../settings.ts';
import { instanceType, loadBalancerType, securityGroupType, subnetType, volumeType } from './compute.ts';
import { accountType, kmsKeyType, topicType, trailType, userType } from './governance.ts';
import type { ResourceType } from './resource-type.ts';
import { bucketType, dbInstanceType, logGroupType, redshiftClusterType, tableType } from './storage.ts';

export const RESOURCE_TYPES: readonly ResourceType[] = [
  bucketType,
  securityGroupType,
  volumeType,
  instanceType,
  subnetType,
  loadBalancerType,
  dbInstanceType,
  redshiftClusterType,
  tableType,
  logGroupType,
  kmsKeyType,
  trailType,
  topicType,
  userType,
  accountType,
];

export const findResourceType = (type: string): ResourceType | undefined =>
  RESOURCE_TYPES.find((candidate) => candidate.type === type);

/** Config evaluates `AWS::::Account` but keeps no configuration item of it. */
export const isRecordedType = (type: string): boolean => findResourceType(type)?.recorded !== false;

export interface NewResource {
  readonly account: string;
  readonly region: string;
  readonly type: string;
  readonly name: string;
  /** When the resource must have a certain id, as that of a captured event. */
  readonly id?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly configuration?: Configuration;
}

/** A healthy resource, but for the configuration given. It is not put into the world. */
export const makeResource = (world: World, wanted: NewResource, nowMs: number): Resource => {
  const type = findResourceType(wanted.type) ?? otherType(wanted.type);
  const naming = { ...wanted, seed: worldSettings(world).seed };
  const id = wanted.id ?? type.id(naming);
  return {
    account: wanted.account,
    region: type.global === true ? GLOBAL_REGION : wanted.region,
    type: type.type,
    id,
    name: wanted.name,
    arn: type.arn(naming, id),
    tags: wanted.tags ?? {},
    configuration: { ...type.healthy(naming, id), ...wanted.configuration },
    createdMs: nowMs,
  };
};

/** A type the sandbox knows nothing of: it exists and has an id, no more. */
const otherType = (type: string): ResourceType => ({
  type,
  ...(type.startsWith('AWS::IAM::') ? { global: true as const } : {}),
  id: ({ name }) => name,
  arn: ({ account, region, name }, id) =>
    id.startsWith('arn:')
      ? id
      : `arn:aws:${(type.split('::')[1] ?? 'other').toLowerCase()}:${region}:${account}:${name}`,
  healthy: () => ({}),
});
