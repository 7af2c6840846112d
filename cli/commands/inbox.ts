/** `selfheal inbox`: what waits for people, the most severe and oldest first. */
import type { Command } from 'commander';
import type { ApiClient } from '../api-client.ts';
import { Failure } from '../failure.ts';
import { type Inbox, readInbox } from '../inbox.ts';
import type { Io } from '../io.ts';
import { fitted, inboxLine, inboxText } from '../render/inbox.ts';
import { client, example, printJson, type ServiceOptions, withJson, withUrl } from './shared.ts';

interface Options extends ServiceOptions {
  readonly watch: boolean;
  readonly json: boolean;
}

export const addInbox = (program: Command, io: Io): void => {
  const command = program
    .command('inbox')
    .summary('list what waits for people, most severe and oldest first')
    .description(
      'Lists what waits for people: plans to approve or deny, and cases that selfheal cannot go on with. Cases of one batch are one row. The command beneath each row is the next to give.',
    )
    .option(
      '-w, --watch',
      'go on until Ctrl-C: a terminal is drawn anew; elsewhere each row is a line when it comes',
      false,
    );
  example(withJson(withUrl(command)), 'selfheal inbox', 'selfheal inbox --watch').action((options: Options) =>
    run(options, io),
  );
};

const run = async (options: Options, io: Io): Promise<void> => {
  const service = client(options);
  if (!options.watch) {
    const inbox = await readInbox(service);
    if (options.json) return printJson(io, inbox);
    return io.out(inboxText(inbox, io));
  }
  const stopped = io.untilStopped().then(() => true);
  const pause = (): Promise<boolean> => Promise.race([stopped, after(LOOK_MS)]);
  if (io.isTty && !options.json) await watchOnTerminal(service, io, pause);
  else await watchLinewise(service, io, options.json, pause);
};

const LOOK_MS = 2_000;

const after = (ms: number): Promise<boolean> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(false), ms);
  });

type Reader = Pick<ApiClient, 'get'>;
/** Waits until it is time to look again; true when the person wants to end. */
type Pause = () => Promise<boolean>;

/** On a screen of its own, which is gone at the end, as it was before. Only what differs is written. */
export const watchOnTerminal = async (service: Reader, io: Io, pause: Pause): Promise<void> => {
  let shown = '';
  io.out(`${OTHER_SCREEN}${HIDE_CURSOR}`);
  try {
    do {
      const text = fitted(`${await lookedAt(service, io)}\nCtrl-C ends this.`, io);
      // Over the old picture, never over an empty screen: that is what flickers.
      if (text !== shown) io.out(`${HOME}${text.replaceAll('\n', `${TO_END_OF_LINE}\n`)}${TO_END_OF_SCREEN}`);
      shown = text;
    } while (!(await pause()));
  } finally {
    io.out(`${SHOW_CURSOR}${FIRST_SCREEN}`);
  }
};

const OTHER_SCREEN = '\u001b[?1049h';
const FIRST_SCREEN = '\u001b[?1049l';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const HOME = '\u001b[H';
const TO_END_OF_LINE = '\u001b[K';
const TO_END_OF_SCREEN = '\u001b[J';

/** A service that does not answer now may in a moment: whoever watches is told, and the watch goes on. */
const lookedAt = async (service: Reader, io: Io): Promise<string> => {
  try {
    return inboxText(await readInbox(service), io);
  } catch (error) {
    return `${io.style.red('error:')} ${messageOf(error)}\nLooking again every ${LOOK_MS / 1_000} seconds.\n`;
  }
};

export const watchLinewise = async (
  service: Reader,
  io: Io,
  asJson: boolean,
  pause: Pause,
): Promise<void> => {
  let known: ReadonlySet<string> = new Set();
  let complaint: string | undefined;
  do {
    try {
      const { at, rows } = await readInbox(service);
      complaint = undefined;
      for (const row of rows.filter((one) => !known.has(keyOf(one))))
        io.out(`${asJson ? JSON.stringify({ at, ...row }) : inboxLine(row, at)}\n`);
      known = new Set(rows.map(keyOf));
    } catch (error) {
      const message = messageOf(error);
      if (message !== complaint) io.err(`error: ${message}\n`);
      complaint = message;
    }
  } while (!(await pause()));
};

/** What comes back after it was away is told again. */
const keyOf = ({ wants, id, since }: Inbox['rows'][number]): string => `${wants} ${id} ${since}`;

const messageOf = (error: unknown): string => {
  if (error instanceof Failure) return error.told;
  throw error;
};
