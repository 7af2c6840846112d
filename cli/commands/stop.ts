/** `selfheal stop` and `selfheal resume`: hold every new start, at once, and let go again. */
import type { Command } from 'commander';
import { describeStop, type StopSwitch } from '../../domain/stop-switch.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { asOption, client, example, printJson, type ServiceOptions, withJson, withUrl } from './shared.ts';

interface Options extends ServiceOptions {
  readonly account?: string;
  readonly rule?: string;
  readonly runbook?: string;
  readonly as?: string;
  readonly json: boolean;
}

export const addStop = (program: Command, io: Io): void => {
  const command = scoped(program.command('stop'))
    .option('--cancel-running', 'also stop what runs there already', false)
    .summary('hold every new start, at once')
    .description(
      'Holds every new start within five seconds: everywhere, or for one account, rule or runbook. What runs already goes on to its end, unless --cancel-running has it stopped. Cases wait, and nothing is lost.',
    )
    .requiredOption('--reason <text>', 'why; whoever finds it stopped wants to know');
  example(
    withJson(withUrl(command)),
    'selfheal stop --reason "deployment went wrong"',
    'selfheal stop --account 111122223333 --reason "migration until noon"',
    'selfheal stop --runbook AWS-ConfigureS3BucketVersioning --cancel-running --reason "changes the wrong buckets"',
  ).action((options: Options & { readonly reason: string; readonly cancelRunning: boolean }) =>
    stop(options, io),
  );
};

export const addResume = (program: Command, io: Io): void => {
  const command = scoped(program.command('resume'))
    .summary('let go again what was stopped')
    .description(
      'Takes a stop switch off: the one that holds everything, or that of one account, rule or runbook. What it held goes on. Tells what is still stopped.',
    );
  example(withJson(withUrl(command)), 'selfheal resume', 'selfheal resume --account 111122223333').action(
    (options: Options) => resume(options, io),
  );
};

const scoped = (command: Command): Command =>
  command
    .option('--account <id>', 'only this account')
    .option('--rule <name>', 'only this Config rule, by identifier or name')
    .option('--runbook <document>', 'only this runbook')
    .addOption(asOption());

const stop = async (
  options: Options & { readonly reason: string; readonly cancelRunning: boolean },
  io: Io,
): Promise<void> => {
  if (options.reason.trim() === '')
    throw new Failure('--reason: say why; whoever finds it stopped wants to know.', 2);
  const { reason, cancelRunning } = options;
  const body = {
    scope: scopeOf(options),
    reason,
    ...(cancelRunning && { cancelRunning }),
  };
  const set = await client(options).post<SetStop>('/api/stop', body);
  if (!set.known) io.err(`WARNING: ${safe(unknown(body.scope, set))}\n`);
  if (options.json) return printJson(io, set);
  io.out(`Stopped: ${safe(describeStop(set))}.\n`);
  io.out(covers(set));
  if (set.asked !== undefined)
    io.out(
      `${set.asked === 1 ? 'One run is' : `${set.asked} runs are`} asked to stop; their cases wait like the others. What is just starting is asked within a minute.\n`,
    );
};

interface SetStop extends StopSwitch {
  readonly asked?: number;
  /** False where neither the catalog nor an open case has the name. */
  readonly known: boolean;
  readonly meant?: string;
  readonly covered: number;
  readonly countedAll: boolean;
}

const unknown = (scope: StopSwitch['scope'], { meant, countedAll }: SetStop): string => {
  const { kind, name } = scope.kind === 'everything' ? { kind: 'rule', name: 'everything' } : scope;
  const looked = countedAll ? 'No open case' : 'No open case that was looked at in time';
  return `${looked} and no ${kind} of the catalog is called ${name}${meant === undefined ? '.' : `: did you mean ${meant}?`} Nothing else was stopped.`;
};

const covers = ({ covered, countedAll }: SetStop): string => {
  const count = covered === 0 ? 'no open case' : `${covered} open case${covered === 1 ? '' : 's'}`;
  return countedAll
    ? `It covers ${count} now.\n`
    : `It covers ${count} of those that were looked at in time; there may be more.\n`;
};

const resume = async (options: Options, io: Io): Promise<void> => {
  const body = { scope: scopeOf(options) };
  const answer = await client(options).post<{ readonly stops: readonly StopSwitch[] }>(
    '/api/stop/resume',
    body,
  );
  if (options.json) return printJson(io, answer);
  const { stops } = answer;
  io.out(
    stops.length === 0
      ? 'Nothing is stopped any more.\n'
      : `Still stopped:\n${stops.map((each) => `  ${safe(describeStop(each))}\n`).join('')}`,
  );
};

const scopeOf = ({ account, rule, runbook }: Options): StopSwitch['scope'] => {
  const given = Object.entries({ account, rule, runbook }).flatMap(([kind, name]) =>
    name === undefined ? [] : [{ kind: kind as 'account' | 'rule' | 'runbook', name }],
  );
  if (given.length > 1)
    throw new Failure('Give one of --account, --rule and --runbook, or none for everything.', 2);
  return given[0] ?? { kind: 'everything' };
};
