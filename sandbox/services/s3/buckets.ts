/**
 * The buckets there are: those of the world, which Config watches and runbooks change, and those that a stack makes
 * for selfheal itself, which nobody evaluates.
 */
import type { Table, World } from '../../service.ts';
import { resourceTable } from '../../world/resource.ts';

export interface Bucket {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** `AES256` or `aws:kms`: what objects get that ask for nothing. */
  readonly encryption: string;
}

export interface StackBucket extends Bucket {
  /** JSON. */
  readonly policy?: string;
}

export const stackBuckets = (world: World): Table<StackBucket> => world.table('s3-stack-buckets');

/**
 * On AWS a name is one bucket's. In this world accounts may have buckets of one name: whoever asks means their own.
 */
export const findBucket = (
  world: World,
  name: string,
  { account, region }: { readonly account: string; readonly region: string },
): StackBucket | undefined => {
  const made = stackBuckets(world).get(name);
  if (made !== undefined) return made;
  const found = [...resourceTable(world).values()].filter(
    (one) => one.type === 'AWS::S3::Bucket' && one.name === name,
  );
  const own = found.filter((one) => one.account === account);
  const bucket = own.find((one) => one.region === region) ?? own[0] ?? found[0];
  if (bucket === undefined) return undefined;
  const { sseAlgorithm = 'AES256' } = (bucket.configuration.encryption ?? {}) as {
    readonly sseAlgorithm?: string;
  };
  return { name, account: bucket.account, region: bucket.region, encryption: sseAlgorithm };
};
