/** `selfheal dlq`: the messages that nobody works on any more: look at them, and have them tried again. */
import type { Command } from 'commander';
import type { DeadLetter, DeadLetterList, RedriveAnswer } from '../../infra/sqs/dead-letters.ts';
import { DEAD_LETTER_QUEUES } from '../../infra/sqs/queues.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { type Column, table } from '../render/table.ts';
import { positiveNumber } from './numbers.ts';
import { asOption, client, example, printJson, type ServiceOptions, withJson, withUrl } from './shared.ts';

type Json = ServiceOptions & { readonly json: boolean };

export const addDlq = (program: Command, io: Io): void => {
  const dlq = program
    .command('dlq')
    .summary('messages that nobody works on any more: list them, have them tried again')
    .description(
      'Messages that could not be delivered, that a function failed on again and again, or that selfheal refused. They are kept for 14 days.',
    );
  example(dlq, 'selfheal dlq list', 'selfheal dlq redrive selfheal-refused');
  addList(dlq, io);
  addShow(dlq, io);
  addRedrive(dlq, io);
};

const addList = (dlq: Command, io: Io): void => {
  const command = dlq
    .command('list', { isDefault: true })
    .summary('list them, the oldest first')
    .description('Lists the messages, the oldest first, with what each is about and why it lies there.')
    .argument('[queue]', `only of this queue: ${DEAD_LETTER_QUEUES.join(', ')}`)
    .option('--max <n>', 'how many at most, up to 500', positiveNumber, 50);
  example(withJson(withUrl(command)), 'selfheal dlq list selfheal-refused').action(
    async (queue: string | undefined, options: Json & { readonly max: number }) => {
      const list = await listed(options, options.max, queue);
      if (options.json) return printJson(io, list);
      io.out(list.letters.length === 0 ? emptyText(list) : listText(list, io));
    },
  );
};

const listed = (options: Json, max: number, queue?: string): Promise<DeadLetterList> => {
  if (queue !== undefined && !DEAD_LETTER_QUEUES.includes(queue)) throw noSuchQueue(queue);
  const query = new URLSearchParams({ max: String(max), ...(queue === undefined ? {} : { queue }) });
  return client(options).get<DeadLetterList>(`/api/dead-letters?${query}`);
};

const noSuchQueue = (queue: string): Failure =>
  new Failure(`There is no queue ${safe(queue)}; give one of ${DEAD_LETTER_QUEUES.join(', ')}.`, 2);

const emptyText = ({ queues }: DeadLetterList): string => {
  const hidden = queues.reduce((sum, queue) => sum + queue.hidden, 0);
  return hidden === 0
    ? 'No dead letters.\n'
    : `No dead letters to see; ${hidden} are hidden just now, since somebody else looks at them. Try again in half a minute.\n`;
};

const listText = ({ letters, queues, more }: DeadLetterList, io: Io): string => {
  const total = queues.reduce((sum, { messages, hidden }) => sum + messages + hidden, 0);
  return [
    table(COLUMNS, letters, io.columns),
    ...(more ? [`The oldest ${letters.length} of about ${total}; --max shows more.`] : []),
    '',
  ].join('\n');
};

const COLUMNS: readonly Column<DeadLetter>[] = [
  { title: 'ID', value: ({ id }) => safe(id) },
  { title: 'QUEUE', value: ({ queue }) => safe(queue) },
  { title: 'SENT', value: ({ sentAt }) => safe(sentAt.slice(0, 16).replace('T', ' ')), leaveOut: 1 },
  { title: 'ABOUT', value: ({ summary }) => safe(summary), widthMin: 16 },
  { title: 'WHY', value: ({ reason }) => safe(reason), widthMin: 16 },
];

