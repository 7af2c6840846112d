/** `selfheal exempt …`: say that nothing is to be done about some findings, whose decision that is, and until when. */
import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import type { ExemptionJson } from '../../console/exemption-json.ts';
import { plainRuleName } from '../../domain/finding.ts';
import { didYouMean } from '../../domain/policy/did-you-mean.ts';
import { durationMs } from '../../domain/policy/duration.ts';
import { epochMs, instant } from '../../domain/time.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { exemptionLines, exemptionTable } from '../render/exemptions.ts';
import { asOption, client, example, printJson, type ServiceOptions, withJson, withUrl } from './shared.ts';

type Json = ServiceOptions & { readonly json: boolean };
interface AddOptions extends Json {
  readonly rule: readonly string[];
  readonly resource: readonly string[];
  readonly resourceType: readonly string[];
  readonly account: readonly string[];
  readonly region: readonly string[];
  readonly tag: readonly string[];
  readonly owner: string;
  readonly reason: string;
  readonly expires?: string;
  readonly name?: string;
  readonly as?: string;
}

export const addExempt = (program: Command, io: Io): void => {
  const exempt = program
    .command('exempt')
    .summary('have findings left alone, with owner, reason and end')
    .description(
      'Exemptions: findings about which nothing is done until a day that you name. What is still broken then is taken up again.',
    );
  example(
    exempt,
    'selfheal exempt add --rule S3_BUCKET_VERSIONING_ENABLED --resource shop-prod-cache --owner shop-team --reason "only a cache" --expires 2027-01-31',
    'selfheal exempt list',
  );
  addAdd(exempt, io);
  addList(exempt, io);
  addShow(exempt, io);
  addRemove(exempt, io);
  addLapsing(exempt, io);
};

const several = (value: string, before: readonly string[]): readonly string[] => [...before, value];

const addAdd = (exempt: Command, io: Io): void => {
  const command = exempt
    .command('add')
    .summary('add an exemption')
    .description(
      'Adds an exemption for the findings that match all that is given; the same option again means "or". When the command says so it is in force: nothing that it covers is started any more. What runs already goes on to its end.',
    )
    .option('--rule <name>', 'a Config rule, by identifier or name', several, [])
    .option('--resource <id>', 'a resource, by the id that Config gives it', several, [])
    .option('--resource-type <type>', 'a resource type, e.g. AWS::S3::Bucket', several, [])
    .option('--account <id>', 'an account', several, [])
    .option('--region <name>', 'a Region, or global', several, [])
    .option('--tag <key=value>', 'a tag of the resource', several, [])
    .requiredOption('--owner <who>', 'who answers for it')
    .requiredOption('--reason <text>', 'why nothing is to be done')
    .option(
      '--expires <date>',
      "until when: a date, which is included, or a date and time, in the policy's time zone",
    )
    .option('--name <name>', 'what cases and messages call it (default: made from what it covers)')
    .addOption(asOption());
  example(
    withJson(withUrl(command)),
    'selfheal exempt add --rule S3_BUCKET_VERSIONING_ENABLED --resource shop-prod-cache --owner shop-team --reason "only a cache" --expires 2027-01-31',
    'selfheal exempt add --account 222222222222 --tag env=sandbox --owner platform --reason "torn down every night" --expires 2027-06-30 --name sandboxes',
  ).action((options: AddOptions) => add(options, io));
};

const add = async (options: AddOptions, io: Io): Promise<void> => {
  const match = matchOf(options);
  if (Object.keys(match).length === 0)
    throw new Failure(
      'Say what is exempt: --rule, --resource, --resource-type, --account, --region or --tag. To hold everything back, use selfheal stop.',
      2,
    );
  const added = await client(options).post<ExemptionJson>('/api/exemptions', {
    name: options.name ?? nameFor(match),
    match,
    owner: options.owner,
    reason: options.reason,
    ...(options.expires === undefined ? {} : { expires: options.expires }),
  });
  for (const doubt of await doubtsAbout(options)) io.err(`Warning: ${doubt}\n`);
  if (options.json) return printJson(io, added);
  io.out(`In force:\n${exemptionLines(added, io.style)}${WHAT_FOLLOWS}\n`);
};

const WHAT_FOLLOWS =
  'Cases that it covers and that are held or only observed close as suppressed within some minutes; those that wait for an approval or a person stay as they are.';

/** What is probably not meant. It is no error: a rule may be your own, and a Region newer than this. */
const doubtsAbout = async ({ rule, region }: AddOptions): Promise<readonly string[]> => [
  ...region
    .filter((name) => name !== 'global' && !REGION.test(name))
    .map((name) => `--region ${safe(name)}: expected a Region such as eu-central-1, or global.`),
  ...(rule.length === 0 ? [] : await unknownRules(rule)),
];

const unknownRules = async (names: readonly string[]): Promise<readonly string[]> => {
  // Loaded here: the other commands need no catalog and shall not wait for it.
  const { loadCatalog } = await import('../../infra/catalog/load-catalog.ts');
  const catalog = loadCatalog();
  const rules = [...catalog.runbooks, ...catalog.guides].flatMap((each) => each.rules);
  const known = rules.flatMap(({ identifier, name }) => [identifier, name]);
  return names
    .filter((name) => catalog.rule(plainRuleName(name)) === undefined)
    .map((name) => {
      const meant = didYouMean(plainRuleName(name), known);
      const hint = meant === undefined ? 'it covers only a rule of your own' : `did you mean ${meant}?`;
      return `--rule ${safe(name)}: not a rule of the catalog (${hint}).`;
    });
};

