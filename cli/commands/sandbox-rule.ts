/** `selfheal sandbox rule …`: has a rule of AWS Config err, be new or be well again, and gives it results by the thousand. */
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { type ListedRule, RULE_STATES } from '../../sandbox/rule-states.ts';
import { type Io, safe } from '../io.ts';
import { client, example, printJson, type ServiceOptions, withJson, withUrl } from './shared.ts';

type Options = ServiceOptions & {
  readonly json: boolean;
  readonly code?: string;
  readonly message?: string;
  readonly compliant?: number;
  readonly nonCompliant?: number;
};

export const addRule = (sandbox: Command, io: Io): void => {
  const command = sandbox
    .command('rule')
    .summary('have a rule of AWS Config err, or give it results')
    .description(
      'Has a rule err (its evaluations fail, and what it found before stays), be never-evaluated, or be well again. A rule of your own can be given results, by the thousand; it is deployed where there is none of that name.',
    )
    .addArgument(new Argument('<state>', 'how it is to fare').choices(RULE_STATES))
    .argument('<rule>', 'its name as deployed')
    .argument('<lane>', 'account and Region, e.g. 333333333333/eu-west-1', lane)
    .option('--code <code>', 'the error code that Config tells, for errs')
    .option('--message <text>', 'the error message beside it')
    .addOption(new Option('--compliant <n>', 'give it so many COMPLIANT results').argParser(count))
    .addOption(new Option('--non-compliant <n>', 'give it so many NON_COMPLIANT results').argParser(count));
  example(
    withJson(withUrl(command)),
    'selfheal sandbox rule errs restricted-ssh 333333333333/eu-west-1 --code AccessDenied',
    'selfheal sandbox rule well our-tags 333333333333/eu-west-1 --compliant 1200 --non-compliant 300',
  ).action(async (state: string, rule: string, where: readonly string[], options: Options) => {
    const [account, region] = where;
    const { code: errorCode, message, compliant, nonCompliant } = options;
    const changed = await client(options).post<ListedRule>('/api/sandbox/rules', {
      account,
      region,
      rule,
      state,
      errorCode,
      message,
      compliant,
      nonCompliant,
    });
    if (options.json) return printJson(io, changed);
    const results = Object.entries(changed.results).map(([type, many]) => `${many} ${type}`);
    const place = `${safe(changed.account)}/${safe(changed.region)}`;
    io.out(
      `The rule ${safe(changed.rule)} in ${place} ${SAYS[changed.state]} now, with ${results.join(', ') || 'no'} results.${
        changed.state === 'well'
          ? ''
          : ` Undo it with: selfheal sandbox rule well ${safe(changed.rule)} ${place}`
      }\n`,
    );
  });
};

const SAYS: Readonly<Record<ListedRule['state'], string>> = {
  well: 'is well',
  errs: 'errs',
  'never-evaluated': 'was never evaluated',
};

const lane = (text: string): readonly string[] => {
  const { account, region } = /^(?<account>\d{12})\/(?<region>[a-z0-9-]+)$/.exec(text)?.groups ?? {};
  if (account === undefined || region === undefined)
    throw new InvalidArgumentError('Expected ACCOUNT/REGION, such as 333333333333/eu-west-1.');
  return [account, region];
};

const count = (text: string): number => {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number, 20000 at most.');
};
