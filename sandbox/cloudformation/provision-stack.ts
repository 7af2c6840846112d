/**
 * Makes in one account and Region of the sandbox what a template says, and makes no more of it the next time than
 * has changed. Resources that left the template are removed last. When one fails the error names it; those before
 * it stay, and the next try goes on from there.
 */
import { createHash } from 'node:crypto';
import { createResolver, type Identity, type Resolver } from './intrinsics.ts';
import { resolveParameters } from './parameters.ts';
import { creationOrder } from './references.ts';
import type { ResourcePlace, StackPlace } from './resource-type.ts';
import { resourceTypeNamed } from './resources/resource-types.ts';
import { type StackRecord, type StackResource, stackKey, stackTable } from './stack-store.ts';
import {
  type Json,
  type JsonObject,
  type ResourceDeclaration,
  type Template,
  TemplateProblem,
} from './template.ts';

export interface ProvisionOptions extends StackPlace {
  readonly template: Template;
  readonly parameters: Readonly<Record<string, string>>;
}

/** @throws Error that begins with the stack, its account and Region, and the resource it got no further than */
export const provisionStack = async (options: ProvisionOptions): Promise<StackRecord> => {
  const { account, region, stackName, world } = options;
  try {
    const before = stackTable(world).get(stackKey(account, region, stackName))?.resources ?? [];
    const { resources, outputs } = await make(options, before);
    await removeOthers(options, before, resources);
    const record: StackRecord = { account, region, name: stackName, resources, outputs };
    const key = stackKey(account, region, stackName);
    if (JSON.stringify(stackTable(world).get(key)) !== JSON.stringify(record))
      stackTable(world).put(key, record);
    return record;
  } catch (error) {
    throw new Error(
      `Cannot deploy the stack ${stackName} to ${account}/${region}: ${(error as Error).message}`,
      { cause: error },
    );
  }
};

const make = async (
  options: ProvisionOptions,
  before: readonly StackResource[],
): Promise<Pick<StackRecord, 'resources' | 'outputs'>> => {
  const { template } = options;
  const made = new Map<string, StackResource>();
  const resolver = createResolver({
    template,
    parameters: resolveParameters(template, options.parameters),
    pseudo: pseudoParameters(options),
    resources: made,
  });
  const known = new Map(before.map((resource) => [resource.logicalId, resource]));
  for (const logicalId of creationOrder(template)) {
    const declared = template.Resources[logicalId] as ResourceDeclaration;
    const path = `Resources.${logicalId}`;
    if (declared.Condition !== undefined && !resolver.holds(declared.Condition, `${path}.Condition`))
      continue;
    const properties = resolver.resolve(declared.Properties, `${path}.Properties`) as JsonObject;
    try {
      made.set(
        logicalId,
        await putResource(declared, properties, { ...options, logicalId }, known.get(logicalId)),
      );
    } catch (error) {
      throw new TemplateProblem(`${path} (${declared.Type})`, (error as Error).message);
    }
  }
  return { resources: [...made.values()], outputs: outputsOf(template, resolver) };
};

const pseudoParameters = ({ account, region, stackName }: StackPlace): Readonly<Record<string, string>> => ({
  'AWS::AccountId': account,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': stackName,
  'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/00000000-0000-4000-a000-000000000000`,
});

/** What is as it was is not put again: only asked who it is, since a URL may be another one after a restart. */
const putResource = async (
  { Type: type, DeletionPolicy }: ResourceDeclaration,
  properties: JsonObject,
  place: ResourcePlace,
  before: StackResource | undefined,
): Promise<StackResource> => {
  const handler = resourceTypeNamed(type);
  const { digest, known } = recognized(properties);
  if (before?.digest !== digest || before.type !== type) await handler.put(known, place);
  const { ref, attributes } = await handler.identify(known, place);
  const retained = DeletionPolicy === 'Retain' || DeletionPolicy === 'RetainExceptOnCreate';
  return { logicalId: place.logicalId, type, ref, attributes, digest, retained };
};

/**
 * The same object for properties that say the same: the member stack says it in every lane and every world of this
 * process, and what was made of them, read by a schema or compiled as a policy, is kept by the object.
 */
const recognized = (properties: JsonObject): Recognized => {
  const text = JSON.stringify(properties);
  const before = propertiesByText.get(text);
  if (before !== undefined) return before;
  if (propertiesByText.size >= PROPERTIES_KEPT_MAX) propertiesByText.clear();
  const first = { digest: createHash('sha256').update(text).digest('base64url'), known: properties };
  propertiesByText.set(text, first);
  return first;
};

interface Recognized {
  readonly digest: string;
  readonly known: JsonObject;
}

const propertiesByText = new Map<string, Recognized>();
/** Those of the hub and of a few dozen lanes. */
const PROPERTIES_KEPT_MAX = 1_000;

const outputsOf = ({ Outputs }: Template, resolver: Resolver): Readonly<Record<string, string>> => {
  const outputs: Record<string, string> = {};
  for (const [name, { Value, Condition }] of Object.entries(Outputs)) {
    const path = `Outputs.${name}`;
    if (Condition !== undefined && !resolver.holds(Condition, `${path}.Condition`)) continue;
    outputs[name] = asText(resolver.resolve(Value, `${path}.Value`), path);
  }
  return outputs;
};

const asText = (value: Json | undefined, path: string): string => {
  if (value === undefined || value === null || typeof value === 'object')
    throw new TemplateProblem(path, 'expected a text');
  return String(value);
};

/** Whatever has left the template, or is another thing now (another name), goes; the last made first. */
const removeOthers = async (
  place: StackPlace,
  before: readonly StackResource[],
  now: readonly StackResource[],
): Promise<void> => {
  const kept = new Set(now.map(identityKey));
  for (const resource of before.toReversed()) {
    if (kept.has(identityKey(resource)) || resource.retained) continue;
    await resourceTypeNamed(resource.type).remove?.(resource, { ...place, logicalId: resource.logicalId });
  }
};

/** By its last part: the URL of a queue begins with the port that the sandbox happens to have. */
const identityKey = ({ type, ref }: Identity & { readonly type: string }): string =>
  `${type} ${type === 'AWS::SQS::Queue' ? new URL(ref).pathname : ref}`;
