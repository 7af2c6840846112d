/** `selfheal sweep`: has compliance read from Config itself, and says what the last sweeps found. */
import { type Command, InvalidArgumentError } from 'commander';
import type { SweepOrdered, SweepStatus } from '../../console/routes/sweep-routes.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { sweepStatusText, sweepText } from '../render/sweep.ts';
import { noRuleText, unknownRules } from '../unknown-rules.ts';
import { asOption, client, example, printJson, type ServiceOptions, withJson, withUrl } from './shared.ts';

type Json = ServiceOptions & { readonly json: boolean };

interface RunOptions extends Json {
  readonly account: readonly string[];
  readonly region: readonly string[];
  readonly rule: readonly string[];
  readonly wait: boolean;
  readonly as?: string;
}

export const addSweep = (program: Command, io: Io): void => {
  const sweep = program
    .command('sweep')
    .summary('find what events missed, by reading compliance from Config itself')
    .description(
      'Reads compliance from AWS Config itself: opens the cases of which no event came, and asks about open ones that Config does not list any more. It runs by itself every hour.',
    );
  example(sweep, 'selfheal sweep --wait', 'selfheal sweep status');
  addRun(sweep, io);
  addStatus(sweep, io);
};

const addRun = (sweep: Command, io: Io): void => {
  const command = sweep
    .command('run', { isDefault: true })
    .summary('sweep now')
    .description(
      'Orders a sweep of everything, or of the accounts, Regions and rules that are named. What it opens goes the way of every case: nothing starts that the policy does not let start.',
    )
    .option('--account <id>', 'only this account; can be given more than once', collect, [])
    .option('--region <region>', 'only this Region; can be given more than once', collect, [])
    .option('--rule <name>', 'only this Config rule, by identifier or name; more than once too', collect, [])
    .option(
      '--wait',
      'until it has ended, then print what it found; exit code 1 when it is not complete, or nobody knows the rule',
      false,
    )
    .addOption(asOption());
  example(
    withJson(withUrl(command)),
    'selfheal sweep --wait',
    'selfheal sweep --account 111122223333 --rule s3-bucket-versioning-enabled --wait',
  ).action((options: RunOptions) => run(options, io));
};

const collect = (text: string, before: readonly string[]): readonly string[] => {
  if (text.trim() === '') throw new InvalidArgumentError('Expected a name.');
  return [...before, text];
};

const run = async (options: RunOptions, io: Io): Promise<void> => {
  const { account, region, rule } = options;
  const ordered = await client(options).post<SweepOrdered>('/api/sweep', {
    ...(account.length === 0 ? {} : { accounts: account }),
    ...(region.length === 0 ? {} : { regions: region }),
    ...(rule.length === 0 ? {} : { rules: rule }),
  });
  if (!options.wait) {
    if (options.json) printJson(io, ordered);
    else io.out(`Sweep ${safe(ordered.id)} is ordered. "selfheal sweep status" tells what it finds.\n`);
    return;
  }
  const report = await reportOf(options, ordered);
  if (options.json) printJson(io, report);
  else io.out(sweepText(report, io));
  if (!report.complete)
    throw new Failure('The sweep is not complete: the report says what it could not read.');
  // Which rules it read is not in the report: only when there was none at all is it known of each.
  if (report.totals.rules > 0 || report.totals.closed > 0) return;
  const catalog = loadCatalog();
  const unknown = unknownRules(rule, [], catalog);
  if (unknown.length > 0) throw new Failure(noRuleText(unknown, [], report.lanes.known, catalog));
};

/** Asked seldomer the longer it takes. */
const reportOf = async (options: RunOptions, { id, kind }: SweepOrdered) => {
  let pauseMs = FIRST_PAUSE_MS;
  for (let waitedMs = 0; waitedMs < WAIT_MS_MAX; waitedMs += pauseMs) {
    const { last, ended = [] } = (await client(options).get<SweepStatus>('/api/sweep'))[kind] ?? {};
    if (last !== undefined && ended.includes(id)) return last;
    pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 1.5);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new Failure(
    `Sweep ${safe(id)} has not ended within half an hour. "selfheal sweep status" tells how it goes, "selfheal dlq list" whether it was given up.`,
  );
};

const FIRST_PAUSE_MS = 100;
const PAUSE_MS_MAX = 5_000;
/** Another one may be under way, and each may take a quarter of an hour. */
const WAIT_MS_MAX = 1_800_000;

const addStatus = (sweep: Command, io: Io): void => {
  const command = sweep
    .command('status')
    .summary('when it ran last, and what it found')
    .description(
      'Tells what the last sweep of everything found, and the last one that somebody ordered of a part: where it looked, what it could not read, what it opened and closed.',
    );
  example(withJson(withUrl(command)), 'selfheal sweep status').action(async (options: Json) => {
    const status = await client(options).get<SweepStatus>('/api/sweep');
    if (options.json) printJson(io, status);
    else io.out(sweepStatusText(status, io));
  });
};
