/** `selfheal policy backtest`: what another policy would have done about the cases that there were. */
import type { Command } from 'commander';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { type BacktestAnswer, backtestText, INCOMPLETE } from '../render/backtest.ts';
import { meantRule } from '../unknown-rules.ts';
import { sealedFile } from './plan.ts';
import { client, example, printJson, type ServiceOptions, withJson, withUrl } from './shared.ts';

interface Options extends ServiceOptions {
  readonly since: string;
  readonly rule?: string;
  readonly account?: string;
  readonly json: boolean;
}

export const addPolicyBacktest = (policy: Command, io: Io): void => {
  const command = policy
    .command('backtest')
    .summary('decide the recorded cases again by another policy')
    .description(
      'Decides the recorded cases again by a policy file, and tells what would have been otherwise: what would have run by itself or been asked for, and how those cases really ended. Changes nothing. Exit code 1 when not all cases could be read, or there is none of the rule that is named.',
    )
    .argument('<file>', 'the policy to try')
    .option('--since <time>', 'cases opened since then: a date, a time, or how long ago', '30d')
    .option('--rule <rule>', 'only cases of this rule, by identifier or name')
    .option('--account <id>', 'only cases of this account');
  example(
    withJson(withUrl(command)),
    'selfheal policy backtest draft.yml',
    'selfheal policy backtest draft.yml --since 7d --rule INCOMING_SSH_DISABLED',
  ).action((file: string, options: Options) => run(file, options, io));
};

const run = async (file: string, options: Options, io: Io): Promise<void> => {
  const { since, rule, account, json } = options;
  const told = await client(options).post<BacktestAnswer>('/api/policy/backtest', {
    policy: sealedFile(io, file),
    since,
    ...(rule === undefined ? {} : { rule }),
    ...(account === undefined ? {} : { account }),
  });
  if (json) printJson(io, told);
  else io.out(backtestText(told, io.style));
  if (!told.complete) throw new Failure(INCOMPLETE);
  if (rule !== undefined && told.cases === 0) {
    const catalog = loadCatalog();
    const meant = catalog.rule(rule) === undefined ? meantRule(rule, [], catalog) : '';
    throw new Failure(
      `There is no recorded case of rule ${safe(rule)}${account === undefined ? '' : ` in ${safe(account)}`} since ${safe(told.since ?? 'the beginning')}${meant}: nothing was tried.`,
    );
  }
};
