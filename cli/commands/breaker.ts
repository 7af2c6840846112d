/** `selfheal breaker`: which rules and runbooks fail so often that nothing of them starts, and how to let go. */
import type { Command } from 'commander';
import { type BreakerScope, describeBreaker, type KnownBreaker } from '../../domain/breaker.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { asOption, client, example, printJson, type ServiceOptions, withJson, withUrl } from './shared.ts';

interface Breakers {
  readonly breakers: readonly KnownBreaker[];
}

interface ResetOptions extends ServiceOptions {
  readonly rule?: string;
  readonly runbook?: string;
  readonly reason: string;
  readonly as?: string;
  readonly json: boolean;
}

export const addBreaker = (program: Command, io: Io): void => {
  const breaker = program
    .command('breaker')
    .summary('what fails too often, and is not started any more')
    .description(
      'A breaker opens when too many attempts of a rule or of a runbook have failed, as the policy says. From then on its cases wait, or are asked for, but for one probe at a time; a probe that heals closes it.',
    );
  example(
    breaker,
    'selfheal breaker list',
    'selfheal breaker reset --rule ENCRYPTED_VOLUMES --reason "key is back"',
  );
  const list = breaker
    .command('list')
    .summary('list the breakers that are open')
    .description('Lists the breakers that are open, and those that closed not long ago.');
  example(withJson(withUrl(list)), 'selfheal breaker list').action(
    async (options: ServiceOptions & { readonly json: boolean }) => {
      const told = await client(options).get<Breakers>('/api/breakers');
      if (options.json) printJson(io, told);
      else io.out(breakersText(told));
    },
  );
  const reset = breaker
    .command('reset')
    .summary('close a breaker by hand')
    .description(
      'Closes a breaker by hand, when what made the attempts fail is mended. What it held goes on by itself; what failed before does not count any more.',
    )
    .option('--rule <name>', 'of this Config rule, as the list names it')
    .option('--runbook <document>', 'of this runbook')
    .requiredOption('--reason <text>', 'what was mended')
    .addOption(asOption());
  example(
    withJson(withUrl(reset)),
    'selfheal breaker reset --runbook AWS-ConfigureS3BucketVersioning --reason "role has its rights again"',
  ).action((options: ResetOptions) => runReset(options, io));
};

const runReset = async (options: ResetOptions, io: Io): Promise<void> => {
  const scope = scopeOf(options);
  if (options.reason.trim() === '') throw new Failure('--reason: say what was mended.', 2);
  const told = await client(options).post<Breakers>('/api/breakers/reset', {
    scope,
    reason: options.reason,
  });
  if (options.json) return printJson(io, told);
  io.out(
    `The breaker of ${scope.kind} ${safe(scope.name)} is closed. What it held is woken within a minute.\n`,
  );
};

const scopeOf = ({ rule, runbook }: ResetOptions): BreakerScope => {
  if ((rule === undefined) === (runbook === undefined))
    throw new Failure('Give one of --rule and --runbook; selfheal breaker list names them.', 2);
  return rule === undefined ? { kind: 'runbook', name: runbook ?? '' } : { kind: 'rule', name: rule };
};

const breakersText = ({ breakers }: Breakers): string =>
  breakers.length === 0
    ? 'No breaker is open.\n'
    : breakers.map((one) => `${safe(describeBreaker(one))}\n`).join('');
