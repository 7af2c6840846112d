/** The `selfheal` command with all its subcommands. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { Failure } from './failure.ts';
import { type Io, safe } from './io.ts';

type Add = (program: Command, io: Io) => void;

/** Each command's module is loaded when the command is given: nobody waits for what the others need. In the order of the help. */
const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  start: async () => (await import('./commands/start.ts')).addStart,
  inbox: async () => (await import('./commands/inbox.ts')).addInbox,
  approve: async () => (await import('./commands/decide.ts')).addApprove,
  deny: async () => (await import('./commands/decide.ts')).addDeny,
  close: async () => (await import('./commands/close.ts')).addClose,
  cases: async () => (await import('./commands/cases.ts')).addCases,
  case: async () => (await import('./commands/case.ts')).addCase,
  batch: async () => (await import('./commands/batch.ts')).addBatch,
  stop: async () => (await import('./commands/stop.ts')).addStop,
  resume: async () => (await import('./commands/stop.ts')).addResume,
  breaker: async () => (await import('./commands/breaker.ts')).addBreaker,
  sweep: async () => (await import('./commands/sweep.ts')).addSweep,
  report: async () => (await import('./commands/report.ts')).addReport,
  compliance: async () => (await import('./commands/compliance.ts')).addCompliance,
  exempt: async () => (await import('./commands/exempt.ts')).addExempt,
  gate: async () => (await import('./commands/gate.ts')).addGate,
  send: async () => (await import('./commands/send.ts')).addSend,
  plan: async () => (await import('./commands/plan.ts')).addPlan,
  apply: async () => (await import('./commands/apply.ts')).addApply,
  policy: async () => (await import('./commands/policy.ts')).addPolicy,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctor,
  dlq: async () => (await import('./commands/dlq.ts')).addDlq,
  sandbox: async () => (await import('./commands/sandbox.ts')).addSandbox,
};

const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

/**
 * @param only the commands to have in it, by name; absent: all
 *
 * @example
 * (await createProgram(io, ['cases'])).commands.map((command) => command.name()) // ['cases']
 */
export const createProgram = async (
  io: Io,
  only: readonly string[] = Object.keys(COMMANDS),
): Promise<Command> => {
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
  for (const name of only) (await COMMANDS[name]?.())?.(program, io);
  program.addHelpText(
    'after',
    '\nExit codes: 0 done, 1 refused or failed, 2 wrong use; of a gate that could not be judged 3.\n\nExamples:\n  $ selfheal start\n  $ selfheal inbox',
  );
  return program;
};

/** Runs one command line and answers its exit code: 0 done, 1 refused or failed, 2 wrong use, 3 a gate that could not be judged. */
export const runCommand = async (args: readonly string[], io: Io): Promise<number> => {
  try {
    await (await createProgram(io, neededFor(args))).parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return HELP.has(error.code) ? 0 : 2;
    if (error instanceof Failure) {
      io.err(`${io.style.red('error:')} ${error.told}\n`);
      // What a script reads is JSON then too. What is no refusal of the service has no name to go by.
      if (error.code !== undefined && args.includes('--json'))
        io.out(`${JSON.stringify({ error: { code: error.code, message: error.message } }, null, 2)}\n`);
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

/** One command by its name; whatever else is given, a request for help or a misspelt name, needs all. */
const neededFor = ([first = '']: readonly string[]): readonly string[] | undefined => {
  if (Object.hasOwn(COMMANDS, first)) return [first];
  return first === '-V' || first === '--version' ? [] : undefined;
};

/** Asked for, not a mistake. */
const HELP: ReadonlySet<string> = new Set(['commander.helpDisplayed', 'commander.version']);
