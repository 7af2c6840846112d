/** `selfheal policy …`: what the policy says before it does anything, and how a deployed selfheal gets another one. */
import type { Command } from 'commander';
import type { Explanation } from '../../console/explain-event.ts';
import { readEvents } from '../../console/read-events.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { explanation } from '../render/explanation.ts';
import { addPolicyBacktest } from './policy-backtest.ts';
import { addPolicyCheck } from './policy-check.ts';
import { addPolicyTest } from './policy-test.ts';
import { addPolicyVersions } from './policy-versions.ts';
import { client, example, printJson, readText, type ServiceOptions, withJson, withUrl } from './shared.ts';

export const addPolicy = (program: Command, io: Io): void => {
  const policy = program
    .command('policy')
    .summary('check the policy, explain what it says, publish it')
    .description(
      'Checks the policy, explains what it says about an event, and publishes it to a deployed selfheal.',
    );
  example(
    policy,
    'selfheal policy check',
    'selfheal policy test',
    'selfheal policy explain event.json',
    'selfheal policy publish --reason "heal public buckets in production too"',
  );

  addPolicyCheck(policy, io);
  addPolicyTest(policy, io);

  const explain = policy
    .command('explain')
    .summary('tell what would be done about an event, and why')
    .description(
      'Tells what would be done about a compliance event if it came now: which entry decides and why the earlier ones do not, the plan, and every check before a start with its answer. Changes nothing.',
    )
    .argument('<event>', 'a file with one EventBridge event, or - for standard input')
    .option('--policy <file>', 'explain by this policy instead of the one in force');
  example(
    withJson(withUrl(explain)),
    'selfheal policy explain event.json',
    'selfheal policy explain event.json --policy draft.yml',
  ).action((file: string, options: ExplainOptions) => runExplain(file, options, io));
  addPolicyBacktest(policy, io);
  addPolicyVersions(policy, io);
};

interface ExplainOptions extends ServiceOptions {
  readonly policy?: string;
  readonly json: boolean;
}

const runExplain = async (file: string, options: ExplainOptions, io: Io): Promise<void> => {
  const policy =
    options.policy === undefined
      ? {}
      : { policy: { text: readText(io, options.policy), file: options.policy } };
  const event = oneEvent(readText(io, file), file);
  const told = await client(options).post<Explanation>('/api/policy/explain', { event, ...policy });
  if (options.json) printJson(io, told);
  else io.out(explanation(told, io.style));
};

const oneEvent = (text: string, file: string): unknown => {
  const events = readEvents(text);
  const [first] = events;
  if (first === undefined || events.length > 1)
    throw new Failure(`${safe(file)} holds ${events.length} events; give exactly one to explain.`);
  try {
    return JSON.parse(first.text);
  } catch (error) {
    throw new Failure(`${safe(file)} is no JSON: ${safe(error instanceof Error ? error.message : '')}`);
  }
};
