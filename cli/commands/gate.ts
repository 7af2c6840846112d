/** `selfheal gate`: whether a pipeline may go on, by what AWS Config says of the rules that matter to it. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Framework } from '../../domain/catalog/catalog.ts';
import type { AskedFramework, GateAsked, GateException, GateVerdict } from '../../domain/compliance/gate.ts';
import { exceptionOf } from '../../domain/compliance/gate-exceptions.ts';
import { judgeGate } from '../../domain/compliance/judge-gate.ts';
import type { RuleFacts } from '../../domain/compliance/rule-meant.ts';
import { type Share, shareOf } from '../../domain/compliance/share.ts';
import { loadFrameworks } from '../../infra/packs/controls.ts';
import { Failure } from '../failure.ts';
import { createAsker } from '../gate/asker.ts';
import { readGate } from '../gate/read-gate.ts';
import { ruleFacts } from '../gate/rule-facts.ts';
import type { Io } from '../io.ts';
import { gateAnnotations } from '../render/gate/annotations.ts';
import { gateSummary } from '../render/gate/job-summary.ts';
import { gateJson } from '../render/gate/json.ts';
import { gateJunit } from '../render/gate/junit.ts';
import { gateText } from '../render/gate/text.ts';
import { type GateTold, headline } from '../render/gate/words.ts';
import { account, FRAMEWORKS, framework, listOption, named, region, seconds } from './compliance-options.ts';
import {
  client,
  example,
  needFolderOf,
  printJson,
  type ServiceOptions,
  withUrl,
  writeText,
} from './shared.ts';

interface Options extends ServiceOptions {
  readonly rules: readonly string[];
  readonly framework: readonly Framework[];
  readonly minScore: Share;
  readonly account: readonly string[];
  readonly region: readonly string[];
  readonly except: readonly GateException[];
  readonly format: 'text' | 'json';
  readonly junit?: string;
  readonly annotations?: 'github';
  readonly timeout: number;
}

export const addGate = (program: Command, io: Io): void => {
  const command = program
    .command('gate')
    .summary('let a pipeline go on only where enough is compliant')
    .description(
      'Reads all results of Config rules and passes when enough of them are compliant. What errs, was never evaluated, has no result or could not be read does not pass, whatever the score. Changes nothing. The score is the compliant results by all but the NOT_APPLICABLE ones.',
    )
    .addOption(
      listOption(
        '--rules <rules>',
        'Config rules, by identifier or name, separated by commas',
        named,
        'none',
      ),
    )
    .addOption(
      listOption(
        '--framework <names>',
        `all rules that serve it, as far as they are deployed: ${FRAMEWORKS.join(', ')}`,
        framework,
        'none',
      ),
    )
    .addOption(
      new Option('--min-score <share>', 'how much must be compliant, from 0 to 1')
        .argParser(minScore)
        .default(shareOf('1'), '1'),
    )
    .addOption(listOption('--account <ids>', 'only these accounts; each must be covered', account))
    .addOption(listOption('--region <regions>', 'only these Regions; each must be covered', region))
    .addOption(
      listOption(
        '--except <rules>',
        'leave a rule out: RULE, or where: RULE@ACCOUNT, RULE@ACCOUNT/REGION',
        exception,
        'none',
      ),
    )
    .addOption(new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text'))
    .option('--junit <file>', 'write the verdict for a pipeline, as JUnit XML')
    .addOption(
      new Option(
        '--annotations <kind>',
        'print annotations, too; a summary is written wherever GITHUB_STEP_SUMMARY names a file',
      ).choices(['github']),
    )
    .addOption(
      new Option('--timeout <seconds>', 'give up after so long: what was not read by then does not pass')
        .argParser(seconds)
        .default(300),
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 passed, 1 not passed, 2 wrong use, 3 could not be judged, and so not passed.',
    );
  example(
    withUrl(command),
    'selfheal gate --rules s3-bucket-versioning-enabled,restricted-ssh --min-score 0.95',
    'selfheal gate --framework pci --account 111122223333 --junit gate.xml',
  ).action((options: Options) => run(options, io));
};

const run = async (options: Options, io: Io): Promise<void> => {
  const facts = ruleFacts();
  const asked = askedOf(options);
  if (options.junit !== undefined) needFolderOf(io, options.junit);
  const { outcome, ...verdict } = await orUnjudged(() => judged(asked, options, facts, io));
  if (outcome === 'passed') return;
  throw new Failure(headline({ outcome, ...verdict }), outcome === 'not-passed' ? 1 : 3);
};

/** Nothing that goes wrong here is a verdict: it is told apart from one that was reached. */
const orUnjudged = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure && error.exitCode === 2) throw error;
    const why = error instanceof Failure ? error.told : error instanceof Error ? error.stack : String(error);
    throw new Failure(`Not passed, since it could not be judged: ${why}`, 3);
  }
};

const judged = async (asked: GateAsked, options: Options, facts: RuleFacts, io: Io): Promise<GateVerdict> => {
  const asker = createAsker({
    api: client(options),
    sleep: io.sleep,
    nowMs: Date.now,
    timeoutMs: options.timeout * 1_000,
    random: Math.random,
  });
  const verdict = judgeGate(asked, await readGate(asked, asker, facts), facts);
  tell({ verdict, again: asker.again }, options, io);
  return verdict;
};

const tell = (told: GateTold, { format, annotations, junit }: Options, io: Io): void => {
  if (format === 'json') printJson(io, gateJson(told));
  else io.out(gateText(told, io));
  if (annotations !== undefined) {
    // What a script reads stays JSON: GitHub listens to both.
    const write = format === 'json' ? io.err : io.out;
    for (const line of gateAnnotations(told)) write(`${line}\n`);
  }
  if (junit !== undefined) writeText(io, junit, gateJunit(told));
  const summary = io.env.GITHUB_STEP_SUMMARY;
  if (summary !== undefined && summary !== '') io.append(summary, gateSummary(told));
};

const askedOf = (options: Options): GateAsked => {
  if (options.rules.length === 0 && options.framework.length === 0)
    throw new Failure('Say what to judge: --rules RULE,RULE or --framework pci', 2);
  return {
    rules: options.rules,
    frameworks: frameworksOf(options.framework),
    accounts: options.account,
    regions: options.region,
    except: options.except,
    minScore: options.minScore,
  };
};

/** Far more rules serve a framework than the catalog has runbooks for. */
const frameworksOf = (wanted: readonly Framework[]): readonly AskedFramework[] =>
  wanted.length === 0
    ? []
    : loadFrameworks()
        .filter((each) => wanted.includes(each.framework))
        .map((each) => ({ name: each.framework, rules: Object.keys(each.rules).toSorted() }));

const exception = (text: string): GateException => {
  const found = exceptionOf(text);
  if (found === undefined)
    throw new InvalidArgumentError(
      'Expected RULE, RULE@ACCOUNT or RULE@ACCOUNT/REGION, separated by commas.',
    );
  return found;
};

const minScore = (text: string): Share => {
  const share = shareOf(text);
  if (share === undefined)
    throw new InvalidArgumentError('Expected a number from 0 to 1 such as 0.95, with nine digits at most.');
  return share;
};
