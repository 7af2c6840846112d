/** The design's invariants, read off what the sandbox saw. Each violation is named by the invariant's number. */
import type { Case } from '../../domain/case/case.ts';
import { epochMs } from '../../domain/time.ts';
import { type Execution, isEnded } from '../../sandbox/services/ssm/execution.ts';

export interface Seen {
  readonly executions: readonly Execution[];
  readonly cases: readonly Case[];
  readonly laneConcurrencyMax: number;
}

export const violations = ({ executions, cases, laneConcurrencyMax }: Seen): readonly string[] => [
  ...executedTwice(executions),
  ...tooManyAtOnce(executions, laneConcurrencyMax),
  ...startedTooFast(executions),
  ...overlapping(executions),
  ...ranWithoutApproval(executions, cases),
  ...otherThanPlanned(executions, cases),
  ...tooManyAttempts(cases),
  ...resolvedWithoutVerdict(executions, cases),
];

/** 1. At most one execution per (case, attempt): the token stands for exactly that. */
const executedTwice = (executions: readonly Execution[]): readonly string[] =>
  [...grouped(executions, ({ clientToken = 'none' }) => clientToken)]
    .filter(([, same]) => same.length > 1)
    .map(([token, same]) => `1: token ${token} started ${same.length} executions`);

/** 2. Executions running <= the limit, at every instant. */
const tooManyAtOnce = (executions: readonly Execution[], max: number): readonly string[] => {
  const found: string[] = [];
  for (const [lane, inLane] of grouped(executions, laneOf)) {
    const changes = inLane.flatMap(({ requestedMs, endedMs = Number.POSITIVE_INFINITY }) => [
      { atMs: requestedMs, by: 1 },
      { atMs: endedMs, by: -1 },
    ]);
    changes.sort((a, b) => a.atMs - b.atMs || a.by - b.by);
    let atOnce = 0;
    let most = 0;
    for (const { by } of changes) {
      atOnce += by;
      most = Math.max(most, atOnce);
    }
    if (most > max) found.push(`2: ${most} executions at once in ${lane}, at most ${max} are allowed`);
  }
  return found;
};

/** 2, as a rate: at most one start a second in a lane. */
const startedTooFast = (executions: readonly Execution[]): readonly string[] => {
  const found: string[] = [];
  for (const [lane, inLane] of grouped(executions, laneOf)) {
    const starts = inLane.map(({ requestedMs }) => requestedMs).sort((a, b) => a - b);
    starts.forEach((at, n) => {
      const before = starts[n - 1];
      if (before !== undefined && at - before < 1_000)
        found.push(`2: two starts within ${at - before} ms in ${lane}`);
    });
  }
  return found;
};

/** 3. At most one runbook at work on one resource. */
const overlapping = (executions: readonly Execution[]): readonly string[] => {
  const found: string[] = [];
  for (const [resource, onIt] of grouped(executions, ({ target }) => JSON.stringify(target))) {
    const inOrder = [...onIt].sort((a, b) => a.requestedMs - b.requestedMs);
    inOrder.forEach((execution, n) => {
      const before = inOrder[n - 1];
      if (before && (before.endedMs ?? Number.POSITIVE_INFINITY) > execution.requestedMs)
        found.push(`3: two runbooks at once on ${resource}`);
    });
  }
  return found;
};

/** 4. Nothing in mode approve runs without a valid approval for exactly that plan. */
const ranWithoutApproval = (executions: readonly Execution[], cases: readonly Case[]): readonly string[] =>
  startsOf(executions, cases).flatMap(({ of, execution }) => {
    if (of.mode !== 'approve') return [];
    const { approval } = of;
    const valid = approval !== undefined && execution.requestedMs < epochMs(approval.validUntil);
    return valid ? [] : [`4: case ${of.id} ran without a valid approval`];
  });

/** 5. What ran is what was planned. */
const otherThanPlanned = (executions: readonly Execution[], cases: readonly Case[]): readonly string[] =>
  startsOf(executions, cases).flatMap(({ of, execution }) => {
    const { state } = of;
    if (!('plan' in state)) return [];
    const { plan } = state;
    const same =
      plan.document === execution.document &&
      plan.documentVersion === execution.documentVersion &&
      plan.account === execution.account &&
      plan.region === execution.region &&
      Object.entries(plan.parameters).every(
        ([name, values]) => JSON.stringify(execution.parameters[name]) === JSON.stringify(values),
      );
    return same ? [] : [`5: execution ${execution.id} of case ${of.id} is not what was planned`];
  });

/** 6. Attempts <= max. */
const tooManyAttempts = (cases: readonly Case[]): readonly string[] =>
  cases
    .filter(({ attempts, terms }) => attempts > terms.retry.attemptsMax)
    .map(({ id, attempts }) => `6: case ${id} made ${attempts} attempts`);

/** 10. Resolved means that SSM succeeded and that a verdict after that run says COMPLIANT. */
const resolvedWithoutVerdict = (
  executions: readonly Execution[],
  cases: readonly Case[],
): readonly string[] =>
  cases.flatMap(({ id, state }) => {
    if (state.name !== 'resolved') return [];
    const execution = executions.find((one) => one.id === state.executionId);
    if (execution?.status !== 'Success' && execution?.status !== 'CompletedWithSuccess')
      return [`10: case ${id} is resolved by an execution that is ${execution?.status ?? 'unknown'}`];
    return epochMs(state.verdictRecordedAt) > (execution.endedMs ?? Number.POSITIVE_INFINITY)
      ? []
      : [`10: case ${id} is resolved by a verdict from before its run ended`];
  });

const startsOf = (executions: readonly Execution[], cases: readonly Case[]) => {
  const byId = new Map(cases.map((one) => [one.id, one]));
  return executions.flatMap((execution) => {
    const of = byId.get(execution.tags.find(({ Key }) => Key === 'selfheal:case')?.Value ?? '');
    return of ? [{ of, execution }] : [];
  });
};

const laneOf = ({ account, region }: Execution): string => `${account}/${region}`;

const grouped = <T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
};

export const unfinished = (executions: readonly Execution[]): number =>
  executions.filter(({ status }) => !isEnded(status)).length;
