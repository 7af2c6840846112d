/** `selfheal sandbox recorder …`: AWS Config's recorders in the sandbox: look at them, stop them, have them fail. */
import { Argument, type Command } from 'commander';
import { type ListedRecorder, RECORDER_STATES } from '../../sandbox/recorder-states.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { type Column, table } from '../render/table.ts';
import { client, example, printJson, type ServiceOptions, withJson, withUrl } from './shared.ts';

type Options = ServiceOptions & {
  readonly json: boolean;
  readonly code?: string;
  readonly message?: string;
};

export const addRecorder = (sandbox: Command, io: Io): void => {
  const command = sandbox
    .command('recorder')
    .summary("list AWS Config's recorders, stop them, have them fail")
    .description(
      "Lists AWS Config's recorders, or has one be on, off, failing (it records nothing), undelivered (what it records reaches no bucket) or missing.",
    )
    .addArgument(new Argument('[state]', 'what it is to be').choices(RECORDER_STATES))
    .argument('[lane]', 'account and Region, e.g. 333333333333/eu-west-1')
    .option('--code <code>', 'the error code that Config tells, for failing and undelivered')
    .option('--message <text>', 'the error message beside it');
  example(
    withJson(withUrl(command)),
    'selfheal sandbox recorder',
    'selfheal sandbox recorder off 333333333333/eu-west-1',
  ).action(async (state: string | undefined, lane: string | undefined, options: Options) => {
    const api = client(options);
    if (state === undefined) {
      const { recorders } = await api.get<{ recorders: readonly ListedRecorder[] }>('/api/sandbox/recorders');
      if (options.json) return printJson(io, { recorders });
      return io.out(`${table(columns(io), recorders, io.columns)}\n`);
    }
    const { code: errorCode, message } = options;
    const body = { ...laneOf(lane), state, errorCode, message };
    const recorder = await api.post<ListedRecorder>('/api/sandbox/recorders', body);
    if (options.json) return printJson(io, recorder);
    const { account, region } = recorder;
    io.out(
      `The recorder in ${safe(account)}/${safe(region)} is ${recorder.state} now.${
        state === 'on' ? '' : ` Undo it with: selfheal sandbox recorder on ${safe(account)}/${safe(region)}`
      }\n`,
    );
  });
};

const laneOf = (text: string | undefined): { readonly account: string; readonly region: string } => {
  const [, account, region] = /^([0-9]{12})\/([a-z0-9-]+)$/.exec(text ?? '') ?? [];
  if (account === undefined || region === undefined)
    throw new Failure('Name the lane as account and Region, e.g. 333333333333/eu-west-1.');
  return { account, region };
};

const columns = ({ style }: Io): readonly Column<ListedRecorder>[] => [
  { title: 'ACCOUNT', value: ({ account }) => safe(account) },
  { title: 'REGION', value: ({ region }) => safe(region) },
  {
    title: 'RECORDER',
    value: ({ state }) => state,
    paint: (text, { state }) => (state === 'on' ? style.green(text) : style.red(text)),
  },
  { title: 'WHY', value: ({ why }) => safe(why ?? ''), widthMin: 10 },
];
