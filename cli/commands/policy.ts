/** `selfheal policy …`: what the policy says before it does anything, and how a deployed selfheal gets another one. */
import type { Command } from 'commander';
import { checkPolicy } from '../../console/check-policy.ts';
import type { Explanation } from '../../console/explain-event.ts';
import { readEvents } from '../../console/read-events.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { explanation } from '../render/explanation.ts';
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
    'selfheal policy explain event.json',
    'selfheal policy publish --reason "heal public buckets in production too"',
  );

  const check = policy
    .command('check')
    .summary('check a policy file, without a running service')
    .description(
      'Checks a policy file and prints every problem with its place. Needs no running service. Exit code 1 when there is a problem.',
    )
    .argument('[file]', 'the policy', 'policy.yml');
  example(withJson(check), 'selfheal policy check policy.yml').action(
    (file: string, options: { readonly json: boolean }) => runCheck(file, options.json, io),
  );

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
  addPolicyVersions(policy, io);
};

interface ExplainOptions extends ServiceOptions {
  readonly policy?: string;
  readonly json: boolean;
}

const runCheck = (file: string, asJson: boolean, io: Io): void => {
  const check = checkPolicy(readText(io, file), file, loadCatalog());
  if (asJson) printJson(io, check);
  else if (check.ok) io.out(`${safe(file)} is valid: ${check.entries} entries, version ${check.version}.\n`);
  else io.out(`${check.problems.map(({ text }) => safe(text, 1_000)).join('\n')}\n`);
  if (!check.ok)
    throw new Failure(
      `${safe(file)} is not valid: ${check.problems.length === 1 ? 'one problem' : `${check.problems.length} problems`}.`,
    );
};

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