const addShow = (dlq: Command, io: Io): void => {
  const command = dlq
    .command('show')
    .summary('tell one of them in full')
    .description(
      'Tells one message: what it is about, why it lies there, and where it goes when it is redriven.',
    )
    .argument('<id>', 'as "selfheal dlq list" gives it');
  example(withJson(withUrl(command)), 'selfheal dlq show 81d83bb1-13dc-4b1e-b370-5c8151b020f7').action(
    async (id: string, options: Json) => {
      const { letters } = await listed(options, LETTERS_MAX);
      const letter = letters.find((each) => each.id === id);
      if (letter === undefined)
        throw new Failure(`There is no dead letter ${safe(id)} (any more), or it is hidden just now.`);
      if (options.json) return printJson(io, letter);
      io.out(letterText(letter));
    },
  );
};

const LETTERS_MAX = 500;

const letterText = ({ id, queue, workQueue, summary, reason, sentAt, receiveCount }: DeadLetter): string =>
  [
    `${safe(id)} in ${safe(queue)}`,
    `  about   ${safe(summary)}`,
    `  why     ${safe(reason)}`,
    `  sent    ${safe(sentAt)}, received ${receiveCount} times (looking at it counts)`,
    `  again   selfheal dlq redrive ${safe(id)}   (to ${safe(workQueue)})`,
    '',
  ].join('\n');

interface RedriveOptions extends Json {
  readonly all: boolean;
  readonly yes: boolean;
  readonly as?: string;
}

const addRedrive = (dlq: Command, io: Io): void => {
  const command = dlq
    .command('redrive')
    .summary('have them tried again')
    .description(
      'Sends messages once more to where they were going: those with the ids, everything in a queue, or everything there is. What selfheal has done about one already is not done twice. Asks first when there is somebody to ask.',
    )
    .argument('[what...]', 'ids, or names of queues')
    .option('--all', 'everything in every queue', false)
    .option('--yes', 'do not ask', false)
    .addOption(asOption());
  example(
    withJson(withUrl(command)),
    'selfheal dlq redrive 81d83bb1-13dc-4b1e-b370-5c8151b020f7',
    'selfheal dlq redrive selfheal-refused',
    'selfheal dlq redrive --all --yes',
  ).action((what: readonly string[], options: RedriveOptions) => redrive(what, options, io));
};

const redrive = async (what: readonly string[], options: RedriveOptions, io: Io): Promise<void> => {
  const orders = ordersOf(what, options.all);
  const question = options.all ? 'everything in every queue' : what.map((each) => safe(each)).join(', ');
  if (!options.yes && !(await io.confirm(`Send again ${question}?`)))
    throw new Failure('Nothing was sent again.');
  const answers: RedriveAnswer[] = [];
  for (const order of orders)
    answers.push(await client(options).post<RedriveAnswer>('/api/dead-letters/redrive', order));
  const answer: RedriveAnswer = {
    redriven: answers.flatMap(({ redriven }) => redriven),
    notFound: answers.flatMap(({ notFound }) => notFound),
  };
  if (options.json) printJson(io, answer);
  else io.out(redrivenText(answer));
  if (answer.notFound.length > 0)
    throw new Failure(
      `not there (any more), or hidden just now: ${answer.notFound.map((id) => safe(id)).join(', ')}.`,
    );
};

type Order = { readonly queues: readonly string[] } | { readonly ids: readonly string[] };

const ordersOf = (what: readonly string[], all: boolean): readonly Order[] => {
  if (all) {
    if (what.length > 0) throw new Failure('--all means everything; name nothing besides.', 2);
    return [{ queues: DEAD_LETTER_QUEUES }];
  }
  if (what.length === 0) throw new Failure('Say what: ids, names of queues, or --all.', 2);
  const ids = what.filter((each) => UUID.test(each));
  const queues = what.filter((each) => !UUID.test(each));
  for (const queue of queues) if (!DEAD_LETTER_QUEUES.includes(queue)) throw noSuchQueue(queue);
  return [...(queues.length === 0 ? [] : [{ queues }]), ...(ids.length === 0 ? [] : [{ ids }])];
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const redrivenText = ({ redriven }: RedriveAnswer): string =>
  redriven
    .map(({ queue, workQueue, moved }) =>
      moved === undefined
        ? `${safe(queue)}: SQS moves everything to ${safe(workQueue)} now.\n`
        : `${safe(queue)}: ${moved} sent again to ${safe(workQueue)}.\n`,
    )
    .join('');
