/**
 * The token of the person who runs selfheal on this machine: `start` leaves it where the command line finds it, in a
 * file that nobody else can read, one for each port. What somebody else could have read or written is not used.
 */
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure } from './failure.ts';
import { safe } from './io.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** @example tokenFile('http://127.0.0.1:4510', { XDG_STATE_HOME: '/home/ada/state' }) // '/home/ada/state/selfheal/token-4510' */
export const tokenFile = (url: string, { XDG_STATE_HOME: state }: Env): string => {
  const { port } = new URL(url);
  const folder = state?.startsWith('/') ? state : join(homedir(), '.local', 'state');
  return join(folder, 'selfheal', `token-${port === '' ? '80' : port}`);
};

export interface KeptToken {
  readonly file: string;
  /** Takes it away, unless another one has been put there since. */
  remove(): void;
}

/** @throws Failure when it cannot be kept */
export const keepToken = (url: string, token: string, env: Env): KeptToken => {
  const file = tokenFile(url, env);
  const beside = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    rmSync(beside, { force: true });
    writeFileSync(beside, `${token}\n`, { flag: 'wx', mode: 0o600 });
    renameSync(beside, file);
  } catch (error) {
    throw new Failure(`the token cannot be kept in ${safe(file)}: ${reasonOf(error)}`);
  }
  return {
    file,
    remove: () => {
      try {
        if (readFileSync(file, 'utf8').trim() === token) rmSync(file, { force: true });
      } catch {
        // It is gone already, which is what was wanted.
      }
    },
  };
};

/**
 * Undefined when there is none.
 *
 * @throws Failure when it cannot be trusted: it says which file, why, and what to do
 */
export const readToken = (file: string): string | undefined => {
  let opened: number;
  try {
    // A link could have us send what lies somewhere else.
    opened = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw untrusted(
      file,
      (error as NodeJS.ErrnoException).code === 'ELOOP' ? 'it is a link' : reasonOf(error),
    );
  }
  try {
    const { mode, uid } = fstatSync(opened);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw untrusted(file, 'it is no file');
    if (uid !== process.getuid?.()) throw untrusted(file, "it is somebody else's");
    if ((mode & 0o077) !== 0)
      throw untrusted(file, `others may read or write it (mode ${(mode & 0o777).toString(8)})`);
    const token = readFileSync(opened, 'utf8').trim();
    if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw untrusted(file, 'what is in it is no token');
    return token;
  } finally {
    closeSync(opened);
  }
};

const untrusted = (file: string, why: string): Failure =>
  new Failure(
    `The token in ${safe(file)} is not used: ${why}. Remove it and start selfheal again, or give a token as SELFHEAL_TOKEN.`,
  );

const reasonOf = (error: unknown): string => safe(error instanceof Error ? error.message : String(error));
