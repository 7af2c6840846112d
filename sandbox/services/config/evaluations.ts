/** What Config thinks of each resource, kept by resource so that a fresh read of one is one look-up. */
import type { Table, World } from '../../service.ts';
import type { ResourceRef } from '../../world/resource.ts';
import { worldSettings } from '../../world/settings.ts';
import type { Lane } from './deployed-rules.ts';
import { seenKey } from './recorder.ts';

/** No rule of the sandbox says INSUFFICIENT_DATA by itself; it can be told to have said it. */
export type ComplianceType = 'COMPLIANT' | 'NON_COMPLIANT' | 'NOT_APPLICABLE' | 'INSUFFICIENT_DATA';

export interface Evaluation {
  readonly rule: string;
  readonly complianceType: ComplianceType;
  /** Which state was judged, in ms. */
  readonly orderingMs: number;
  readonly invokedMs: number;
  readonly recordedMs: number;
  readonly annotation?: string;
}

export interface EvaluatedResource extends ResourceRef {
  /** By the rule's name. */
  readonly evaluations: Readonly<Record<string, Evaluation>>;
}

export const evaluatedResources = (world: World): Table<EvaluatedResource> =>
  world.table('config:evaluations');

export const findEvaluation = (world: World, ref: ResourceRef, rule: string): Evaluation | undefined =>
  evaluatedResources(world).get(seenKey(ref))?.evaluations[rule];

export const putEvaluation = (world: World, ref: ResourceRef, evaluation: Evaluation): void => {
  const { account, region, type, id } = ref;
  const before = evaluatedResources(world).get(seenKey(ref))?.evaluations ?? {};
  const evaluations = { ...before, [evaluation.rule]: evaluation };
  noteForAggregator(world, ref, evaluation.rule, before[evaluation.rule]);
  evaluatedResources(world).put(seenKey(ref), { account, region, type, id, evaluations });
};

export const removeEvaluation = (world: World, ref: ResourceRef, rule: string): void => {
  const row = evaluatedResources(world).get(seenKey(ref));
  if (row === undefined) return;
  const { [rule]: _gone, ...evaluations } = row.evaluations;
  if (Object.keys(evaluations).length === 0) evaluatedResources(world).delete(seenKey(ref));
  else evaluatedResources(world).put(seenKey(ref), { ...row, evaluations });
};

/** Every evaluation in a lane, by resource. */
export const evaluationsIn = function* (
  world: World,
  lane: Lane,
): Generator<readonly [EvaluatedResource, Evaluation]> {
  for (const resource of evaluatedResources(world).values()) {
    if (resource.account !== lane.account || resource.region !== lane.region) continue;
    for (const evaluation of Object.values(resource.evaluations)) yield [resource, evaluation];
  }
};

/** What was true of one rule and resource before the newest evaluation: for those who hear of it later. */
const outdated = (world: World): Table<readonly Evaluation[]> => world.table('config:outdated-evaluations');

const outdatedKey = (ref: ResourceRef, rule: string): string => `${seenKey(ref)}/${rule}`;

const noteForAggregator = (
  world: World,
  ref: ResourceRef,
  rule: string,
  before: Evaluation | undefined,
): void => {
  if (before === undefined || worldSettings(world).aggregatorDelayMs === 0) return;
  const known = outdated(world).get(outdatedKey(ref, rule)) ?? [];
  outdated(world).put(outdatedKey(ref, rule), [...known.slice(-OUTDATED_MAX), before]);
};

const OUTDATED_MAX = 9;

/** Every evaluation in a lane as an aggregator knows it: as it was `aggregatorDelayMs` ago. */
export const aggregatedEvaluations = function* (
  world: World,
  lane: Lane,
  nowMs: number,
): Generator<readonly [EvaluatedResource, Evaluation]> {
  const { aggregatorDelayMs } = worldSettings(world);
  const isKnown = ({ recordedMs }: Evaluation): boolean => !(recordedMs > nowMs - aggregatorDelayMs);
  for (const [resource, evaluation] of evaluationsIn(world, lane)) {
    const known =
      aggregatorDelayMs === 0 || isKnown(evaluation)
        ? evaluation
        : outdated(world).get(outdatedKey(resource, evaluation.rule))?.findLast(isKnown);
    if (known !== undefined) yield [resource, known];
  }
};
