/** The Config rules deployed in each account and Region, and the recorders beside them. */
import type { World } from '../../service.ts';
import { derivedAlphanumeric, derivedHex } from '../../world/ids.ts';
import { findManagedRule, MANAGED_RULES } from '../../world/rules/managed-rules.ts';
import { worldSettings } from '../../world/settings.ts';

export interface Lane {
  readonly account: string;
  readonly region: string;
}

export interface DeployedRule extends Lane {
  /** As deployed, with decorations. */
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  /** Absent: a custom rule, about which the sandbox keeps whatever it was told. */
  readonly identifier?: string;
  readonly resourceTypes: readonly string[];
}

/** How rule names and ARNs look when another service deployed them. */
export type Decoration = 'plain' | 'security-hub' | 'conformance-pack' | 'organization';

export const laneKey = (lane: Lane): string => `${lane.account}/${lane.region}`;

const table = (world: World) => world.table<readonly DeployedRule[]>('config:rules');

export const rulesIn = (world: World, lane: Lane): readonly DeployedRule[] =>
  table(world).get(laneKey(lane)) ?? [];

export const findRule = (world: World, lane: Lane, name: string): DeployedRule | undefined =>
  rulesIn(world, lane).find((rule) => rule.name === name);

export const deployRule = (world: World, rule: DeployedRule): void => {
  const others = rulesIn(world, rule).filter(({ name }) => name !== rule.name);
  table(world).put(laneKey(rule), [...others, rule]);
};

/** Deploys a managed rule as its owner would have named it. */
export const deployManagedRule = (
  world: World,
  lane: Lane,
  identifier: string,
  decoration: Decoration = 'plain',
): DeployedRule => {
  const managed = findManagedRule(identifier);
  if (managed === undefined) {
    const known = MANAGED_RULES.map((rule) => rule.identifier).join(', ');
    throw new Error(`Cannot deploy rule ${identifier}: the sandbox does not know it. It knows ${known}.`);
  }
  const name = decorated(managed.name, decoration, [worldSettings(world).seed, lane.account, lane.region]);
  const rule = makeRule(world, lane, name, managed.identifier, [managed.resourceType]);
  deployRule(world, rule);
  return rule;
};

export const makeRule = (
  world: World,
  { account, region }: Lane,
  name: string,
  identifier: string | undefined,
  resourceTypes: readonly string[],
): DeployedRule => {
  const id = `config-rule-${derivedAlphanumeric(6, worldSettings(world).seed, account, region, name)}`;
  return {
    account,
    region,
    name,
    id,
    arn: `arn:aws:config:${region}:${account}:config-rule/${ownerPath(name)}${id}`,
    ...(identifier === undefined ? {} : { identifier }),
    resourceTypes,
  };
};

const decorated = (name: string, decoration: Decoration, place: readonly string[]): string => {
  const suffix = derivedAlphanumeric(9, ...place, name, decoration);
  switch (decoration) {
    case 'plain':
      return name;
    case 'security-hub':
      return `securityhub-${name}-${derivedHex(8, ...place, name)}`;
    case 'conformance-pack':
      return `${name}-conformance-pack-${suffix}`;
    case 'organization':
      return `OrgConfigRule-${name}-${suffix.slice(0, 8)}`;
  }
};

const SERVICE_PATHS: readonly (readonly [RegExp, string])[] = [
  [/^securityhub-/, 'aws-service-rule/securityhub.amazonaws.com/'],
  [/-conformance-pack-[0-9a-z]{9}$/, 'aws-service-rule/config-conforms.amazonaws.com/'],
  [/^OrgConfigRule-/, 'aws-service-rule/config-multiaccountsetup.amazonaws.com/'],
];

const ownerPath = (name: string): string => SERVICE_PATHS.find(([pattern]) => pattern.test(name))?.[1] ?? '';
