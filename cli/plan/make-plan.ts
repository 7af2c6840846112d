/**
 * Puts a plan together from what the service answers lane by lane: first what Config reports, then what would happen
 * to it. A lane that cannot be read is kept in the plan as unread: a plan that leaves out an account in silence is
 * a lie.
 */

import { type Lane, laneId } from '../../domain/finding.ts';
import { inParallel } from '../../domain/in-parallel.ts';
import { foldBacklog } from '../../domain/preview/fold-backlog.ts';
import { onceEach } from '../../domain/preview/group-findings.ts';
import type { LaneListing, ListedFinding, Unread } from '../../domain/preview/list-findings.ts';
import type { PreviewedFinding } from '../../domain/preview/previewed.ts';
import type { PlanBasis, PlanScope } from '../../domain/preview/saved-plan.ts';
import type { Instant } from '../../domain/time.ts';
import type { ApiClient } from '../api-client.ts';
import { Failure } from '../failure.ts';

export interface UnreadLane extends Unread {
  /** `111122223333/us-east-1`; absent when it is not known which lanes there are. */
  readonly lane?: string;
}

export interface MadePlan extends PlanBasis {
  readonly madeAt: Instant;
  readonly policySequence: number;
  /** Why the policy in force cannot be trusted; nothing would be done then. */
  readonly doubt: string | null;
  readonly scope: PlanScope;
  readonly lanes: readonly string[];
  readonly unread: readonly UnreadLane[];
  readonly findings: readonly PreviewedFinding[];
}

interface Lanes extends PlanBasis {
  readonly lanes: readonly Lane[];
  readonly troubles: readonly string[];
  readonly at: Instant;
  readonly policySequence: number;
  readonly doubt: string | null;
}

/**
 * Should the policy, or what is stopped, change while the plan is made, it is made again.
 *
 * @param policy sealed; to compare with the one in force
 */
export const makePlan = async (api: ApiClient, scope: PlanScope, policy?: string): Promise<MadePlan> => {
  for (let tries = 1; ; tries += 1) {
    const { plan, isOfOnePiece } = await makeOnce(api, scope, policy);
    if (isOfOnePiece) return plan;
    if (tries === TRIES_MAX) return { ...plan, unread: [...plan.unread, { reason: CHANGED_MEANWHILE }] };
  }
};

const makeOnce = async (
  api: ApiClient,
  scope: PlanScope,
  policy: string | undefined,
): Promise<{ readonly plan: MadePlan; readonly isOfOnePiece: boolean }> => {
  const known = await api.get<Lanes>('/api/plan/lanes');
  const lanes = known.lanes.filter(
    ({ account, region }) => isAmong(scope.accounts, account) && isAmong(scope.regions, region),
  );
  const only = scope.rules.length === 0 ? {} : { only: scope.rules };
  const bases: PlanBasis[] = [];
  const read = await inParallel(lanes, LANES_AT_ONCE, async (lane) => {
    const listed = await tried(() => listLane(api, lane, only));
    if ('failure' in listed)
      return { findings: [], unread: [{ lane: laneId(lane), reason: listed.failure }] };
    const unread: UnreadLane[] = listed.value.unread.map((one) => ({ lane: laneId(lane), ...one }));
    const findings: PreviewedFinding[] = [];
    for (const part of slices(listed.value.findings, ASKED_AT_ONCE)) {
      const told = await tried(() =>
        api.post<PlanBasis & { readonly findings: readonly PreviewedFinding[] }>('/api/plan', {
          lane,
          findings: part,
          ...(policy === undefined ? {} : { policy }),
        }),
      );
      if ('failure' in told) {
        unread.push({
          lane: laneId(lane),
          reason: `${part.length} findings are not in the plan: ${told.failure}`,
        });
        continue;
      }
      bases.push(told.value);
      findings.push(...told.value.findings);
    }
    return { findings, unread };
  });
  const { policyVersion, catalog, controls } = known;
  const basis = { policyVersion, catalog, controls };
  const plan: MadePlan = {
    ...basis,
    madeAt: known.at,
    policySequence: known.policySequence,
    doubt: known.doubt,
    scope,
    lanes: lanes.map(laneId),
    unread: [
      ...known.troubles.map((reason) => ({ reason: `the list of accounts may not be whole: ${reason}` })),
      ...unknownWanted(scope, known.lanes),
      ...read.flatMap(({ unread }) => unread),
    ],
    findings: foldBacklog(onceEach(read.flatMap(({ findings }) => findings))),
  };
  return { plan, isOfOnePiece: bases.every((one) => isSame(one, basis)) };
};

const listLane = async (
  api: ApiClient,
  lane: Lane,
  only: { readonly only?: readonly string[] },
): Promise<Omit<LaneListing, 'rest'>> => {
  const findings: ListedFinding[] = [];
  const unread: Unread[] = [];
  let rules: readonly string[] | undefined;
  do {
    const listing: LaneListing = await api.post('/api/plan/findings', {
      lane,
      ...only,
      ...(rules && { rules }),
    });
    findings.push(...listing.findings);
    unread.push(...listing.unread);
    rules = listing.rest.length === 0 ? undefined : listing.rest;
  } while (rules !== undefined);
  return { findings, unread };
};

/** Whoever names an account that nobody knows must hear of it, and not that there is nothing to do there. */
const unknownWanted = (scope: PlanScope, lanes: readonly Lane[]): readonly UnreadLane[] => [
  ...scope.accounts
    .filter((wanted) => !lanes.some(({ account }) => account === wanted))
    .map((wanted) => ({
      reason: `no lane of account ${wanted} is known: does the aggregator gather from it?`,
    })),
  ...scope.regions
    .filter((wanted) => !lanes.some(({ region }) => region === wanted))
    .map((wanted) => ({ reason: `no lane in ${wanted} is known: does the aggregator gather from it?` })),
];

/** Of two policies in one plan neither is told rightly. */
const isSame = (left: PlanBasis, right: PlanBasis): boolean =>
  left.policyVersion === right.policyVersion &&
  left.catalog === right.catalog &&
  left.controls === right.controls;

const TRIES_MAX = 3;
const CHANGED_MEANWHILE =
  'the policy, or what is stopped, was changed again and again while the plan was made: make it again';

/** Reading changes nothing, so what fails is tried once more before it is told as unread. */
const tried = async <T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly failure: string }> => {
  const attempt = async () => ({ value: await work() });
  try {
    return await attempt().catch((error: unknown) => {
      if (error instanceof Failure) return attempt();
      throw error;
    });
  } catch (error) {
    if (error instanceof Failure) return { failure: error.message };
    throw error;
  }
};

const isAmong = (wanted: readonly string[], value: string): boolean =>
  wanted.length === 0 || wanted.includes(value);

export const slices = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));

const LANES_AT_ONCE = 4;
const ASKED_AT_ONCE = 500;
