/** What a person at the sandbox's own console may do to its world: look at resources, break them, make new ones. */
import type { World } from '../service.ts';
import { deployRule, findRule, type Lane, makeRule, rulesIn } from '../services/config/deployed-rules.ts';
import { isPeriodic, recordItem, scheduleRule } from '../services/config/evaluate.ts';
import { type Evaluation, evaluatedResources, putEvaluation } from '../services/config/evaluations.ts';
import { recorders, seenKey, startRecorder } from '../services/config/recorder.ts';
import { changeResource, GLOBAL_REGION, putResource, type Resource, resourceTable } from './resource.ts';
import { isRecordedType, makeResource, type NewResource } from './resource-types/resource-types.ts';
import type { ManagedRule } from './rules/managed-rule.ts';
import { findManagedRule } from './rules/managed-rules.ts';
import { worldSettings } from './settings.ts';

export { makeRunbookFail, runbookFaults, withdrawRunbookFault } from './runbook-faults.ts';

export interface Where {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

export interface ListedResource {
  readonly account: string;
  readonly region: string;
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
  /** What Config thinks, by rule; a global resource's from every Region, as `region/rule`. */
  readonly compliance: Readonly<Record<string, string>>;
}

export const listResources = (world: World, where: Where & { readonly type?: string | undefined } = {}) => {
  const listed: ListedResource[] = [];
  for (const resource of resourceTable(world).values()) {
    const { account, region, type, id, name, arn, tags } = resource;
    if (!isThere(resource, where) || (where.type ?? type) !== type) continue;
    listed.push({ account, region, type, id, name, arn, tags, compliance: complianceOf(world, resource) });
  }
  return listed;
};

const isThere = (resource: Resource, where: Where): boolean =>
  (where.account ?? resource.account) === resource.account &&
  (where.region === undefined || resource.region === GLOBAL_REGION || where.region === resource.region);

const complianceOf = (world: World, resource: Resource): Record<string, string> => {
  const found: Record<string, string> = {};
  for (const region of regionsOf(world, resource)) {
    const evaluations = evaluatedResources(world).get(seenKey({ ...resource, region }))?.evaluations ?? {};
    for (const { rule, complianceType } of Object.values(evaluations))
      found[resource.region === GLOBAL_REGION ? `${region}/${rule}` : rule] = complianceType;
  }
  return found;
};

const regionsOf = (world: World, { account, region }: Resource): readonly string[] =>
  region !== GLOBAL_REGION
    ? [region]
    : [...recorders(world).values()].filter((one) => one.account === account).map((one) => one.region);

export interface BreakOptions extends Where {
  /** The rule to offend, by identifier or any of its names; else the first one that watches the type. */
  readonly rule?: string | undefined;
  readonly nowMs: number;
  /** Whether the periodic rule comes round at once; else it finds out within its 24 h. Default true. */
  readonly evaluatePeriodic?: boolean | undefined;
}

export interface Breakage {
  readonly resource: Resource;
  /** Identifier of the rule that it offends now. */
  readonly rule: string;
}

/**
 * Makes a resource non-compliant.
 *
 * @param what a resource type (the first compliant one is taken), a resource's id, name or ARN
 * @throws Error that says what was looked for when there is no such resource or rule
 */
export const breakResource = (world: World, what: string, options: BreakOptions): Breakage => {
  const candidates = [...resourceTable(world).values()].filter(
    (resource) =>
      isThere(resource, options) && [resource.type, resource.id, resource.name, resource.arn].includes(what),
  );
  for (const resource of candidates) {
    for (const { rule, lane } of rulesToOffend(world, resource, options)) {
      const { judge, breaking } = rule;
      if (judge(resource, lane.region).compliance !== 'COMPLIANT') continue;
      changeResource(world, resource, breaking(resource, lane.region), options.nowMs);
      if (options.evaluatePeriodic !== false) bringForward(world, resource, rule, options.nowMs);
      return { resource, rule: rule.identifier };
    }
  }
  throw new Error(
    `Cannot break ${what}${options.rule === undefined ? '' : ` for rule ${options.rule}`}: ${
      candidates.length === 0
        ? 'no resource has that type, id, name or ARN there.'
        : 'every rule that watches it is offended already, or none does.'
    } See what there is with: selfheal sandbox list`,
  );
};

const rulesToOffend = function* (
  world: World,
  resource: Resource,
  options: BreakOptions,
): Generator<{ readonly rule: ManagedRule; readonly lane: Lane }> {
  for (const region of regionsOf(world, resource)) {
    if ((options.region ?? region) !== region) continue;
    const lane = { account: resource.account, region };
    for (const deployed of rulesIn(world, lane)) {
      const rule = findManagedRule(deployed.identifier ?? '');
      const wanted = options.rule ?? deployed.name;
      if (
        rule?.resourceType === resource.type &&
        [deployed.name, rule.identifier, rule.name].includes(wanted)
      )
        yield { rule, lane };
    }
  }
};

/** As though the periodic rule's time had come, a recorder's delay after the change. */
const bringForward = (world: World, resource: Resource, rule: ManagedRule, nowMs: number): void => {
  const { recorderDelayMs } = worldSettings(world);
  for (const region of regionsOf(world, resource))
    for (const deployed of rulesIn(world, { account: resource.account, region }))
      if (deployed.identifier === rule.identifier && isPeriodic(deployed))
        scheduleRule(world, deployed, nowMs + recorderDelayMs);
};

/** Puts a new resource into the world; Config finds it in its own time. */
export const createResource = (world: World, wanted: NewResource, nowMs: number): Resource => {
  const resource = makeResource(world, wanted, nowMs);
  putResource(world, resource, nowMs);
  return resource;
};

export interface CapturedFinding {
  readonly account: string;
  readonly region: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly configRuleName: string;
  /** Source identifier, where the name without its decoration does not tell it. */
  readonly ruleIdentifier?: string | undefined;
  readonly nowMs: number;
}

/**
 * Makes what a captured NON_COMPLIANT event tells of exist, broken and evaluated, without an event of
 * its own. A rule that the sandbox does not know stays NON_COMPLIANT, whatever is done.
 */
export const createBrokenResource = (world: World, finding: CapturedFinding): Resource => {
  const { account, region, resourceType: type, resourceId: id, configRuleName, nowMs } = finding;
  const lane = { account, region };
  if (recorders(world).get(`${account}/${region}`) === undefined) startRecorder(world, lane, nowMs);
  const managed = findManagedRule(finding.ruleIdentifier ?? '') ?? findManagedRule(plainName(configRuleName));
  const deployed =
    findRule(world, lane, configRuleName) ??
    makeRule(world, lane, configRuleName, managed?.identifier, [type]);
  deployRule(world, deployed);
  scheduleRule(world, deployed, nowMs + worldSettings(world).periodicIntervalMs);
  const healthy = makeResource(world, { account, region, type, id, name: nameOf(id) }, nowMs);
  const broken = { ...healthy.configuration, ...managed?.breaking(healthy, region) };
  const resource = { ...healthy, configuration: broken };
  putResource(world, resource, nowMs);
  if (isRecordedType(type)) recordItem(world, resource, region, nowMs);
  const judgement = managed?.judge(resource, region);
  const evaluation: Evaluation = {
    rule: configRuleName,
    complianceType: 'NON_COMPLIANT',
    orderingMs: nowMs,
    invokedMs: nowMs,
    recordedMs: nowMs,
    ...(judgement?.compliance === 'NON_COMPLIANT' && judgement.annotation !== undefined
      ? { annotation: judgement.annotation }
      : {}),
  };
  putEvaluation(world, { account, region, type, id }, evaluation);
  return resource;
};

const plainName = (name: string): string =>
  name
    .replace(/^securityhub-(.+)-[0-9a-f]{8}$/, '$1')
    .replace(/^(.+)-conformance-pack-[0-9a-z]{9}$/, '$1')
    .replace(/^OrgConfigRule-(.+)-[0-9a-z]{6,12}$/, '$1');

const nameOf = (id: string): string => (id.startsWith('arn:') ? (id.split(/[:/]/).at(-1) ?? id) : id);
