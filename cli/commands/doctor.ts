/** `selfheal doctor`: is everything there that selfheal needs, and if not, what mends it. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Diagnosis } from '../../domain/doctor/trouble.ts';
import { Failure } from '../failure.ts';
import type { Io } from '../io.ts';
import { countedTroubles, diagnosisText } from '../render/diagnosis.ts';
import { client, example, printJson, type ServiceOptions, withJson, withUrl } from './shared.ts';

interface Options extends ServiceOptions {
  readonly lane: readonly string[];
  readonly strict: boolean;
  readonly json: boolean;
}

export const addDoctor = (program: Command, io: Io): void => {
  const command = program
    .command('doctor')
    .summary('check that everything is there that selfheal needs')
    .description(
      'Looks at the hub (queues, topics, table, buses, policy, timer) and at every account and Region that it looks after: may selfheal enter, does Config record and deliver, do events come, are the runbooks there. Says what is wrong and how to mend it. Changes nothing. Exit code 1 when something is broken or could not be checked.',
    )
    .addOption(
      new Option('--lane <account/region>', 'only there, and not the hub; can be given more than once')
        .argParser(collectLanes)
        .default([], 'all'),
    )
    .option('--strict', 'also exit with 1 when there are risks only', false);
  example(
    withJson(withUrl(command)),
    'selfheal doctor',
    'selfheal doctor --lane 111122223333/eu-central-1',
  ).action((options: Options) => run(options, io));
};

const run = async (options: Options, io: Io): Promise<void> => {
  const query = options.lane.length === 0 ? '' : `?${new URLSearchParams({ lanes: options.lane.join(',') })}`;
  const diagnosis = await client(options).get<Diagnosis>(`/api/doctor${query}`);
  if (options.json) printJson(io, diagnosis);
  else io.out(diagnosisText(diagnosis, io.style));
  if (!diagnosis.healthy || (options.strict && diagnosis.troubles.length > 0))
    throw new Failure(`not healthy: ${countedTroubles(diagnosis)}.`);
};

const collectLanes = (text: string, before: readonly string[]): readonly string[] => {
  if (/^\d{12}\/[a-z]{2}(-[a-z]+)+-\d$/.test(text)) return [...before, text];
  throw new InvalidArgumentError('Expected ACCOUNT/REGION, such as 111122223333/eu-central-1.');
};
