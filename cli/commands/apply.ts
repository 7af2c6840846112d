/** `selfheal apply`: has a saved plan done, if it is still what would happen, or does nothing. */
import type { Command } from 'commander';
import type { Applied } from '../../console/apply-plan.ts';
import { type PlanChange, planChanges } from '../../domain/preview/plan-changes.ts';
import { countActions, planLine } from '../../domain/preview/previewed.ts';
import {
  readPlan,
  type SavedFinding,
  type SavedPlan,
  savedFinding,
} from '../../domain/preview/saved-plan.ts';
import type { ApiClient } from '../api-client.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { makePlan, slices } from '../plan/make-plan.ts';
import { planJson } from '../plan/plan-json.ts';
import { counted, notWhole } from '../render/plan.ts';
import {
  asOption,
  client,
  example,
  printJson,
  readText,
  type ServiceOptions,
  withJson,
  withUrl,
} from './shared.ts';

interface Options extends ServiceOptions {
  readonly reason: string;
  readonly as?: string;
  readonly json: boolean;
}

export const addApply = (program: Command, io: Io): void => {
  const command = program
    .command('apply')
    .summary('have a saved plan done, if nothing has changed since')
    .description(
      'Makes the saved plan again. If anything is not as it was (policy, catalog, what is stopped, any finding of it), says what and does nothing. Otherwise opens the cases of its findings, as a sweep would, and approves in your name exactly the plans that it lists as to approve. Whatever starts, starts by the policy and after every check.',
    )
    .argument('<file>', 'what "selfheal plan --out" saved')
    .requiredOption('--reason <text>', 'why; it stays with every case that you approve')
    .addOption(asOption());
  example(withJson(withUrl(command)), 'selfheal apply plan.json --reason "agreed in CHG-1234"').action(
    (file: string, options: Options) => run(file, options, io),
  );
};

const run = async (file: string, options: Options, io: Io): Promise<void> => {
  const reading = readPlan(readText(io, file));
  if (!reading.ok)
    throw new Failure(`${safe(file)} cannot be applied: ${safe(reading.why)}. Nothing was done.`);
  const { plan } = reading;
  const api = client(options);
  await refuseStale(api, plan, file);
  const counts = countActions(plan.findings.map(({ action }) => action));
  const question = `${planLine(counts)} Apply it, and approve ${counted(counts.approve, 'plan')} in your name?`;
  if (!options.json && !(await io.confirm(question))) throw new Failure('Nothing was done.');
  const outcome = await apply(api, plan, { reason: options.reason });
  if (options.json) printJson(io, outcome);
  else io.out(outcomeText(outcome));
  if (outcome.stopped !== null || outcome.problems.length > 0)
    throw new Failure(
      outcome.stopped ?? `${counted(outcome.problems.length, 'finding')} went otherwise than planned.`,
    );
};

const refuseStale = async (api: ApiClient, plan: SavedPlan, file: string): Promise<void> => {
  const fresh = await makePlan(api, plan.scope);
  const told = planJson(fresh, { compares: false, isDetailed: false });
  if (!told.whole)
    throw new Failure(`${notWhole(told)} So ${safe(file)} cannot be compared, and nothing was done.`);
  const changes = planChanges(plan, { ...fresh, findings: fresh.findings.map(savedFinding) });
  if (changes.length === 0) return;
  const shown = changes.slice(0, CHANGES_SHOWN);
  throw new Failure(
    [
      `${safe(file)} is not what would happen any more (${counted(changes.length, 'change')}), so nothing was done:`,
      ...shown.map((change) => `  ${changeText(change)}`),
      ...(changes.length > shown.length
        ? [`  and ${counted(changes.length - shown.length, 'change')} more`]
        : []),
      'Make it again: selfheal plan --out FILE',
    ].join('\n'),
  );
};

const changeText = ({ resourceId, what }: PlanChange): string =>
  resourceId === undefined ? safe(what) : `${safe(resourceId)}: ${safe(what)}`;

interface Outcome {
  readonly taken: number;
  readonly approved: number;
  /** Why the rest was not gone on with; null when all of it was. */
  readonly stopped: string | null;
  readonly problems: readonly { readonly resourceId: string; readonly problem: string }[];
}

/** Part by part. When the world changes on the way, what is left of the plan is left alone. */
const apply = async (
  api: ApiClient,
  { findings, policyVersion, catalog, controls }: SavedPlan,
  person: { readonly reason: string },
): Promise<Outcome> => {
  const done: { readonly finding: SavedFinding; readonly applied: Applied }[] = [];
  let stopped: string | null = null;
  for (const part of slices(findings, FINDINGS_AT_ONCE)) {
    try {
      const { applied } = await api.post<{ readonly applied: readonly Applied[] }>('/api/plan/apply', {
        policyVersion,
        catalog,
        controls,
        findings: part,
        ...person,
      });
      applied.forEach((each, n) => {
        done.push({ finding: part[n] as SavedFinding, applied: each });
      });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      stopped = `After ${counted(done.length, 'finding')} of ${findings.length} the rest was left alone: ${error.message}`;
      break;
    }
  }
  return {
    taken: done.filter(({ applied }) => applied.caseId !== null).length,
    approved: done.filter(({ applied }) => applied.approved).length,
    stopped,
    problems: done.flatMap(({ finding, applied }) =>
      applied.problem === null ? [] : [{ resourceId: finding.resourceId, problem: applied.problem }],
    ),
  };
};

const outcomeText = ({ taken, approved, problems }: Outcome): string =>
  [
    `Applied: ${counted(taken, 'finding')} taken in, ${counted(approved, 'plan')} approved by you. What may start, starts after its checks: selfheal cases --status open`,
    ...problems.map(({ resourceId, problem }) => `  ${safe(resourceId)}: ${safe(problem)}`),
    '',
  ].join('\n');

const FINDINGS_AT_ONCE = 25;
const CHANGES_SHOWN = 20;
