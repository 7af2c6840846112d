/**
 * The things an account consists of. Every change of one leaves a note for Config's recorder, which
 * is how a change becomes a configuration item, an evaluation and at last an event.
 */
import type { Table, World } from '../service.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Configuration = { readonly [key: string]: Json };

/** Region of the resources that an account has only once: IAM's, and the account itself. */
export const GLOBAL_REGION = 'global';

export interface ResourceRef {
  readonly account: string;
  /** A Region, or `global`. */
  readonly region: string;
  readonly type: string;
  /** The id that Config gives it. */
  readonly id: string;
}

export interface Resource extends ResourceRef {
  readonly name: string;
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly configuration: Configuration;
  readonly createdMs: number;
}

/** "This resource changed, and Config has not seen it yet." */
export interface UnrecordedChange extends ResourceRef {
  readonly changedMs: number;
}

export const resourceKey = (ref: ResourceRef): string => `${ref.account}/${ref.region}/${ref.type}/${ref.id}`;

export const resourceTable = (world: World): Table<Resource> => world.table('resources');

export const unrecordedChanges = (world: World): Table<UnrecordedChange> => world.table('unrecorded-changes');

/** The resource as seen from a Region: its own, or the account's global one. */
export const findResource = (world: World, ref: ResourceRef): Resource | undefined =>
  resourceTable(world).get(resourceKey(ref)) ??
  resourceTable(world).get(resourceKey({ ...ref, region: GLOBAL_REGION }));

export const putResource = (world: World, resource: Resource, nowMs: number): void => {
  resourceTable(world).put(resourceKey(resource), resource);
  noteChange(world, resource, nowMs);
};

/** Changes parts of a configuration; values are replaced, not merged. Nothing happens to what does not exist. */
export const changeResource = (
  world: World,
  ref: ResourceRef,
  changes: Configuration,
  nowMs: number,
): void => {
  const resource = findResource(world, ref);
  if (resource === undefined) return;
  const configuration = { ...resource.configuration, ...changes };
  if (JSON.stringify(configuration) === JSON.stringify(resource.configuration)) return;
  putResource(world, { ...resource, configuration }, nowMs);
};

export const deleteResource = (world: World, ref: ResourceRef, nowMs: number): void => {
  const resource = findResource(world, ref);
  if (resource === undefined) return;
  resourceTable(world).delete(resourceKey(resource));
  noteChange(world, resource, nowMs);
};

/** The first unseen change counts: a busy resource must not put off its own recording for ever. */
export const noteChange = (world: World, { account, region, type, id }: ResourceRef, nowMs: number): void => {
  const ref = { account, region, type, id };
  const changes = unrecordedChanges(world);
  if (changes.get(resourceKey(ref)) === undefined)
    changes.put(resourceKey(ref), { ...ref, changedMs: nowMs });
};

/** Resources of the account that are seen from the Region, of one type or all. */
export const resourcesSeenFrom = function* (
  world: World,
  account: string,
  region: string,
  type?: string,
): Generator<Resource> {
  for (const resource of resourceTable(world).values()) {
    if (resource.account !== account) continue;
    if (resource.region !== region && resource.region !== GLOBAL_REGION) continue;
    if (type === undefined || resource.type === type) yield resource;
  }
};
