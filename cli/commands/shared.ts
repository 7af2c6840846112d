/** Options that several commands take, and what they mean. */
import { dirname } from 'node:path';
import { type Command, Option } from 'commander';
import { type ApiClient, createApiClient, DEFAULT_URL } from '../api-client.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';

export interface ServiceOptions {
  readonly url: string;
  readonly sign?: boolean;
  /** Who else it is to be, on one's own machine. */
  readonly as?: string;
}

/** `--url`, or SELFHEAL_URL, or the port on which `start` listens. */
export const withUrl = (command: Command): Command =>
  command
    .addOption(new Option('--url <url>', 'where selfheal runs').env('SELFHEAL_URL').default(DEFAULT_URL))
    .addOption(
      new Option(
        '--sign',
        "sign with your AWS credentials, for a deployed selfheal at an address of your own (API Gateway's are signed anyway)",
      ).env('SELFHEAL_SIGN'),
    );

export const withJson = (command: Command): Command =>
  command.option('--json', 'print JSON instead of text', false);

/** The example that every help ends with. */
export const example = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText(
    'after',
    `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((text) => `  $ ${text}`).join('\n')}`,
  );

export const client = ({ url, sign = false, as }: ServiceOptions): ApiClient =>
  createApiClient(url, { sign, ...(as === undefined ? {} : { as }) });

/** Nobody is believed a name: the local identity provider is asked for a token in it. */
export const asOption = (): Option =>
  new Option(
    '--as <name>',
    'another local user (default: the one whom "selfheal start" named); not for a deployed selfheal, which knows who you are',
  );

export const printJson = (io: Io, value: unknown): void => io.out(`${JSON.stringify(value, null, 2)}\n`);

/** A file's text, or a failure that says which file and why. */
export const readText = (io: Io, file: string): string => {
  try {
    return io.read(file);
  } catch (error) {
    const name = file === '-' ? 'standard input' : safe(file);
    const code = (error as { code?: string }).code;
    if (code === 'ENOENT') throw new Failure(`There is no file ${name}.`);
    if (code === 'EISDIR') throw new Failure(`${name} is a directory; give a file.`);
    throw new Failure(
      `${name} cannot be read: ${safe(error instanceof Error ? error.message : String(error))}`,
    );
  }
};

/** To be asked before any work: a result that cannot be kept was made for nothing. */
export const needFolderOf = (io: Io, file: string): void => {
  const folder = dirname(file);
  if (!io.hasFolder(folder))
    throw new Failure(`There is no directory ${safe(folder)}: make it, or choose another file.`, 2);
};

/** Writes a file whole, or fails and says which file and why. */
export const writeText = (io: Io, file: string, text: string): void => {
  try {
    io.write(file, text);
  } catch (error) {
    throw new Failure(
      `${safe(file)} cannot be written: ${safe(error instanceof Error ? error.message : String(error))}`,
    );
  }
};
