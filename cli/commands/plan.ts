/** `selfheal plan`: what would happen now, without doing it. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { catalogProblems } from '../../domain/policy/catalog-fit.ts';
import { parsePolicy } from '../../domain/policy/parse-policy.ts';
import { formatProblem } from '../../domain/policy/policy-problem.ts';
import { PLAN_FORMAT, savedFinding, writePlan } from '../../domain/preview/saved-plan.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { sealPolicy } from '../../infra/packaged/seal-policy.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { type MadePlan, makePlan } from '../plan/make-plan.ts';
import { planJson } from '../plan/plan-json.ts';
import { notWhole, planText } from '../render/plan.ts';
import { noRuleText, unknownRules } from '../unknown-rules.ts';
import {
  client,
  example,
  needFolderOf,
  printJson,
  readText,
  type ServiceOptions,
  withJson,
  withUrl,
  writeText,
} from './shared.ts';

interface Options extends ServiceOptions {
  readonly rule: readonly string[];
  readonly account: readonly string[];
  readonly region: readonly string[];
  readonly detail: boolean;
  readonly policy?: string;
  readonly out?: string;
  readonly json: boolean;
}

export const addPlan = (program: Command, io: Io): void => {
  const command = program
    .command('plan')
    .summary('tell what would happen now to everything that is NON_COMPLIANT')
    .description(
      'Reads from AWS Config what is NON_COMPLIANT and tells what selfheal would do about it now: what would run, what would be asked for, what holds the rest back, how long it would take and what it would cost. Changes nothing. Exit code 1 when anything could not be read, or nobody knows a rule that is named.',
    )
    .addOption(several('--rule <rule>', 'only this rule, by identifier or name; can be given more than once'))
    .addOption(several('--account <id>', 'only this account; can be given more than once', accountId))
    .addOption(several('--region <region>', 'only this Region; can be given more than once'))
    .option('--detail', 'tell of every finding by itself', false)
    .addOption(new Option('--policy <file>', 'compare the policy in force with this one').conflicts('out'))
    .option('--out <file>', 'save the plan, to be applied by "selfheal apply" if nothing changes until then');
  example(
    withJson(withUrl(command)),
    'selfheal plan',
    'selfheal plan --rule S3_BUCKET_VERSIONING_ENABLED --out plan.json',
    'selfheal plan --policy draft.yml',
  ).action((options: Options) => run(options, io));
};

const run = async (options: Options, io: Io): Promise<void> => {
  const { rule, account, region, json, detail, out } = options;
  if (out !== undefined) needFolderOf(io, out);
  const sealed = options.policy === undefined ? undefined : sealedFile(io, options.policy);
  const plan = await makePlan(client(options), { rules: rule, accounts: account, regions: region }, sealed);
  const told = planJson(plan, { compares: sealed !== undefined, isDetailed: detail });
  if (json) printJson(io, told);
  else io.out(planText(told, io));
  if (!told.whole)
    throw new Failure(`${notWhole(told)}${out === undefined ? '' : ` It was not saved as ${safe(out)}.`}`);
  const seen = plan.findings.map(({ origin }) => origin.configRuleName);
  const catalog = loadCatalog();
  const unknown = unknownRules(rule, seen, catalog);
  if (unknown.length > 0)
    throw new Failure(
      `${noRuleText(unknown, seen, plan.lanes.length, catalog)}${out === undefined ? '' : ` The plan was not saved as ${safe(out)}.`}`,
    );
  if (out !== undefined) save(plan, out, json, io);
};

const save = (plan: MadePlan, file: string, isQuiet: boolean, io: Io): void => {
  const { madeAt, policyVersion, catalog, controls, scope, findings } = plan;
  const text = writePlan({
    format: PLAN_FORMAT,
    madeAt,
    policyVersion,
    catalog,
    controls,
    scope,
    findings: findings.map(savedFinding),
  });
  writeText(io, file, text);
  if (!isQuiet)
    io.out(`Saved as ${safe(file)}. To have exactly this done: selfheal apply ${safe(file)} --reason "…"\n`);
};

/** A policy file as the service can read it: no function reads YAML. */
export const sealedFile = (io: Io, file: string): string => {
  const parsed = parsePolicy(readText(io, file), file, (policy) => catalogProblems(policy, loadCatalog()));
  if (parsed.ok) return sealPolicy(parsed);
  throw new Failure(
    `${parsed.problems.map((problem) => safe(formatProblem(problem), 1_000)).join('\n')}\n${safe(file)} is not valid (selfheal policy check).`,
  );
};

/** An option that may be given again and again. */
const several = (flags: string, what: string, check: (text: string) => string = (text) => text): Option =>
  new Option(flags, what)
    .argParser((text: string, before: readonly string[]) => [...before, check(text)])
    .default([], 'all');

const accountId = (text: string): string => {
  if (/^\d{12}$/.test(text)) return text;
  throw new InvalidArgumentError('Expected a 12-digit account id.');
};
