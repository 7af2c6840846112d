/** The process behind the command: its streams, its arguments, its exit code. */
import { realIo } from './io.ts';
import { runCommand } from './program.ts';

export const main = async (args: readonly string[]): Promise<void> => {
  // `selfheal cases | head` closes our output early: that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  process.exitCode = await runCommand(args, realIo());
};
