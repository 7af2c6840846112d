/** `selfheal cases`: what there is, newest first. */
import { type Command, Option } from 'commander';
import type { CaseSummary } from '../../console/case-json.ts';
import { readSince, SINCE_SHAPE, STATUSES } from '../../console/case-query-words.ts';
import { heldBack } from '../../domain/held-back.ts';
import type { Controls } from '../../domain/ports.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { paintSeverity, paintState } from '../render/paint.ts';
import { clock } from '../render/story.ts';
import { type Column, table } from '../render/table.ts';
import { client, example, printJson, type ServiceOptions, withJson, withUrl } from './shared.ts';

interface Options extends ServiceOptions {
  readonly status?: string;
  readonly rule?: string;
  readonly account?: string;
  readonly since?: string;
  readonly json: boolean;
}

export const addCases = (program: Command, io: Io): void => {
  const command = program
    .command('cases')
    .summary('list cases, newest first')
    .description(
      'Lists cases, newest first. Without filters: every open case, and those closed in the last 90 days.',
    )
    .addOption(new Option('--status <status>', 'open, closed, or one state').choices(STATUSES))
    .option('--rule <rule>', 'a Config rule, by its identifier or its name with or without decoration')
    .option('--account <id>', 'a 12-digit account id')
    .option('--since <when>', `only cases opened since then: ${SINCE_SHAPE}`);
  example(
    withJson(withUrl(command)),
    'selfheal cases --status needs-human',
    'selfheal cases --rule S3_BUCKET_VERSIONING_ENABLED --since 24h --json',
  ).action((options: Options) => run(options, io));
};

const run = async (options: Options, io: Io): Promise<void> => {
  const service = client(options);
  const cases = await service.get<readonly CaseSummary[]>(`/api/cases${queryOf(options)}`);
  if (options.json) return printJson(io, cases);
  const [{ stops }, { breakers }] = await Promise.all([
    service.get<Pick<Controls, 'stops'>>('/api/stop'),
    service.get<Pick<Controls, 'breakers'>>('/api/breakers'),
  ]);
  for (const each of heldBack({ stops, breakers })) io.out(`${io.style.red(safe(each))}\n`);
  if (cases.length === 0) return io.out(`No case${filtered(options) ? ' matches' : ' yet'}.\n`);
  io.out(`${table(columns(io), cases, io.columns)}\n`);
};

const queryOf = ({ status, rule, account, since }: Options): string => {
  if (account !== undefined && !/^\d{12}$/.test(account))
    throw new Failure(`--account: expected a 12-digit account id, found "${safe(account)}".`, 2);
  if (since !== undefined && readSince(since, Date.now()) === undefined)
    throw new Failure(`--since: expected ${SINCE_SHAPE}, found "${safe(since)}".`, 2);
  const given = Object.entries({ status, rule, account, since }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
};

const filtered = ({ status, rule, account, since }: Options): boolean =>
  [status, rule, account, since].some((value) => value !== undefined);

const columns = ({ style }: Io): readonly Column<CaseSummary>[] => [
  { title: 'CASE', value: ({ id }) => safe(id) },
  { title: 'STATE', value: ({ state }) => state, paint: (text, { state }) => paintState(state, style, text) },
  {
    title: 'SEVERITY',
    value: ({ severity }) => severity,
    paint: (_, { severity }) => paintSeverity(severity, style),
  },
  { title: 'RESOURCE', value: ({ finding }) => safe(finding.resourceId), widthMin: 12 },
  { title: 'RULE', value: ({ finding }) => safe(finding.rule), widthMin: 12 },
  { title: 'ACCOUNT', value: ({ finding }) => safe(finding.account), leaveOut: 4 },
  { title: 'REGION', value: ({ finding }) => safe(finding.region), leaveOut: 3 },
  { title: 'TRIES', value: ({ attempts }) => String(attempts), leaveOut: 1 },
  { title: 'OPENED', value: ({ openedAt }) => clock(openedAt), leaveOut: 2 },
];
