/** `selfheal sandbox …`: the AWS accounts on this machine: run them, look at them, break things in them. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ListedResource } from '../../sandbox/world/admin.ts';
import type { ApiClient } from '../api-client.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { type Column, table } from '../render/table.ts';
import { portNumber, positiveNumber } from './numbers.ts';
import { addRecorder } from './sandbox-recorder.ts';
import { addRule } from './sandbox-rule.ts';
import { client, example, printJson, type ServiceOptions, withJson, withUrl } from './shared.ts';

type Where = { readonly account?: string; readonly region?: string };
type Json = ServiceOptions & { readonly json: boolean };

export const addSandbox = (program: Command, io: Io): void => {
  const sandbox = program
    .command('sandbox')
    .summary('the AWS accounts on this machine: list, break, have things fail')
    .description(
      'The AWS accounts on this machine that selfheal heals: run them, look at them, break things in them.',
    );
  example(sandbox, 'selfheal sandbox list', 'selfheal sandbox break AWS::S3::Bucket');
  addStart(sandbox, io);
  addList(sandbox, io);
  addBreak(sandbox, io);
  addRecorder(sandbox, io);
  addRule(sandbox, io);
  addFault(sandbox, io);
};

const addStart = (sandbox: Command, io: Io): void => {
  const command = sandbox
    .command('start')
    .summary('run the sandbox as a process of its own')
    .description(
      'Runs the sandbox as a process of its own, so that the service can be stopped without it: selfheal start --sandbox-url URL.',
    )
    .addOption(new Option('--port <port>', 'port on 127.0.0.1').argParser(portNumber).default(4511))
    .option('--data <dir>', 'keep its world there; without it nothing survives the end')
    .addOption(new Option('--speed <n>', 'how fast its time runs').argParser(positiveNumber).default(1));
  example(command, 'selfheal sandbox start --data .selfheal/sandbox').action(
    async (options: { readonly port: number; readonly data?: string; readonly speed: number }) => {
      const { startAccounts } = await import('../../sandbox/account.ts');
      const accounts = await startAccounts({
        port: options.port,
        clock: { kind: 'real', speed: options.speed },
        ...(options.data === undefined ? {} : { dataDir: options.data }),
      }).catch((error: unknown) => {
        throw new Failure(error instanceof Error ? error.message : String(error), 1);
      });
      io.out(`sandbox ready on ${accounts.url}\n`);
      await io.untilStopped();
      await accounts.close();
    },
  );
};

const addList = (sandbox: Command, io: Io): void => {
  const command = sandbox
    .command('list')
    .summary('list resources and what Config thinks of them')
    .description(
      'Lists the resources in the sandbox, with the rules that each offends as Config knows it now.',
    )
    .option('--type <type>', 'only this type, e.g. AWS::S3::Bucket')
    .option('--account <id>', 'only this account')
    .option('--region <region>', 'only this Region');
  example(withJson(withUrl(command)), 'selfheal sandbox list --type AWS::S3::Bucket').action(
    async (options: Json & Where & { readonly type?: string }) => {
      const { type, account, region } = options;
      const given = Object.entries({ type, account, region }).filter(
        (pair): pair is [string, string] => pair[1] !== undefined,
      );
      const resources = await client(options).get<readonly ListedResource[]>(
        `/api/sandbox/resources?${new URLSearchParams(given)}`,
      );
      if (options.json) return printJson(io, resources);
      io.out(
        resources.length === 0 ? 'No such resource.\n' : `${table(columns(io), resources, io.columns)}\n`,
      );
    },
  );
};

const columns = ({ style }: Io): readonly Column<ListedResource>[] => [
  { title: 'TYPE', value: ({ type }) => safe(type), widthMin: 16 },
  { title: 'ID', value: ({ id }) => safe(id), widthMin: 16 },
  { title: 'NAME', value: ({ name, id }) => (name === id ? '' : safe(name)), widthMin: 8, leaveOut: 2 },
  { title: 'ACCOUNT', value: ({ account }) => safe(account) },
  { title: 'REGION', value: ({ region }) => safe(region), leaveOut: 1 },
  {
    title: 'OFFENDS',
    value: ({ compliance }) =>
      offended(compliance)
        .map((rule) => safe(rule))
        .join(', ') || 'nothing',
    widthMin: 10,
    paint: (text, { compliance }) => (offended(compliance).length > 0 ? style.red(text) : style.green(text)),
  },
];

const offended = (compliance: ListedResource['compliance']): readonly string[] =>
  Object.entries(compliance)
    .filter(([, said]) => said === 'NON_COMPLIANT')
    .map(([rule]) => rule);

const addBreak = (sandbox: Command, io: Io): void => {
  const command = sandbox
    .command('break')
    .summary('make a resource non-compliant')
    .description(
      'Makes a resource non-compliant, as a person in a hurry would. Config finds it in its own time, and selfheal hears of it from Config.',
    )
    .argument('<type|id>', 'a resource type (the first healthy one is taken), or an id, name or ARN')
    .option(
      '--rule <rule>',
      'the rule to offend, by identifier or name; else the first that watches the type',
    )
    .option('--account <id>', 'in this account')
    .option('--region <region>', 'in this Region');
  example(
    withJson(withUrl(command)),
    'selfheal sandbox break AWS::S3::Bucket --rule S3_BUCKET_VERSIONING_ENABLED',
  ).action(async (what: string, options: Json & Where & { readonly rule?: string }) => {
    const { rule, account, region } = options;
    const broken = await client(options).post<Broken>('/api/sandbox/break', { what, rule, account, region });
    if (options.json) return printJson(io, broken);
    io.out(
      `Broke ${safe(broken.type)} ${safe(broken.id)} in ${safe(broken.account)}, ${safe(broken.region)}: it offends ${safe(broken.rule)} now.\n`,
    );
  });
};

interface Broken {
  readonly account: string;
  readonly region: string;
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly rule: string;
}

const CALL_KINDS = ['throttle', 'error', 'timeout', 'drop-response'];
const EVENT_KINDS = ['lose', 'double', 'delay', 'reorder'];
const RUNBOOK_KINDS = ['step-fails', 'access-denied', 'changes-nothing', 'hangs'];

const addFault = (sandbox: Command, io: Io): void => {
  const fault = sandbox
    .command('fault')
    .summary('have calls, events or runbooks go wrong')
    .description('Has API calls, events or runbooks go wrong, as they do in life.');
  example(
    fault,
    'selfheal sandbox fault call throttle --service ssm --next 5',
    'selfheal sandbox fault region 333333333333 eu-west-1',
    'selfheal sandbox fault event lose --share 0.2',
    'selfheal sandbox fault runbook step-fails --document AWS-ConfigureS3BucketVersioning',
    'selfheal sandbox fault clear',
  );
  addCallFault(fault, io);
  addRegionFault(fault, io);
  addEventFault(fault, io);
  addRunbookFault(fault, io);
  addFaultList(fault, io);
};

const addCallFault = (fault: Command, io: Io): void => {
  const command = fault
    .command('call')
    .description('Has calls of AWS APIs fail.')
    .argument('<kind>', CALL_KINDS.join(', '), oneOf(CALL_KINDS))
    .requiredOption('--service <name>', 'ssm, config, sns, events, sqs, sts or dynamodb')
    .option('--operation <name>', 'only this operation, e.g. StartAutomationExecution')
    .option('--account <id>', 'only in this account')
    .option('--region <region>', 'only in this Region')
    .addOption(new Option('--probability <p>', 'share of the calls, 0 to 1').argParser(share))
    .addOption(new Option('--next <n>', 'only the next n calls').argParser(positiveNumber))
    .option('--code <code>', 'the error code, for kind error');
  example(
    withJson(withUrl(command)),
    'selfheal sandbox fault call error --service config --code InternalError --next 3',
  ).action((kind: string, { next, code, ...options }: Json & Record<string, unknown>) => {
    const { service, operation, account, region, probability } = options;
    const body = { kind, service, operation, account, region, probability, nextCalls: next, errorCode: code };
    return setFault('faults', body, options, io);
  });
};

const addRegionFault = (fault: Command, io: Io): void => {
  const command = fault
    .command('region')
    .description('Turns a Region off in an account: no service there knows its credentials any more.')
    .argument('<account>', 'a 12-digit account id')
    .argument('<region>', 'e.g. eu-west-1');
  example(withJson(withUrl(command)), 'selfheal sandbox fault region 333333333333 eu-west-1').action(
    (account: string, region: string, options: Json) =>
      setFault('faults', { kind: 'region-off', account, region }, options, io),
  );
};

const addEventFault = (fault: Command, io: Io): void => {
  const command = fault
    .command('event')
    .description('Has events on their way from a bus to a queue go wrong.')
    .argument('<kind>', EVENT_KINDS.join(', '), oneOf(EVENT_KINDS))
    .addOption(new Option('--share <p>', 'share of the events, 0 to 1').argParser(share))
    .addOption(new Option('--delay-ms <ms>', 'how late, or up to how late').argParser(positiveNumber))
    .option('--detail-type <text>', 'only events of this detail-type');
  example(withJson(withUrl(command)), 'selfheal sandbox fault event double --share 0.5').action(
    (kind: string, options: Json & Record<string, unknown>) => {
      const { share: part, delayMs, detailType } = options;
      return setFault('faults', { kind, share: part, delayMs, detailType }, options, io);
    },
  );
};

const addRunbookFault = (fault: Command, io: Io): void => {
  const command = fault
    .command('runbook')
    .description('Has the next executions of a runbook go wrong.')
    .argument('<kind>', RUNBOOK_KINDS.join(', '), oneOf(RUNBOOK_KINDS))
    .option('--document <name>', 'only this document')
    .option('--resource-id <id>', 'only on this resource')
    .option('--account <id>', 'only in this account')
    .option('--region <region>', 'only in this Region')
    .addOption(new Option('--times <n>', 'how many executions').argParser(positiveNumber).default(1))
    .option('--message <text>', 'what the failed step says, for kind step-fails');
  example(withJson(withUrl(command)), 'selfheal sandbox fault runbook changes-nothing --times 2').action(
    (kind: string, options: Json & Record<string, unknown>) => {
      const { document, resourceId, account, region, times, message } = options;
      const how = kind === 'step-fails' ? { kind, message } : { kind };
      return setFault(
        'runbook-faults',
        { document, resourceId, account, region, times, fault: how },
        options,
        io,
      );
    },
  );
};

const setFault = async (route: string, body: unknown, options: Json, io: Io): Promise<void> => {
  const set = await client(options).post<{ id: string }>(`/api/sandbox/${route}`, body);
  if (options.json) printJson(io, set);
  else io.out(`Set ${safe(set.id)}. Take all back with: selfheal sandbox fault clear\n`);
};

interface ListedFault {
  readonly id: string;
}

const faultsOf = async (api: ApiClient) => ({
  faults: (await api.get<{ faults: readonly ListedFault[] }>('/api/sandbox/faults')).faults,
  runbookFaults: (await api.get<{ faults: readonly ListedFault[] }>('/api/sandbox/runbook-faults')).faults,
});

const addFaultList = (fault: Command, io: Io): void => {
  const list = fault.command('list').description('Lists what goes wrong at present.');
  example(withJson(withUrl(list)), 'selfheal sandbox fault list').action(async (options: Json) => {
    const found = await faultsOf(client(options));
    if (options.json) return printJson(io, found);
    const lines = [...found.faults, ...found.runbookFaults].map((each) => safe(JSON.stringify(each)));
    io.out(lines.length === 0 ? 'Nothing goes wrong on purpose.\n' : `${lines.join('\n')}\n`);
  });

  const clear = fault.command('clear').description('Takes every fault back.');
  example(withUrl(clear), 'selfheal sandbox fault clear').action(async (options: ServiceOptions) => {
    const api = client(options);
    const { runbookFaults } = await faultsOf(api);
    await api.delete('/api/sandbox/faults');
    for (const { id } of runbookFaults)
      await api.delete(`/api/sandbox/runbook-faults/${encodeURIComponent(id)}`);
    io.out('Nothing goes wrong on purpose any more.\n');
  });
};

const oneOf =
  (kinds: readonly string[]) =>
  (kind: string): string => {
    if (kinds.includes(kind)) return kind;
    throw new InvalidArgumentError(`Allowed choices are ${kinds.join(', ')}.`);
  };

const share = (text: string): number => {
  const part = Number(text);
  if (text.trim() !== '' && part >= 0 && part <= 1) return part;
  throw new InvalidArgumentError('Expected a number from 0 to 1.');
};
