/**
 * Types that templates have and the sandbox makes nothing of. Each says why nothing is lost; what other resources
 * take from them (names, ARNs) is told all the same.
 */
import * as z from 'zod';
import { derivedUuid } from '../../world/ids.ts';
import type { Identity } from '../intrinsics.ts';
import { generatedName, type ResourcePlace, type ResourceTypes, resourceType } from '../resource-type.ts';

type Properties = Readonly<Record<string, unknown>>;

interface WithoutCounterpart {
  readonly nothingIsLostBecause: string;
  readonly identify: (properties: Properties, place: ResourcePlace) => Identity;
}

const TYPES: Readonly<Record<string, WithoutCounterpart>> = {
  'AWS::Logs::LogGroup': {
    nothingIsLostBecause: 'what functions write goes to the log of the sandbox, and no one reads a group',
    identify: (properties, place) => {
      const ref = textOf(properties.LogGroupName) ?? generatedName(place);
      return {
        ref,
        attributes: { Arn: `arn:aws:logs:${place.region}:${place.account}:log-group:${ref}:*` },
      };
    },
  },
  'AWS::Config::DeliveryChannel': {
    nothingIsLostBecause: 'every recorder of the sandbox has a channel beside it that delivers',
    identify: ({ Name }) => ({ ref: textOf(Name) ?? 'default', attributes: {} }),
  },
  'AWS::Config::ConfigurationAggregator': {
    nothingIsLostBecause: 'the sandbox has an aggregator over every lane from the start',
    identify: ({ ConfigurationAggregatorName }, place) => ({
      ref: textOf(ConfigurationAggregatorName) ?? generatedName(place),
      attributes: {},
    }),
  },
  'AWS::IAM::ServiceLinkedRole': {
    nothingIsLostBecause: 'services of the sandbox do what is theirs to do without a role',
    identify: ({ AWSServiceName }) => {
      const [service = ''] = (textOf(AWSServiceName) ?? '').split('.');
      const RoleName = `AWSServiceRoleFor${service.charAt(0).toUpperCase()}${service.slice(1)}`;
      return { ref: RoleName, attributes: { RoleName } };
    },
  },
  'AWS::KMS::Key': {
    nothingIsLostBecause:
      'nothing is encrypted in the sandbox; which key a queue or topic names is kept with it',
    identify: (_properties, place) => {
      const ref = derivedUuid('key', place.account, place.region, place.stackName, place.logicalId);
      return {
        ref,
        attributes: { Arn: `arn:aws:kms:${place.region}:${place.account}:key/${ref}`, KeyId: ref },
      };
    },
  },
  'AWS::KMS::Alias': {
    nothingIsLostBecause: 'nothing is encrypted in the sandbox, so no key is looked up',
    identify: ({ AliasName }, place) => ({ ref: textOf(AliasName) ?? generatedName(place), attributes: {} }),
  },
};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const typesWithoutCounterpart: ResourceTypes = Object.fromEntries(
  Object.entries(TYPES).map(([type, { identify }]) => [
    type,
    resourceType({ schema: z.record(z.string(), z.unknown()), identify }),
  ]),
);
