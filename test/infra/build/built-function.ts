/** A packaged function in a process of its own, as Lambda would run it: its folder, its environment, an event, an answer. */
import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';

export interface Invocation {
  readonly exitCode: number | null;
  /** What the handler returned. */
  readonly answer: unknown;
  /** What it logged. */
  readonly log: string;
  readonly stderr: string;
}

const ANSWER = 'answer: ';

/**
 * The module is loaded as Lambda loads it, at the instant `NOW` of its environment; what it logs goes by, and
 * what it answers is printed last.
 */
const RUNNER = `
Date.now = () => Date.parse(process.env.NOW);
// Node would show the line that threw first, which is the whole bundle, and the pipe ends before the error.
process.on('uncaughtException', ({ stack }) => process.stderr.write(stack, () => process.exit(1)));
const { handler } = await import(process.env.MODULE);
let text = '';
for await (const chunk of process.stdin) text += chunk;
const answer = await handler(JSON.parse(text), {});
process.stdout.write('\\n${ANSWER}' + JSON.stringify(answer ?? null) + '\\n', () => process.exit(0));
`;

export const invokeBuilt = (
  modulePath: string,
  event: unknown,
  environment: Readonly<Record<string, string>>,
): Promise<Invocation> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', RUNNER], {
      env: { PATH: process.env.PATH ?? '', MODULE: pathToFileURL(modulePath).href, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (exitCode) => {
      const line = stdout.split('\n').find((one) => one.startsWith(ANSWER));
      resolve({
        exitCode,
        answer: line && (JSON.parse(line.slice(ANSWER.length)) as unknown),
        log: stdout,
        stderr,
      });
    });
    child.stdin.end(JSON.stringify(event));
  });
