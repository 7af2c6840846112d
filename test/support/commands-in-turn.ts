/** Runs several command lines of `selfheal` in one process, on whatever terminal that has: `commands-in-turn.ts 'inbox' 'case ID'`. */
import { realIo } from '../../cli/io.ts';
import { runCommand } from '../../cli/program.ts';

for (const line of process.argv.slice(2)) {
  const code = await runCommand(line.split(' '), realIo());
  if (code !== 0) process.exit(code);
}
