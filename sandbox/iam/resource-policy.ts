/** The policies that resources carry themselves: queues, topics, buckets, event buses, and roles, whose trust it is. */
import type { World } from '../service.ts';
import { type BusRecord, busKey, busOfArn } from '../services/events/bus-store.ts';
import { stackBuckets } from '../services/s3/buckets.ts';
import type { Topic } from '../services/sns/topic-store.ts';
import { type QueueRecord, queueKeyOfArn } from '../services/sqs/queue-store.ts';
import { findRole } from '../world/roles.ts';
import { compilePolicy } from './compile-policy.ts';
import type { ResourceSide } from './evaluate.ts';
import type { PolicyDocument } from './policy-document.ts';
import { UnsupportedPolicy } from './unsupported-policy.ts';

type ResourcePolicy = Pick<ResourceSide, 'policy' | 'kind'>;

/** A role's trust is asked when it is to be assumed, not when it is passed on. */
export const resourcePolicyOf = (world: World, resource: string, action: string): ResourcePolicy => {
  if (action === 'sts:AssumeRole') return { kind: 'trust', policy: findRole(world, resource)?.trust };
  const service = resource.split(':')[2];
  const text = service === undefined ? undefined : POLICY_TEXTS[service]?.(world, resource);
  return {
    kind: 'resource',
    policy: text === undefined || text === '' ? undefined : parseResourcePolicy(text),
  };
};

const POLICY_TEXTS: Readonly<Record<string, (world: World, arn: string) => string | undefined>> = {
  sqs: (world, arn) =>
    world.table<QueueRecord>('sqs-queues').get(queueKeyOfArn(arn) ?? '')?.attributes.Policy,
  sns: (world, arn) => world.table<Topic>('sns-topics').get(arn)?.attributes.Policy,
  s3: (world, arn) => stackBuckets(world).get(arn.split(':')[5]?.split('/')[0] ?? '')?.policy,
  events: (world, arn) => {
    const place = busOfArn(arn);
    return place && world.table<BusRecord>('events-buses').get(busKey(place))?.policy;
  },
};

const parsed = new Map<string, PolicyDocument>();

/**
 * The document of a policy that an attribute holds as text: the same object for the same text.
 *
 * @throws UnsupportedPolicy
 */
export const parseResourcePolicy = (text: string): PolicyDocument => {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const document = parseJson(text);
  compilePolicy(document, 'resource');
  parsed.set(text, document);
  return document;
};

const parseJson = (text: string): PolicyDocument => {
  try {
    const document = JSON.parse(text);
    if (typeof document?.Statement === 'object' && document.Statement !== null) return document;
  } catch {
    // Told below.
  }
  throw new UnsupportedPolicy('it is no JSON with a Statement');
};
