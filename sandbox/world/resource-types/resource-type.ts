/** What the sandbox knows of a kind of resource: how its ids look and what a healthy one is configured as. */
import type { Configuration } from '../resource.ts';

/** What a resource's ids are made from. */
export interface Naming {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** The world's seed. */
  readonly seed: string;
}

export interface ResourceType {
  /** CloudFormation type name, e.g. `AWS::S3::Bucket`. */
  readonly type: string;
  /** True for what an account has only once, seen from every Region that records it. */
  readonly global?: true;
  /** False for what Config evaluates without ever recording it. Default true. */
  readonly recorded?: false;
  /** The id Config gives it. */
  id(naming: Naming): string;
  arn(naming: Naming, id: string): string;
  /** A configuration with which every managed rule of the type is content. */
  healthy(naming: Naming, id: string): Configuration;
}
