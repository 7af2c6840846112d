/** `selfheal policy check`: everything that is wrong with a policy, or probably is, before it decides anything. */
import type { Command } from 'commander';
import { checkPolicy, type PolicyCheck } from '../../console/check-policy.ts';
import type { Catalog } from '../../domain/catalog/catalog.ts';
import { lintPolicy } from '../../domain/policy/check/lint-policy.ts';
import { type RoleNeeded, rolesNeeded } from '../../domain/policy/check/roles-needed.ts';
import { parsePolicy } from '../../domain/policy/parse-policy.ts';
import { instant } from '../../domain/time.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { annotation } from '../render/annotation.ts';
import { rolesText } from '../render/roles.ts';
import { example, printJson, readText, withJson } from './shared.ts';

interface CheckOptions {
  readonly json: boolean;
  readonly strict: boolean;
  readonly roles: boolean;
  readonly github: boolean;
}

export const addPolicyCheck = (policy: Command, io: Io): void => {
  const command = policy
    .command('check')
    .summary('check a policy file, without a running service')
    .description(
      'Checks a policy file and prints every problem and every warning with its place. Needs no running service. Exit code 1 when there is a problem; warnings alone leave it at 0.',
    )
    .argument('[file]', 'the policy', 'policy.yml')
    .option('--strict', 'exit code 1 for a warning, too', false)
    .option('--roles', 'list the roles that the runbooks of the policy need, with their actions', false)
    .option('--github', 'print annotations for a pull request, as GitHub Actions reads them', false);
  example(
    withJson(command),
    'selfheal policy check policy.yml',
    'selfheal policy check policy.yml --strict --github',
    'selfheal policy check --roles',
  ).action((file: string, options: CheckOptions) => runCheck(file, options, io));
};

const runCheck = (file: string, options: CheckOptions, io: Io): void => {
  const text = readText(io, file);
  const catalog = loadCatalog();
  const check = checkPolicy(text, file, lintPolicy(catalog, instant(Date.now())));
  const roles = options.roles && check.ok ? rolesOf(text, file, catalog) : [];
  if (options.json) printJson(io, options.roles ? { ...check, roles } : check);
  else {
    for (const problem of check.problems)
      io.out(`${options.github ? annotation(problem) : safe(problem.text, PROBLEM_CHARS_MAX)}\n`);
    if (!check.ok && !parsePolicy(text, file).ok) io.out('More is checked once these are mended.\n');
    if (check.ok) io.out(`${valid(check, file)}\n`);
    if (roles.length > 0) io.out(rolesText(roles, io.style));
  }
  const reason = whyNot(check, options.strict);
  if (reason !== undefined) throw new Failure(`${safe(file)} ${reason}`);
};

const rolesOf = (text: string, file: string, catalog: Catalog): readonly RoleNeeded[] => {
  const parsed = parsePolicy(text, file);
  return parsed.ok ? rolesNeeded(parsed.policy, catalog) : [];
};

const valid = ({ entries, version, problems }: PolicyCheck, file: string): string =>
  `${safe(file)} is valid: ${entries} entries, version ${version}${problems.length === 0 ? '' : `, ${counted(problems.length, 'warning')}`}.`;

/** Why the exit code is not 0. */
const whyNot = ({ ok, problems }: PolicyCheck, strict: boolean): string | undefined => {
  const warnings = problems.filter(({ warning }) => warning).length;
  if (!ok)
    return `is not valid: ${counted(problems.length - warnings, 'problem')}${warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`}.`;
  return strict && warnings > 0
    ? `has ${counted(warnings, 'warning')}, and --strict allows none.`
    : undefined;
};

const counted = (count: number, what: string): string => (count === 1 ? `one ${what}` : `${count} ${what}s`);

/** Longer than any message that tells what, where and what to do. */
const PROBLEM_CHARS_MAX = 1_500;
