/** IAM roles and policies. */
import * as z from 'zod';
import { derivedBase32 } from '../../world/ids.ts';
import {
  attachToRole,
  defineRole,
  deleteRole,
  findDefinition,
  managedPolicyTable,
  putManagedPolicy,
} from '../../world/role-definitions.ts';
import type { Identity } from '../intrinsics.ts';
import {
  aNumber,
  anything,
  aPolicy,
  generatedName,
  type ResourcePlace,
  type ResourceTypes,
  resourceType,
  unnamed,
} from '../resource-type.ts';

const inline = { PolicyName: z.string(), PolicyDocument: aPolicy };

const roleSchema = z.strictObject({
  RoleName: z.string().max(64).optional(),
  Path: z.string().default('/'),
  AssumeRolePolicyDocument: aPolicy,
  Policies: z.array(z.strictObject(inline)).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
  PermissionsBoundary: z.string().optional(),
  MaxSessionDuration: aNumber.optional(),
  Description: z.string().optional(),
  Tags: anything,
});

const managedPolicySchema = z.strictObject({
  ManagedPolicyName: z.string().max(128).optional(),
  Path: z.string().default('/'),
  PolicyDocument: aPolicy,
  Roles: z.array(z.string()).default([]),
  Description: z.string().optional(),
});

const policySchema = z.strictObject({ ...inline, Roles: z.array(z.string()).min(1) });
const rolePolicySchema = z.strictObject({ ...inline, RoleName: z.string() });

export const iamTypes: ResourceTypes = {
  'AWS::IAM::Role': resourceType({
    schema: roleSchema,
    put: (role, place) => {
      const { world, account } = place;
      const name = role.RoleName ?? generatedName(place);
      defineRole(world, {
        account,
        name,
        trust: role.AssumeRolePolicyDocument,
        inline: Object.fromEntries(role.Policies.map((each) => [each.PolicyName, each.PolicyDocument])),
        managedPolicyArns: role.ManagedPolicyArns,
        attached: findDefinition(world, account, name)?.attached ?? {},
        ...(role.PermissionsBoundary === undefined ? {} : { boundaryArn: role.PermissionsBoundary }),
      });
    },
    identify: (role, place) => {
      const ref = role.RoleName ?? generatedName(place);
      return {
        ref,
        attributes: {
          Arn: `arn:aws:iam::${place.account}:role${role.Path}${ref}`,
          RoleId: `AROA${derivedBase32(17, place.account, ref)}`,
        },
      };
    },
    remove: ({ ref }, { world, account }) => deleteRole(world, account, ref),
  }),
  'AWS::IAM::ManagedPolicy': resourceType({
    schema: managedPolicySchema,
    put: ({ PolicyDocument, Roles, ...named }, place) => {
      const arn = policyArn(named, place);
      putManagedPolicy(place.world, { arn, document: PolicyDocument });
      attach(Roles, place, arn, null);
    },
    identify: ({ Roles, ...named }, place) => {
      const arn = policyArn(named, place);
      return { ref: arn, attributes: { PolicyArn: arn, Roles: Roles.join(' ') } };
    },
    remove: ({ ref, attributes: { Roles = '' } }, place) => {
      attach(Roles.split(' '), place, ref, undefined);
      managedPolicyTable(place.world).delete(ref);
    },
  }),
  'AWS::IAM::Policy': resourceType({
    schema: policySchema,
    put: ({ PolicyName, PolicyDocument, Roles }, place) => attach(Roles, place, PolicyName, PolicyDocument),
    identify: ({ PolicyName, Roles }, place) => ({
      ...unnamed(place),
      attributes: { PolicyName, Roles: Roles.join(' ') },
    }),
    remove: detach,
  }),
  'AWS::IAM::RolePolicy': resourceType({
    schema: rolePolicySchema,
    put: ({ PolicyName, PolicyDocument, RoleName }, place) =>
      attach([RoleName], place, PolicyName, PolicyDocument),
    identify: ({ PolicyName, RoleName }, place) => ({
      ...unnamed(place),
      attributes: { PolicyName, Roles: RoleName },
    }),
    remove: detach,
  }),
};

const policyArn = (
  { ManagedPolicyName, Path }: { readonly ManagedPolicyName?: string | undefined; readonly Path: string },
  place: ResourcePlace,
): string => `arn:aws:iam::${place.account}:policy${Path}${ManagedPolicyName ?? generatedName(place, 128)}`;

function detach({ attributes: { PolicyName = '', Roles = '' } }: Identity, place: ResourcePlace): void {
  attach(Roles.split(' '), place, PolicyName, undefined);
}

const attach = (
  roles: readonly string[],
  { world, account }: ResourcePlace,
  key: string,
  document: Parameters<typeof attachToRole>[2],
): void => {
  for (const role of roles) if (role !== '') attachToRole(world, { account, role, key }, document);
};
