/**
 * Limits of a policy and of its entries, laid over one another. A lane is never given more than SSM's
 * quotas, and an entry never more of a shared scope than the policy gives to all.
 */
import { durationMs, durationText } from './duration.ts';
import type { Limit, LimitScope, Limits } from './policy.ts';
import type { DocumentPath, PathProblem } from './policy-problem.ts';
import type { LimitDocument, LimitsDocument } from './policy-schema.ts';

type Report = (problem: PathProblem) => void;

/** A fifth of the quota is left to people and other tools, which share it. */
export const LANE_DEFAULTS = { concurrencyMax: 80, startIntervalMs: 1_000 } as const;
/** StartAutomationExecution: one call a second in an account and Region. */
const LANE_START_INTERVAL_MS_MIN = 1_000;
const LANE_CONCURRENCY_QUOTA = 100;
const LANE_CONCURRENCY_QUOTA_ADAPTIVE = 500;

const SCOPES = [
  'organization',
  'account',
  'lane',
  'rule',
  'runbook',
] as const satisfies readonly LimitScope[];

export const resolvePolicyLimits = (
  written: LimitsDocument,
  path: DocumentPath,
  report: Report,
): { limits: Limits; adaptiveConcurrency: boolean } => {
  const limits = resolveScopes(written, path, report);
  const adaptiveConcurrency = written.lane?.['adaptive-concurrency'] === true;
  const lane = { ...LANE_DEFAULTS, ...limits.lane };
  const quota = adaptiveConcurrency ? LANE_CONCURRENCY_QUOTA_ADAPTIVE : LANE_CONCURRENCY_QUOTA;
  if (lane.concurrencyMax > quota) {
    report({
      path: [...path, 'lane', 'concurrency'],
      expected: `at most ${quota}, SSM's quota for an account and Region`,
      found: String(lane.concurrencyMax),
      ...(adaptiveConcurrency
        ? {}
        : { action: `up to ${LANE_CONCURRENCY_QUOTA_ADAPTIVE} with adaptive-concurrency: true` }),
    });
  }
  if (lane.startIntervalMs < LANE_START_INTERVAL_MS_MIN) {
    report({
      path: [...path, 'lane', 'starts-per-minute'],
      expected: "at most 60, SSM's quota for an account and Region",
      found: String(written.lane?.['starts-per-minute']),
    });
  }
  return { limits: { ...limits, lane }, adaptiveConcurrency };
};

/** Scopes that all entries share: an entry may take less of them, not more. */
const SHARED_SCOPES: readonly LimitScope[] = ['organization', 'account', 'lane'];

export const resolveEntryLimits = (
  written: Omit<LimitsDocument, 'lane'> & { lane?: LimitDocument | undefined },
  policyWide: Limits,
  path: DocumentPath,
  report: Report,
): Limits => {
  const own = resolveScopes(written, path, report);
  const resolved: Partial<Record<LimitScope, Limit>> = { ...policyWide };
  for (const scope of SCOPES) {
    const limit = own[scope];
    if (limit === undefined) continue;
    const shared = policyWide[scope];
    if (SHARED_SCOPES.includes(scope) && shared !== undefined) {
      refuseLooser(limit, shared, written[scope], [...path, scope], report);
    }
    resolved[scope] = { ...shared, ...limit };
  }
  return resolved;
};

const refuseLooser = (
  own: Limit,
  shared: Limit,
  written: LimitDocument | undefined,
  path: DocumentPath,
  report: Report,
): void => {
  const action = 'an entry may only tighten a limit that all entries share';
  if ((own.concurrencyMax ?? 0) > (shared.concurrencyMax ?? Number.POSITIVE_INFINITY)) {
    const expected = `at most ${shared.concurrencyMax}, the limit for the whole policy`;
    report({ path: [...path, 'concurrency'], expected, found: String(own.concurrencyMax), action });
  }
  if ((own.startIntervalMs ?? Number.POSITIVE_INFINITY) < (shared.startIntervalMs ?? 0)) {
    const key = written?.['start-interval'] === undefined ? 'starts-per-minute' : 'start-interval';
    const expected = `at least ${durationText(shared.startIntervalMs ?? 0)} between starts, the limit for the whole policy`;
    report({ path: [...path, key], expected, found: String(written?.[key]), action });
  }
};

const resolveScopes = (
  written: Partial<Record<LimitScope, LimitDocument | undefined>>,
  path: DocumentPath,
  report: Report,
): Limits => {
  const limits: Partial<Record<LimitScope, Limit>> = {};
  for (const scope of SCOPES) {
    const limit = written[scope];
    if (limit !== undefined) limits[scope] = resolveLimit(limit, [...path, scope], report);
  }
  return limits;
};

const resolveLimit = (written: LimitDocument, path: DocumentPath, report: Report): Limit => {
  const perMinute = written['starts-per-minute'];
  const interval = written['start-interval'];
  if (perMinute !== undefined && interval !== undefined) {
    report({
      path: [...path, 'start-interval'],
      atKey: true,
      expected: 'either starts-per-minute or start-interval',
      found: 'both',
      action: 'remove one of the two',
    });
  }
  const startIntervalMs =
    interval === undefined ? perMinute && Math.ceil(60_000 / perMinute) : durationMs(interval);
  return {
    ...(written.concurrency === undefined ? {} : { concurrencyMax: written.concurrency }),
    ...(startIntervalMs === undefined ? {} : { startIntervalMs }),
  };
};
