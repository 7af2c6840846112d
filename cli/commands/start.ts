/** `selfheal start`: the local service, with what happens in it shown as it happens. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import type { WatchedService } from '../live-view.ts';
import { type KeptToken, keepToken } from '../own-token.ts';
import { portNumber, positiveNumber } from './numbers.ts';
import { example } from './shared.ts';

interface Options {
  readonly port: number;
  readonly data?: string;
  readonly policy?: string;
  readonly scenario: string;
  readonly speed?: number;
  readonly sandboxUrl?: string;
  readonly packaged?: true;
  readonly user?: string;
}

/** A demo is watched: four minutes of the accounts' life in less than half a one of the watcher's. */
const SCENARIO_SPEED = 10;

export const addStart = (program: Command, io: Io): void => {
  const command = program
    .command('start')
    .summary('run the local service')
    .description(
      'Runs selfheal on this machine, with AWS accounts to heal (the sandbox), until it is stopped by Ctrl-C. Shows what happens in it.',
    )
    .addOption(
      new Option('--port <port>', 'port on 127.0.0.1; 0 takes any free one')
        .argParser(portNumber)
        .default(4510),
    )
    .option('--data <dir>', 'keep everything there: stopped or killed, it goes on where it was')
    .option('--policy <file>', 'the policy (default: policy.yml here, else the one selfheal comes with)')
    .option('--scenario <name>', 'things that go wrong by themselves: demo, or none', 'none')
    .addOption(
      new Option(
        '--speed <n>',
        "how fast the sandbox's time runs (default: 1, with a scenario 10)",
      ).argParser(positiveNumber),
    )
    .addOption(
      new Option('--sandbox-url <url>', 'use the sandbox that runs there (selfheal sandbox start)').conflicts(
        'packaged',
      ),
    )
    .option('--user <name>', 'who you are here (default: the name you are logged in by)')
    .option(
      '--packaged',
      'as it is deployed: package it, make its stacks in the accounts, run the zips by them',
    );
  example(command, 'selfheal start --data .selfheal', 'selfheal start --scenario demo --speed 10').action(
    (options: Options) => run(options, io),
  );
};

interface StartedService extends WatchedService {
  readonly token: string;
  readonly user: string;
  close(): Promise<void>;
}

const run = async (options: Options, io: Io): Promise<void> => {
  const scenario = options.scenario === 'none' ? undefined : options.scenario;
  const service = await started(options, scenario, io);
  const kept = keptToken(service, io);
  io.out(`selfheal ready on ${service.url}\n`);
  io.out(howToSignIn(service, kept?.file));
  if (options.packaged) io.out(howToAsk(service));
  const { showLive } = await import('../live-view.ts');
  const live = showLive(io, service, scenario !== undefined);
  await io.untilStopped();
  live.close();
  kept?.remove();
  await service.close();
};

const started = async (options: Options, scenario: string | undefined, io: Io): Promise<StartedService> => {
  // Loaded here: the other commands need none of AWS's clients and shall not wait for them.
  const start = options.packaged
    ? (await import('../service/packaged-service.ts')).startPackagedService
    : (await import('../service/start-service.ts')).startService;
  try {
    return await start({
      port: options.port,
      policyFile: options.policy ?? defaultPolicy(),
      speed: options.speed ?? (scenario === undefined ? 1 : SCENARIO_SPEED),
      ...(options.data === undefined ? {} : { dataDir: options.data }),
      ...(scenario === undefined ? {} : { scenario }),
      user: options.user ?? io.userName(),
      ...(options.sandboxUrl === undefined ? {} : { sandboxUrl: options.sandboxUrl }),
    });
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new Failure(`selfheal cannot start: ${lines.map((line) => safe(line)).join('\n')}`);
  }
};

/** Whoever cannot keep it still has it before their eyes. */
const keptToken = ({ url, token }: StartedService, io: Io): KeptToken | undefined => {
  try {
    return keepToken(url, token, io.env);
  } catch (error) {
    io.err(`WARNING: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
};

const howToSignIn = ({ url, token, user }: StartedService, file: string | undefined): string =>
  `You are ${safe(user)} here: sign in at ${url}/sign-in with this token${file === undefined ? '; give it to the command line as SELFHEAL_TOKEN' : `; the command line finds it in ${safe(file)}`}.
${token}
`;

/** Here nobody is believed their name: the command line signs or brings the token, as a browser does. */
const howToAsk = ({ url, sandboxUrl }: WatchedService): string =>
  `The command line signs: AWS_ACCESS_KEY_ID=222222222222 AWS_SECRET_ACCESS_KEY=sandbox AWS_REGION=us-east-1 npx selfheal cases --url ${url} --sign
Tokens of others: curl -X POST ${sandboxUrl}/_sandbox/identity/tokens -d '{"sub":"ada"}'
Break something: curl -X POST ${sandboxUrl}/_sandbox/resources/break -d '{"what":"AWS::KMS::Key"}'
What the functions say: curl ${sandboxUrl}/_sandbox/logs, and the alarms: curl ${sandboxUrl}/_sandbox/alarms
`;

const defaultPolicy = (): string =>
  existsSync('policy.yml') ? 'policy.yml' : fileURLToPath(new URL('../../policy.yml', import.meta.url));
