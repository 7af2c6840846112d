/** What stacks there are: which resources each has made, so that the next deployment changes only what is different. */
import type { Table, World } from '../service.ts';
import type { Identity } from './intrinsics.ts';

export interface StackResource extends Identity {
  readonly logicalId: string;
  readonly type: string;
  /** SHA-256 of its properties as they were resolved. */
  readonly digest: string;
  /** It stays when it leaves the template (DeletionPolicy). */
  readonly retained: boolean;
}

export interface StackRecord {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** In the order in which they were made. */
  readonly resources: readonly StackResource[];
  readonly outputs: Readonly<Record<string, string>>;
}

export const stackTable = (world: World): Table<StackRecord> => world.table('cloudformation-stacks');

export const stackKey = (account: string, region: string, name: string): string =>
  `${account}/${region}/${name}`;
