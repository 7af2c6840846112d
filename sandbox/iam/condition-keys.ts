/**
 * The condition keys that requests in the sandbox carry. A condition on another key would never hold, and a
 * Deny that never holds looks just like one that does: so it is refused when the policy is loaded.
 */
import { UnsupportedPolicy } from './unsupported-policy.ts';

/** Of the services whose calls the sandbox judges itself; by prefix, without it. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  aws: [
    'PrincipalAccount',
    'PrincipalArn',
    'PrincipalIsAWSService',
    'PrincipalOrgID',
    'PrincipalServiceName',
    'PrincipalType',
    'RequestedRegion',
    'ResourceAccount',
    'ResourceOrgID',
    'SecureTransport',
    'SourceAccount',
    'SourceArn',
    'SourceOrgID',
  ],
  config: [],
  dynamodb: ['Attributes', 'LeadingKeys'],
  events: ['source', 'detail-type'],
  iam: ['AWSServiceName', 'PassedToService', 'PolicyARN'],
  // An object with a grant of its own is refused before anybody is asked.
  s3: ['x-amz-acl'],
  sns: ['Endpoint', 'Protocol'],
  sqs: [],
  ssm: ['DocumentVersion'],
  sts: ['ExternalId', 'RoleSessionName'],
};

/** Tags of resources and requests: given by who asks for the access of a runbook's step. */
const TAG_KEY = /^aws:(?:ResourceTag|RequestTag|PrincipalTag)\/[\w.:/=+@-]+$/i;
const KEY_FORM = /^([a-z0-9-]+):[\w.:/=+@-]+$/i;

/** @throws UnsupportedPolicy */
export const checkConditionKey = (key: string): void => {
  const prefix = KEY_FORM.exec(key)?.[1]?.toLowerCase();
  if (prefix === undefined) throw new UnsupportedPolicy(`"${key}" is no condition key`);
  const known = KNOWN[prefix];
  const isKnown = known?.some((name) => `${prefix}:${name}`.toLowerCase() === key.toLowerCase()) ?? true;
  if (!isKnown && !TAG_KEY.test(key) && !isMultivalued(key))
    throw new UnsupportedPolicy(`no request in it carries the condition key ${key}`);
};

const MULTIVALUED: ReadonlySet<string> = new Set([
  'aws:tagkeys',
  'dynamodb:attributes',
  'dynamodb:leadingkeys',
  'ssm:documentversion',
]);

/** Whether a request may carry several values of it, so that a condition must say `ForAllValues` or `ForAnyValue`. */
export const isMultivalued = (key: string): boolean => MULTIVALUED.has(key.toLowerCase());