const REGION = /^[a-z]{2,3}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}$/;

const FIELDS = [
  ['rule', 'rule'],
  ['resource', 'resourceId'],
  ['resourceType', 'resourceType'],
  ['account', 'account'],
  ['region', 'region'],
] as const;

const matchOf = (options: AddOptions): Readonly<Record<string, unknown>> => {
  const tags: Record<string, string[]> = {};
  for (const tag of options.tag) {
    const at = tag.indexOf('=');
    if (at < 1) throw new Failure(`--tag: expected KEY=VALUE, such as env=dev; found ${safe(tag)}.`, 2);
    const key = tag.slice(0, at);
    tags[key] = [...(Object.hasOwn(tags, key) ? (tags[key] ?? []) : []), tag.slice(at + 1)];
  }
  const fields = FIELDS.flatMap(([option, field]) =>
    options[option].length > 0 ? [[field, options[option]] as const] : [],
  );
  return {
    ...Object.fromEntries(fields),
    ...(Object.keys(tags).length > 0 ? { tags } : {}),
  };
};

/** The same for the same match, so that giving a command again, after it failed half-way, is not a second one. */
const nameFor = (match: Readonly<Record<string, unknown>>): string =>
  `exempt-${createHash('sha256').update(JSON.stringify(match)).digest('hex').slice(0, 10)}`;

const all = async (options: ServiceOptions): Promise<readonly ExemptionJson[]> =>
  (await client(options).get<{ readonly exemptions: readonly ExemptionJson[] }>('/api/exemptions'))
    .exemptions;

const addList = (exempt: Command, io: Io): void => {
  const command = exempt
    .command('list')
    .summary('list exemptions: of the policy and of people')
    .description('Lists every exemption, also those that have expired, with owner and end.');
  example(withJson(withUrl(command)), 'selfheal exempt list').action(async (options: Json) => {
    const exemptions = await all(options);
    if (options.json) return printJson(io, { exemptions });
    io.out(
      exemptions.length === 0
        ? 'Nothing is exempt.\n'
        : `${exemptionTable(exemptions, io.columns, io.style)}\n`,
    );
  });
};

const addShow = (exempt: Command, io: Io): void => {
  const command = exempt
    .command('show')
    .summary('show one exemption')
    .description('Shows what an exemption covers, whose it is, why, who added it, and until when it holds.')
    .argument('<name>', 'the exemption, as "selfheal exempt list" lists it');
  example(withJson(withUrl(command)), 'selfheal exempt show sandboxes').action(
    async (name: string, options: Json) => {
      const found = (await all(options)).find((one) => one.name === name);
      if (found === undefined)
        throw new Failure(`There is no exemption ${safe(name)}; selfheal exempt list lists them.`);
      if (options.json) return printJson(io, found);
      io.out(exemptionLines(found, io.style));
    },
  );
};

const addRemove = (exempt: Command, io: Io): void => {
  const command = exempt
    .command('remove')
    .summary('remove an exemption before it ends')
    .description(
      'Removes an exemption that was added by command. Within some minutes what it held back is looked at again: what Config still calls NON_COMPLIANT gets a new case. An exemption of the policy is taken out of the policy.',
    )
    .argument('<name>', 'the exemption, as "selfheal exempt list" lists it')
    .requiredOption('--reason <text>', 'why')
    .addOption(asOption());
  example(withJson(withUrl(command)), 'selfheal exempt remove sandboxes --reason "they are gone"').action(
    async (name: string, options: Json & { readonly reason: string; readonly as?: string }) => {
      const removed = await client(options).post<{ readonly removed: string }>('/api/exemptions/remove', {
        name,
        reason: options.reason,
      });
      if (options.json) return printJson(io, removed);
      io.out(`Removed: exemption ${safe(removed.removed)}. What it held back is looked at again.\n`);
    },
  );
};

const addLapsing = (exempt: Command, io: Io): void => {
  const command = exempt
    .command('lapsing')
    .summary('list the exemptions that end soon')
    .description('Lists the exemptions that hold now and end soon: what they hold back is taken up then.')
    .option('--within <duration>', 'how soon: 30s, 15m, 4h or 7d', '7d');
  example(withJson(withUrl(command)), 'selfheal exempt lapsing --within 14d').action(
    async (options: Json & { readonly within: string }) => {
      const withinMs = durationMs(options.within);
      if (withinMs === undefined)
        throw new Failure(
          `--within: expected a duration such as 30s, 15m, 4h or 7d; found ${safe(options.within)}.`,
          2,
        );
      const { at, exemptions: found } = await lapsingIn(options);
      const until = instant(epochMs(at) + withinMs);
      const exemptions = found
        .filter(({ state, expiresAt }) => state === 'holds' && expiresAt !== null && expiresAt <= until)
        .toSorted((left, right) => (left.expiresAt ?? '').localeCompare(right.expiresAt ?? ''));
      if (options.json) return printJson(io, { exemptions });
      io.out(
        exemptions.length === 0
          ? `No exemption ends within ${safe(options.within)}.\n`
          : `${exemptionTable(exemptions, io.columns, io.style)}\n`,
      );
    },
  );
};

/** By the service's own time: a sandbox's is not that of the wall. */
const lapsingIn = (options: ServiceOptions) =>
  client(options).get<{ readonly at: string; readonly exemptions: readonly ExemptionJson[] }>(
    '/api/exemptions',
  );
