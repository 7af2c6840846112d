/** `selfheal send`: events as EventBridge would deliver them, each answered for by itself. */
import type { Command } from 'commander';
import { type EventText, readEvents } from '../../console/read-events.ts';
import type { EventAnswer, EventsAnswer } from '../../console/routes/event-routes.ts';
import type { ApiClient } from '../api-client.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { client, example, printJson, readText, type ServiceOptions, withJson, withUrl } from './shared.ts';

interface Options extends ServiceOptions {
  readonly withResource: boolean;
  readonly json: boolean;
}

export const addSend = (program: Command, io: Io): void => {
  const command = program
    .command('send')
    .summary('deliver EventBridge events from a file')
    .description(
      'Delivers events as EventBridge would: one event, an array of them, or NDJSON (one a line). Says of each whether it was accepted, ignored or refused, and why. Exit code 1 when any was refused.',
    )
    .argument('<file>', 'a file with events, or - for standard input')
    .option(
      '--with-resource',
      'also make the resource exist, broken, in the sandbox (where its type is known): without it Config knows no such resource, and nothing runs',
      false,
    );
  example(
    withJson(withUrl(command)),
    'selfheal send captured-event.json --with-resource',
    'cat events.ndjson | selfheal send - --json',
  ).action((file: string, options: Options) => run(file, options, io));
};

const run = async (file: string, options: Options, io: Io): Promise<void> => {
  const events = readEvents(readText(io, file));
  if (events.length === 0)
    throw new Failure(`${file === '-' ? 'Standard input' : safe(file)} holds no event.`);
  const answer = await sendAll(client(options), events, options.withResource);
  if (options.json) printJson(io, answer);
  else io.out(report(answer));
  if (answer.refused > 0) throw new Failure(`${answer.refused} of ${events.length} events refused.`);
};

/** Parts that the service takes at once. */
const PART_EVENTS_MAX = 200;
const PART_CHARS_MAX = 200_000;

export const sendAll = async (
  api: ApiClient,
  events: readonly EventText[],
  withResource: boolean,
): Promise<EventsAnswer> => {
  const answers: EventAnswer[] = [];
  for (const part of parts(events)) {
    const { events: told } = await api.postLines<EventsAnswer>(
      `/api/events${withResource ? '?withResource=true' : ''}`,
      part.map(({ text }) => onOneLine(text)),
    );
    const first = answers.length;
    told.forEach((each, n) => {
      answers.push({ ...each, index: first + n, line: part[n]?.line ?? each.line });
    });
  }
  const count = (kind: EventAnswer['answer']) => answers.filter(({ answer }) => answer === kind).length;
  return {
    accepted: count('accepted'),
    ignored: count('ignored'),
    refused: count('refused'),
    events: answers,
  };
};

const parts = function* (events: readonly EventText[]): Generator<readonly EventText[]> {
  let part: EventText[] = [];
  let chars = 0;
  for (const event of events) {
    if (part.length > 0 && (part.length >= PART_EVENTS_MAX || chars + event.text.length > PART_CHARS_MAX)) {
      yield part;
      part = [];
      chars = 0;
    }
    part.push(event);
    chars += event.text.length;
  }
  if (part.length > 0) yield part;
};

/** What is no JSON keeps its fault; only its line breaks go. */
const onOneLine = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text.replace(/[\r\n]+/g, ' ');
  }
};

const report = ({ accepted, ignored, refused, events }: EventsAnswer): string =>
  [
    ...events
      .filter(
        ({ answer, note }) => answer !== 'accepted' || note !== null || events.length <= ACCEPTED_SHOWN_MAX,
      )
      .map(({ line, answer, reason, note }) => {
        const why = [reason, note].filter((text) => text !== null).map((text) => safe(text));
        return [`line ${line}: ${answer}`, ...why].join(': ');
      }),
    `${accepted} accepted, ${ignored} ignored, ${refused} refused`,
    '',
  ].join('\n');

/** A long list of what went well would hide what did not. */
const ACCEPTED_SHOWN_MAX = 20;
