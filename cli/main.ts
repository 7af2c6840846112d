/** The process behind the command: its streams, its arguments, its exit code. */
import { realIo } from './io.ts';
import { runCommand } from './program.ts';

export const main = async (args: readonly string[]): Promise<void> => {
  // `selfheal cases | head` closes our output early: that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Nor has a gate passed whose output nobody wants to see: it goes on, and answers what it finds.
    if (error.code === 'EPIPE' && args[0] === 'gate') return;
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  const code = await runCommand(args, realIo());
  // What a command leaves behind (an idle connection, a poll under way) shall not keep the shell waiting.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
};
