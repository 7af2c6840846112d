/**
 * How long it would take until everything that would run has run: SSM starts one automation a second in a lane, and
 * the policy's limits let only so many be at work at once. The slowest scope decides; the others are done by then.
 */
import type { PermitScope } from '../permit.ts';
import { minuteMs } from '../time.ts';
import type { PreviewedPlan } from './previewed.ts';

/** One run, as far as its time goes. */
export type PacedRun = Pick<PreviewedPlan, 'scopes' | 'runMsMax' | 'radius'>;

export interface RuntimeEstimate {
  /** Should each run take a minute, or its longest where that is less. */
  readonly usualMs: number;
  /** Should each take as long as it may before it is stopped. */
  readonly longestMs: number;
  /** What it waits for most. */
  readonly slowest: string;
}

/** A simple change and the looking whether it took; AWS's runbooks are mostly that. */
export const USUAL_RUN_MS = minuteMs;

/**
 * Undefined when nothing would run.
 *
 * @example
 * estimateRuntime(Array(100).fill({ scopes: [{ id: 'lane#1/a', startIntervalMs: 1000 }], runMsMax: 900_000 }))
 * // { usualMs: 159000, longestMs: 999000, slowest: 'lane#1/a' }
 */
export const estimateRuntime = (runs: readonly PacedRun[]): RuntimeEstimate | undefined => {
  if (runs.length === 0) return undefined;
  const usual = slowest(runs, ({ runMsMax }) => Math.min(USUAL_RUN_MS, runMsMax));
  const longest = slowest(runs, ({ runMsMax }) => runMsMax);
  return { usualMs: usual.ms, longestMs: longest.ms, slowest: usual.scope };
};

/** All runs of one scope, as a limit sees them. */
interface Load {
  runs: number;
  sumMs: number;
  runMsMax: number;
  readonly scope: PermitScope;
}

const slowest = (
  runs: readonly PacedRun[],
  lasts: (run: PacedRun) => number,
): { readonly scope: string; readonly ms: number } => {
  const loads = new Map<string, Load>();
  const radii = new Map<
    string,
    { runs: number; runMsMax: number; readonly radius: NonNullable<PacedRun['radius']> }
  >();
  for (const run of runs) {
    const ms = lasts(run);
    for (const scope of run.scopes) {
      // Entries may differ in what they allow in one scope: each is held to its own, and the tighter lasts longer.
      const key = JSON.stringify(scope);
      const load = loads.get(key) ?? { runs: 0, sumMs: 0, runMsMax: 0, scope };
      load.runs += 1;
      load.sumMs += ms;
      load.runMsMax = Math.max(load.runMsMax, ms);
      loads.set(key, load);
    }
    if (run.radius) {
      const key = JSON.stringify(run.radius);
      const load = radii.get(key) ?? { runs: 0, runMsMax: 0, radius: run.radius };
      load.runs += 1;
      load.runMsMax = Math.max(load.runMsMax, ms);
      radii.set(key, load);
    }
  }
  const candidates = [
    ...[...loads.values()].map((load) => ({ scope: load.scope.id, ms: loadMs(load) })),
    ...[...radii.values()].map(({ runs: count, runMsMax, radius }) => ({
      scope: `blast radius of ${radius.rule}`,
      ms: Math.floor((count - 1) / Math.max(1, radius.resourcesMax)) * radius.windowMs + runMsMax,
    })),
  ];
  return candidates.reduce((worst, one) => (one.ms > worst.ms ? one : worst), { scope: '', ms: 0 });
};

const loadMs = ({ runs, sumMs, runMsMax, scope }: Load): number => {
  const byPace = (runs - 1) * (scope.startIntervalMs ?? 0) + runMsMax;
  if (scope.concurrencyMax === undefined) return byPace;
  // Full batches one after the other; the last run ends no sooner than it lasts.
  const byPlaces = Math.ceil(runs / scope.concurrencyMax) * (sumMs / runs);
  return Math.ceil(Math.max(byPace, byPlaces, runMsMax));
};
