/**
 * A finding: "rule R says resource X in account A, region G is NON_COMPLIANT". Cases, permits and
 * reports all hang on its key, so the key is computed here and nowhere else.
 */
import { createHash } from 'node:crypto';

export interface Finding {
  /** 12-digit AWS account id. */
  readonly account: string;
  /** AWS Region code, or `global` for the resource types that every recording Region evaluates. */
  readonly region: string;
  /** The rule's name as its deployment calls it; without its decoration when the region is `global`. */
  readonly rule: string;
  /** `Source.SourceIdentifier` of the rule, e.g. `S3_BUCKET_VERSIONING_ENABLED`; absent for custom rules. */
  readonly ruleIdentifier?: string;
  /** CloudFormation type name, e.g. `AWS::S3::Bucket`. */
  readonly resourceType: string;
  /** The id that Config gives it: its meaning differs by type. */
  readonly resourceId: string;
}

/** Where Config evaluated the finding: what must be asked again for a verdict. */
export interface EvaluationOrigin {
  readonly region: string;
  /** The rule's name in that Region, with its decoration. */
  readonly configRuleName: string;
  /** As an event told it; a sweep's lists tell none. Nothing goes by it. */
  readonly configRuleArn?: string;
}

/** One account in one Region: SSM's quotas live there. */
export interface Lane {
  readonly account: string;
  readonly region: string;
}

export const laneId = (lane: Lane): string => `${lane.account}/${lane.region}`;

const GLOBAL_RESOURCE_TYPES = new Set([
  'AWS::IAM::User',
  'AWS::IAM::Group',
  'AWS::IAM::Role',
  'AWS::IAM::Policy',
]);

/** True for the types that Config records in every Region where global recording is on. */
export const isGlobalResourceType = (resourceType: string): boolean =>
  GLOBAL_RESOURCE_TYPES.has(resourceType);

const DECORATIONS: readonly RegExp[] = [
  /^securityhub-(?<plain>.+)-[0-9a-f]{8}$/,
  /^(?<plain>.+)-conformance-pack-[0-9a-z]{9}$/,
  /^OrgConfigRule-(?<plain>.+)-[0-9a-z]{6,12}$/,
];

/**
 * The rule's name without what Security Hub, conformance packs and organization rules add to it.
 *
 * @example
 * plainRuleName('securityhub-s3-bucket-versioning-enabled-baa2cf8c') // 's3-bucket-versioning-enabled'
 * plainRuleName('restricted-ssh') // 'restricted-ssh'
 */
export const plainRuleName = (configRuleName: string): string => {
  for (const decoration of DECORATIONS) {
    const plain = decoration.exec(configRuleName)?.groups?.plain;
    if (plain !== undefined) return plain;
  }
  return configRuleName;
};

/** Fields joined so that no value can pretend to be a separator. */
const joined = (...fields: readonly string[]): string => JSON.stringify(fields);

const shortHash = (text: string): string =>
  BigInt(`0x${createHash('sha256').update(text).digest('hex').slice(0, 20)}`)
    .toString(36)
    .padStart(16, '0');

/** Stable 16-character id of a finding's key (account, region, rule, resource type, resource id). */
export const findingId = (finding: Finding): string =>
  shortHash(joined(finding.account, finding.region, finding.rule, finding.resourceType, finding.resourceId));

/** Stable 16-character id of the resource alone: what a permit's lease locks. */
export const resourceKey = (finding: Finding): string =>
  shortHash(joined(finding.account, finding.region, finding.resourceType, finding.resourceId));

/** `<finding id>-<number>`: the nth case of one finding, counted from 1. */
export const caseId = (finding: Finding, number: number): string => `${findingId(finding)}-${number}`;
