/** What the sandbox must know of a type of resource to make one as a template says. */
import * as z from 'zod';
import type { PolicyDocument } from '../iam/policy-document.ts';
import type { World } from '../service.ts';
import { derivedAlphanumeric } from '../world/ids.ts';
import type { Identity } from './intrinsics.ts';
import { type JsonObject, TemplateProblem, tellIssue } from './template.ts';

/** Where a resource is made, and by what means. */
export interface StackPlace {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  readonly world: World;
  readonly nowMs: number;
  /** An operation of a service of the sandbox, by the account's administrator, in this account and Region. */
  call(service: string, operation: string, input: unknown): Promise<unknown>;
  /** Of the embedded DynamoDB. */
  readonly dynamodbEndpoint: string;
  /** The packaged code of a function. @throws Error when there is none */
  codePath(functionName: string): string;
}

export interface ResourcePlace extends StackPlace {
  readonly logicalId: string;
}

/** Properties not in `schema` are an error: what the sandbox does not know it must not skip. */
interface Definition<Properties> {
  readonly schema: z.ZodType<Properties>;
  /** Makes it, or makes an existing one as the properties say. */
  put?(properties: Properties, place: ResourcePlace): void | Promise<void>;
  /** What Ref and Fn::GetAtt tell of it; asked after `put`. */
  identify(properties: Properties, place: ResourcePlace): Identity | Promise<Identity>;
  /** Absent: it stays when it leaves the template. */
  remove?(identity: Identity, place: ResourcePlace): void | Promise<void>;
}

export interface ResourceType {
  put(properties: JsonObject, place: ResourcePlace): Promise<void>;
  identify(properties: JsonObject, place: ResourcePlace): Promise<Identity>;
  remove?(identity: Identity, place: ResourcePlace): Promise<void>;
}

export type ResourceTypes = Readonly<Record<string, ResourceType>>;

export const resourceType = <Properties>({
  schema,
  put,
  identify,
  remove,
}: Definition<Properties>): ResourceType => {
  const known = new WeakMap<JsonObject, Properties & object>();
  const read = (properties: JsonObject): Properties => {
    const before = known.get(properties);
    if (before !== undefined) return before;
    const parsed = schema.safeParse(properties, ONCE);
    if (parsed.success) {
      known.set(properties, parsed.data as Properties & object);
      return parsed.data;
    }
    throw new TemplateProblem('', parsed.error.issues.map(tellIssue).join('; '));
  };
  return {
    put: async (properties, place) => put?.(read(properties), place),
    identify: async (properties, place) => identify(read(properties), place),
    ...(remove === undefined ? {} : { remove: async (identity, place) => remove(identity, place) }),
  };
};

/** Each schema is used a few times: compiling it would take longer than it saves. */
const ONCE = { jitless: true };

/** CloudFormation takes numbers and truth values as texts too. */
export const aNumber = z.coerce.number();
export const aFlag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
export const aText = z.union([z.string(), z.number(), z.boolean()]).transform(String);
/** Its members are checked where it is read, by sandbox/iam. */
export const aPolicy = z.object({ Statement: z.unknown() }).loose() as unknown as z.ZodType<PolicyDocument>;
/** Whatever it says makes no difference here. */
export const anything = z.unknown().optional();

/** The name CloudFormation makes up for what was given none. */
export const generatedName = (
  { account, region, stackName, logicalId }: ResourcePlace,
  lengthMax = 64,
): string => {
  const suffix = derivedAlphanumeric(12, account, region, stackName, logicalId).toUpperCase();
  return `${`${stackName}-${logicalId}`.slice(0, lengthMax - suffix.length - 1)}-${suffix}`;
};

/** A resource that has no ARN and no name of its own. */
export const unnamed = (place: ResourcePlace): Identity => ({ ref: generatedName(place), attributes: {} });
