// Runs several command lines of `selfheal` in one process, on whatever terminal that has: `commands-in-turn.mjs 'inbox' 'case ID'`.
import { register } from 'tsx/esm/api';

register();
const { runCommand } = await import('../../cli/program.ts');
const { realIo } = await import('../../cli/io.ts');
for (const line of process.argv.slice(2)) {
  const code = await runCommand(line.split(' '), realIo());
  if (code !== 0) process.exit(code);
}
