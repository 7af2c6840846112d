/** `selfheal policy publish`, `versions`, `rollback` and `show`: the policy of a deployed selfheal. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { lintPolicy } from '../../domain/policy/check/lint-policy.ts';
import { type ParsedPolicy, parsePolicy } from '../../domain/policy/parse-policy.ts';
import { formatProblem } from '../../domain/policy/policy-problem.ts';
import { instant } from '../../domain/time.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import type { PolicyVersion } from '../../infra/dynamodb/policy-item.ts';
import type { PolicyStore } from '../../infra/dynamodb/policy-store.ts';
import { readSealedText } from '../../infra/packaged/sealed-policy-text.ts';
import { readVersion } from '../../infra/policy-version.ts';
import { publishPolicy, versionInForce } from '../../infra/publish-policy.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { type PolicyTable, type TableOptions, withPolicyTable, withTable } from '../policy-table.ts';
import { policyChanges } from '../render/policy-changes.ts';
import { type VersionJson, versionJson, versionsTable, versionText } from '../render/policy-versions.ts';
import { type Done, overtakenText, publicationJson, publicationText } from '../render/publication.ts';
import { example, printJson, readText, withJson } from './shared.ts';

type Options = TableOptions & { readonly json: boolean };
type Writing = Options & { readonly reason: string; readonly dryRun: boolean };

export const addPolicyVersions = (policy: Command, io: Io): void => {
  addPublish(policy, io);
  addVersions(policy, io);
  addShow(policy, io);
  addRollback(policy, io);
};

const addPublish = (policy: Command, io: Io): void => {
  const command = policy
    .command('publish')
    .summary('put a policy in force in a deployed selfheal')
    .description(
      'Publishes a policy file as the next version: every start from then on is decided by it. A policy with a problem is not published. Writes to the hub with your own AWS credentials; publishing what is in force already writes nothing.',
    )
    .argument('[file]', 'the policy', 'policy.yml');
  example(
    withJson(withTable(withReason(command))),
    'selfheal policy publish --reason "heal public buckets in production too"',
    'selfheal policy publish draft.yml --reason "try it" --dry-run',
  ).action((file: string, options: Writing) => {
    const parsed = validPolicy(io, file);
    return withPolicyTable(options, async (table) =>
      tell(io, options, await publish(table, parsed, options)),
    );
  });
};

const addRollback = (policy: Command, io: Io): void => {
  const command = policy
    .command('rollback')
    .summary('publish an older version again')
    .description(
      'Publishes what version N says as a new version, and shows what changes by that. Nothing is deleted: a rollback can be rolled back.',
    )
    .argument('<n>', 'number of the version, as "selfheal policy versions" lists it', sequenceNumber);
  example(
    withJson(withTable(withReason(command))),
    'selfheal policy rollback 3 --reason "version 4 asks too often"',
  ).action((sequence: number, options: Writing) =>
    withPolicyTable(options, async (table) => {
      // Also one that another release understood otherwise: it is read and sealed anew.
      const reading = readVersion(await found(table.store, sequence), readSealedText);
      if (!reading.ok)
        throw new Failure(`Version ${sequence} cannot be used: ${safe(reading.why)}. Choose another one.`);
      return tell(io, options, await publish(table, reading, options));
    }),
  );
};

const addVersions = (policy: Command, io: Io): void => {
  const command = policy
    .command('versions')
    .summary('list the published versions, newest first')
    .description(
      'Lists the published versions of the policy, newest first: which is in force, who published it, and why.',
    )
    .addOption(new Option('--limit <n>', 'at most so many').argParser(sequenceNumber).default(20));
  example(withJson(withTable(command)), 'selfheal policy versions').action(
    (options: Options & { readonly limit: number }) =>
      withPolicyTable(options, async ({ store }) => {
        const versions = await listed(store, options.limit);
        if (options.json) return printJson(io, versions);
        if (versions.length === 0)
          return io.out('Nothing was published yet: the policy packaged with the functions is in force.\n');
        io.out(`${versionsTable(versions, io)}\n`);
      }),
  );
};

const addShow = (policy: Command, io: Io): void => {
  const command = policy
    .command('show')
    .summary('print a published version')
    .description('Prints what a published version says; without N, the one in force.')
    .argument('[n]', 'number of the version', sequenceNumber);
  example(withJson(withTable(command)), 'selfheal policy show', 'selfheal policy show 3').action(
    (sequence: number | undefined, options: Options) =>
      withPolicyTable(options, async ({ store }) => {
        const inForce = await versionInForce(store);
        const shown = sequence === undefined ? inForce : await found(store, sequence);
        if (shown === undefined)
          throw new Failure(
            'No version is in force: nothing was published, or nothing that is valid. See: selfheal policy versions',
          );
        const about = versionJson(shown, inForce?.sequence);
        const reading = readVersion(shown, readSealedText);
        if (options.json) printJson(io, { ...about, document: reading.ok ? reading.document : null });
        else io.out(versionText(shown, about));
      }),
  );
};

const withReason = (command: Command): Command =>
  command
    .requiredOption('--reason <text>', 'why: whoever looks at it later wants to know', reasonText)
    .option('--dry-run', 'show what would change, and write nothing', false);

const reasonText = (text: string): string => {
  const reason = text.trim();
  if (reason.length > 0 && reason.length <= REASON_CHARS_MAX) return reason;
  throw new InvalidArgumentError(`Expected 1 to ${REASON_CHARS_MAX} characters.`);
};

const sequenceNumber = (text: string): number => {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number from 1 on.');
};

const validPolicy = (io: Io, file: string): ParsedPolicy => {
  const parsed = parsePolicy(readText(io, file), file, lintPolicy(loadCatalog(), instant(Date.now())));
  const told = (parsed.ok ? parsed.warnings : parsed.problems).map((problem) =>
    safe(formatProblem(problem), PROBLEM_CHARS_MAX),
  );
  if (parsed.ok) {
    for (const warning of told) io.err(`${warning}\n`);
    return parsed;
  }
  throw new Failure(`${told.join('\n')}\n${safe(file)} is not valid and was not published.`);
};

const publish = async (
  { store, whoAmI }: PolicyTable,
  { policy, document }: ParsedPolicy,
  { reason, dryRun }: Writing,
): Promise<Done> => {
  const before = await versionInForce(store);
  const reading = before && readVersion(before, readSealedText);
  const changes = reading?.ok ? policyChanges(reading.document, document) : [];
  if (dryRun) return { publication: { kind: 'dry-run' }, before, changes };
  const about = { publishedAt: instant(Date.now()), publishedBy: await whoAmI(), reason };
  return { publication: await publishPolicy(store, { policy, document, ...about }), before, changes };
};

const tell = (io: Io, { json }: Options, done: Done): void => {
  const { publication } = done;
  if (publication.kind === 'overtaken') throw new Failure(overtakenText(publication));
  if (json) printJson(io, publicationJson(done));
  else io.out(`${publicationText(done)}\n`);
};

const listed = async (store: PolicyStore, limit: number): Promise<readonly VersionJson[]> => {
  const versions: VersionJson[] = [];
  const inForce = (await versionInForce(store))?.sequence;
  for await (const one of store.newestFirst()) {
    if (versions.length === limit) break;
    versions.push(versionJson(one, inForce));
  }
  return versions;
};

const found = async (store: PolicyStore, sequence: number): Promise<PolicyVersion> => {
  const version = await store.get(sequence);
  if (version !== undefined) return version;
  throw new Failure(`There is no version ${sequence}. See: selfheal policy versions`);
};

const REASON_CHARS_MAX = 500;
const PROBLEM_CHARS_MAX = 1_500;
