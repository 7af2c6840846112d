/** `selfheal compliance`: how compliant all accounts are, by rule, account and framework, and what is not known of it. */
import { type Command, Option } from 'commander';
import type { Framework } from '../../domain/catalog/catalog.ts';
import { type ComplianceReport, makeComplianceReport } from '../../domain/compliance/report.ts';
import { instant } from '../../domain/time.ts';
import { loadCatalog } from '../../infra/catalog/load-catalog.ts';
import { loadFrameworks } from '../../infra/packs/controls.ts';
import { type ComplianceRead, readCompliance } from '../compliance/read-compliance.ts';
import { Failure } from '../failure.ts';
import { createAsker } from '../gate/asker.ts';
import { type Io, safe } from '../io.ts';
import { account, FRAMEWORKS, framework, listOption, named, region, seconds } from './compliance-options.ts';
import { client, example, needFolderOf, type ServiceOptions, withUrl, writeText } from './shared.ts';

const FORMATS = ['text', 'html', 'json', 'csv'] as const;

interface Options extends ServiceOptions {
  readonly account: readonly string[];
  readonly region: readonly string[];
  readonly rules: readonly string[];
  readonly framework: readonly Framework[];
  readonly format: (typeof FORMATS)[number];
  readonly output?: string;
  readonly timeout: number;
}

export const addCompliance = (program: Command, io: Io): void => {
  const command = program
    .command('compliance')
    .summary('how compliant all accounts are, by rule, account and framework')
    .description(
      'Reads all results of all Config rules in every account and Region, and tells how compliant they are: by rule, by account, by framework with its controls; what selfheal healed in 30 days, what nobody can rely on, and what AWS Config costs for nobody. Changes nothing. Exit code 0 whatever is found, 1 when something could not be read.',
    )
    .addOption(listOption('--account <ids>', 'only these accounts', account))
    .addOption(listOption('--region <regions>', 'only these Regions', region))
    .addOption(
      listOption('--rules <rules>', 'only these rules, by identifier or name, separated by commas', named),
    )
    .addOption(
      listOption('--framework <names>', `only rules that serve it: ${FRAMEWORKS.join(', ')}`, framework),
    )
    .addOption(new Option('--format <format>', 'what to make').choices(FORMATS).default('text'))
    .option('--output <file>', 'write it into a file')
    .addOption(
      new Option('--timeout <seconds>', 'give up after so long: what was not read by then is told as unread')
        .argParser(seconds)
        .default(600),
    );
  example(
    withUrl(command),
    'selfheal compliance',
    'selfheal compliance --framework pci --format html --output compliance.html',
    'selfheal compliance --account 111122223333 --rules s3-bucket-versioning-enabled,restricted-ssh',
  ).action((options: Options) => run(options, io));
};

const run = async (options: Options, io: Io): Promise<void> => {
  if (options.output !== undefined) needFolderOf(io, options.output);
  const frameworks = loadFrameworks();
  const scope = {
    accounts: options.account,
    regions: options.region,
    rules: options.rules,
    frameworks: [...new Set(options.framework)],
  };
  const asker = createAsker({
    api: client(options),
    sleep: io.sleep,
    nowMs: Date.now,
    timeoutMs: options.timeout * 1_000,
    random: Math.random,
  });
  const read = await readCompliance(scope, {
    asker,
    catalog: loadCatalog(),
    frameworks,
    progress: progressOn(io),
  });
  // Of nothing there is no report, and one that is there already stays as it is.
  if (read.lanes.length === 0) throw new Failure(nothingRead(read));
  const madeAt =
    read.lanes
      .map(({ readAt }) => readAt)
      .toSorted()
      .at(-1) ?? instant(Date.now());
  const report = makeComplianceReport({ madeAt, scope, frameworks, ...read });
  give(await rendered(report, options, io), options, io);
  if (report.unread.length > 0) throw new Failure(notWhole(report));
};

/** On one line, which goes away when it is done. */
const progressOn = (io: Io): ((read: number, of: number) => void) => {
  if (!io.isTty) return () => undefined;
  return (read, of) => {
    const line = `${read} of ${of} accounts and Regions read`;
    io.err(read === of ? `\r${' '.repeat(line.length)}\r` : `\r${line}`);
  };
};

const rendered = async (report: ComplianceReport, { format }: Options, io: Io): Promise<string> => {
  switch (format) {
    case 'text':
      return (await import('../render/compliance.ts')).complianceText(report, io);
    case 'html':
      return (await import('../../infra/report/compliance/render-html.ts')).renderComplianceHtml(report);
    case 'csv':
      return (await import('../../infra/report/compliance/render-csv.ts')).renderComplianceCsv(report);
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
  }
};

const give = (text: string, { output }: Options, io: Io): void => {
  if (output === undefined) io.out(text);
  else {
    writeText(io, output, text);
    io.out(`Written to ${safe(output)}.\n`);
  }
};

const nothingRead = ({ unreadLanes, listTroubles }: ComplianceRead): string => {
  const why = unreadLanes[0]?.why ?? listTroubles[0]?.message ?? 'selfheal covers no account and Region';
  return `Nothing could be read, so there is no report: ${safe(why)}`;
};

const notWhole = ({ unread }: ComplianceReport): string => {
  const [first] = unread;
  const where = [first?.lane, first?.rule].filter((part) => part !== undefined).join(' ');
  return `The report is not the whole: ${unread.length === 1 ? 'one thing' : `${unread.length} things`} could not be read, the first: ${safe(`${where === '' ? '' : `${where}: `}${first?.why ?? ''}`)}`;
};
