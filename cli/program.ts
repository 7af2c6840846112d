/** The `selfheal` command with all its subcommands. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addApply } from './commands/apply.ts';
import { addBatch } from './commands/batch.ts';
import { addBreaker } from './commands/breaker.ts';
import { addCase } from './commands/case.ts';
import { addCases } from './commands/cases.ts';
import { addDecide } from './commands/decide.ts';
import { addDlq } from './commands/dlq.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExempt } from './commands/exempt.ts';
import { addPlan } from './commands/plan.ts';
import { addPolicy } from './commands/policy.ts';
import { addSandbox } from './commands/sandbox.ts';
import { addSend } from './commands/send.ts';
import { addStart } from './commands/start.ts';
import { addResume, addStop } from './commands/stop.ts';
import { addSweep } from './commands/sweep.ts';
import { Failure } from './failure.ts';
import { type Io, safe } from './io.ts';

const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

export const createProgram = (io: Io): Command => {
  const program = new Command('selfheal')
    .description(
      'Heals AWS accounts by itself: AWS Config finds, policy decides, SSM Automation fixes, Config verifies.',
    )
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      getOutHelpWidth: () => Math.min(io.columns, 100),
      getErrHelpWidth: () => Math.min(io.columns, 100),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showSuggestionAfterError(true);
  addStart(program, io);
  addCases(program, io);
  addCase(program, io);
  addDecide(program, io, 'approve');
  addDecide(program, io, 'deny');
  addBatch(program, io);
  addStop(program, io);
  addResume(program, io);
  addBreaker(program, io);
  addSweep(program, io);
  addExempt(program, io);
  addSend(program, io);
  addPlan(program, io);
  addApply(program, io);
  addPolicy(program, io);
  addDoctor(program, io);
  addDlq(program, io);
  addSandbox(program, io);
  program.addHelpText(
    'after',
    '\nExit codes: 0 done, 1 refused or failed, 2 wrong use.\n\nExample:\n  $ selfheal start\n  $ selfheal cases --status open',
  );
  return program;
};

/** Runs one command line and answers its exit code: 0 done, 1 refused or failed, 2 wrong use. */
export const runCommand = async (args: readonly string[], io: Io): Promise<number> => {
  try {
    await createProgram(io).parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return HELP.has(error.code) ? 0 : 2;
    if (error instanceof Failure) {
      io.err(`${io.style.red('error:')} ${error.message}\n`);
      return error.exitCode;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    io.err(
      `${io.style.red('error:')} ${text
        .split('\n')
        .map((line) => safe(line))
        .join('\n')}\n`,
    );
    return 1;
  }
};

/** Asked for, not a mistake. */
const HELP: ReadonlySet<string> = new Set(['commander.helpDisplayed', 'commander.version']);
