/** `selfheal close`: a person says that nothing more is to be done about a case. */
import type { Command } from 'commander';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { asOption, client, example, printJson, type ServiceOptions, withJson, withUrl } from './shared.ts';

interface Options extends ServiceOptions {
  readonly reason: string;
  readonly as?: string;
  readonly json: boolean;
}

export const addClose = (program: Command, io: Io): void => {
  const command = program
    .command('close')
    .summary('close a case by hand')
    .description(
      'Closes a case: nothing more is done about it. If Config still reports the resource as NON_COMPLIANT afterwards, that is a new case, and people are asked before anything runs. To keep it quiet, use "selfheal exempt add".',
    )
    .argument('<id>', 'the case, as "selfheal inbox" lists it')
    .requiredOption('--reason <text>', 'why; it stays with the case')
    .addOption(asOption());
  example(
    withJson(withUrl(command)),
    'selfheal close 0k3v9x1q7m2p5t8a-1 --reason "accepted, ticket 4711"',
  ).action((id: string, options: Options) => run(id, options, io));
};

const run = async (id: string, options: Options, io: Io): Promise<void> => {
  if (options.reason.trim() === '')
    throw new Failure('--reason: say why; a case closed without a reason helps nobody later.', 2);
  const done = await client(options).post<{ caseId: string; state: string }>(
    `/api/cases/${encodeURIComponent(id)}/close`,
    { reason: options.reason },
  );
  if (options.json) return printJson(io, done);
  io.out(`Closed: case ${safe(done.caseId)} is now ${safe(done.state)}.\n`);
};
