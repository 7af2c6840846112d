/** The blocks that hold back starts beyond the limits, key by key over what holds otherwise. */
import { durationMs, durationText } from './duration.ts';
import type { BlastRadius, Safeguards, Window } from './policy.ts';
import { type DocumentPath, type PathProblem, shown } from './policy-problem.ts';
import type { PolicyDocument } from './policy-schema.ts';
import { unknownName } from './unknown-name.ts';

type Report = (problem: PathProblem) => void;
type Written = NonNullable<PolicyDocument['defaults']>;

/** What holds when the policy says nothing. */
export const SAFEGUARDS: Safeguards = {
  graceMs: 0,
  windows: [],
  backlog: { resourcesMax: 50, windowMs: 3_600_000 },
  breaker: {
    errorPercentMax: 50,
    windowMs: 3_600_000,
    attemptsMin: 10,
    whenOpen: 'wait',
    probeAfterMs: 900_000,
  },
  flapping: { cases: 5, withinMs: 86_400_000 },
};

export const resolveSafeguards = (
  written: Written,
  otherwise: Safeguards,
  windows: ReadonlyMap<string, Window>,
  path: DocumentPath,
  report: Report,
): Safeguards => {
  const { backlog, breaker, flapping } = written;
  const blastRadius = resolveBlastRadius(written, otherwise, path, report);
  return {
    graceMs: msOr(written.grace, otherwise.graceMs),
    windows: written.windows
      ? chosen(written.windows, windows, [...path, 'windows'], report)
      : otherwise.windows,
    ...(blastRadius && { blastRadius }),
    backlog: {
      resourcesMax: backlog?.resources ?? otherwise.backlog.resourcesMax,
      windowMs: msOr(backlog?.window, otherwise.backlog.windowMs),
    },
    breaker: {
      errorPercentMax: breaker?.['error-percentage'] ?? otherwise.breaker.errorPercentMax,
      windowMs: msOr(breaker?.window, otherwise.breaker.windowMs),
      attemptsMin: breaker?.attempts ?? otherwise.breaker.attemptsMin,
      whenOpen: breaker?.['when-open'] ?? otherwise.breaker.whenOpen,
      probeAfterMs: msOr(breaker?.['probe-after'], otherwise.breaker.probeAfterMs),
    },
    flapping: {
      cases: flapping?.cases ?? otherwise.flapping.cases,
      withinMs: msOr(flapping?.within, otherwise.flapping.withinMs),
    },
  };
};

const BLAST_WINDOW_MS = 86_400_000;

const resolveBlastRadius = (
  written: Written,
  otherwise: Safeguards,
  path: DocumentPath,
  report: Report,
): BlastRadius | undefined => {
  const own = written['blast-radius'];
  if (own === undefined) return otherwise.blastRadius;
  const merged: BlastRadius = {
    ...otherwise.blastRadius,
    ...(own['max-concurrent-percent'] === undefined
      ? {}
      : { concurrentPercentMax: own['max-concurrent-percent'] }),
    ...(own['max-resources'] === undefined ? {} : { resourcesMax: own['max-resources'] }),
    windowMs: msOr(own.window, otherwise.blastRadius?.windowMs ?? BLAST_WINDOW_MS),
  };
  if (merged.concurrentPercentMax === undefined && merged.resourcesMax === undefined)
    report({
      path: [...path, 'blast-radius'],
      expected: 'max-concurrent-percent, max-resources, or both',
      found: shown(own),
      action: 'without one of them nothing is limited',
    });
  if (own.window !== undefined && merged.resourcesMax === undefined)
    report({
      path: [...path, 'blast-radius', 'window'],
      expected: 'max-resources beside it',
      found: durationText(merged.windowMs),
      action: 'the window counts for max-resources alone',
    });
  return merged;
};

const chosen = (
  names: readonly string[],
  windows: ReadonlyMap<string, Window>,
  path: DocumentPath,
  report: Report,
): readonly Window[] =>
  names.flatMap((name, index) => {
    const window = windows.get(name);
    if (window === undefined)
      report(unknownName('window', 'windows', name, [...windows.keys()], [...path, index]));
    return window ?? [];
  });

const msOr = (written: string | undefined, otherwiseMs: number): number =>
  (written === undefined ? undefined : durationMs(written)) ?? otherwiseMs;
