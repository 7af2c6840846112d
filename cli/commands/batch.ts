/** `selfheal batch …`: many cases that are asked for together, looked at and decided on at once. */
import type { Command } from 'commander';
import type { BatchJson, BatchSummary } from '../../console/routes/batch-routes.ts';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { batchLines, batchTable } from '../render/batches.ts';
import { asOption, client, example, printJson, type ServiceOptions, withJson, withUrl } from './shared.ts';

type Json = ServiceOptions & { readonly json: boolean };
interface DecideOptions extends Json {
  readonly digest: string;
  readonly reason: string;
  readonly as?: string;
}

export const addBatch = (program: Command, io: Io): void => {
  const batch = program
    .command('batch')
    .summary('decide on many cases at once')
    .description(
      'Batches: cases that are asked for together, because a rule found more at once than its policy lets selfheal heal unasked (backlog), or because a breaker is open (breaker).',
    );
  example(
    batch,
    'selfheal batch list',
    'selfheal batch show S3_BUCKET_VERSIONING_ENABLED.20261121-030007',
    'selfheal batch approve S3_BUCKET_VERSIONING_ENABLED.20261121-030007 --digest 3f8a…(64 digits) --reason "agreed with the teams"',
  );
  addList(batch, io);
  addShow(batch, io);
  addDecision(batch, io, 'approve');
  addDecision(batch, io, 'deny');
};

const addList = (batch: Command, io: Io): void => {
  const command = batch
    .command('list')
    .summary('list the batches, the newest first')
    .description(
      'Lists the batches: what they are about, how many cases were asked for, and what was decided.',
    );
  example(withJson(withUrl(command)), 'selfheal batch list').action(async (options: Json) => {
    const batches = await client(options).get<readonly BatchSummary[]>('/api/batches');
    if (options.json) return printJson(io, batches);
    io.out(batches.length === 0 ? 'There is no batch.\n' : `${batchTable(batches, io.columns)}\n`);
  });
};

const addShow = (batch: Command, io: Io): void => {
  const command = batch
    .command('show')
    .summary('show what waits in a batch, and the digest to decide by')
    .description(
      'Shows what waits in a batch: the cases, what would be done to them, and the digest by which you decide on exactly these.',
    )
    .argument('<id>', 'the batch, as its message or "selfheal batch list" shows it');
  example(
    withJson(withUrl(command)),
    'selfheal batch show S3_BUCKET_VERSIONING_ENABLED.20261121-030007',
  ).action(async (id: string, options: Json) => {
    const found = await client(options).get<BatchJson>(`/api/batches/${encodeURIComponent(id)}`);
    if (options.json) printJson(io, found);
    else io.out(batchLines(found, io.columns));
  });
};

const WORDS = {
  approve: {
    summary: 'approve all that waits in a batch',
    description:
      'Approves every case of a batch as you saw it: these cases, each with its plan. Should one have joined or changed since, it is refused and you are told what is different. What is approved runs within the limits of the policy.',
    reason: 'agreed with the teams',
    done: 'Approved',
  },
  deny: {
    summary: 'deny all that waits in a batch, which closes its cases',
    description: 'Denies every case of a batch as you saw it. The cases are closed and nothing is changed.',
    reason: 'the rule is not meant for these accounts',
    done: 'Denied',
  },
} as const;

const addDecision = (batch: Command, io: Io, answer: 'approve' | 'deny'): void => {
  const words = WORDS[answer];
  const command = batch
    .command(answer)
    .summary(words.summary)
    .description(words.description)
    .argument('<id>', 'the batch, as its message or "selfheal batch list" shows it')
    .requiredOption(
      '--digest <digest>',
      'of the cases that you looked at, as "selfheal batch show" prints it: 64 hexadecimal digits',
    )
    .requiredOption('--reason <text>', 'why; it stays with each of the cases')
    .addOption(asOption());
  example(
    withJson(withUrl(command)),
    `selfheal batch ${answer} S3_BUCKET_VERSIONING_ENABLED.20261121-030007 --digest 3f8a…(64 digits) --reason "${words.reason}"`,
  ).action(async (id: string, options: DecideOptions) => {
    const { digest, reason } = options;
    if (!/^[0-9a-f]{64}$/i.test(digest))
      throw new Failure(
        `--digest: expected all 64 hexadecimal digits; "selfheal batch show ${safe(id)}" prints them.`,
        2,
      );
    if (reason.trim() === '')
      throw new Failure('--reason: say why; a decision without a reason helps nobody later.', 2);
    const done = await client(options).post<{ batch: string; cases: number }>(
      `/api/batches/${encodeURIComponent(id)}/decide`,
      { digest: digest.toLowerCase(), answer, reason },
    );
    if (options.json) return printJson(io, done);
    io.out(
      `${words.done}: ${done.cases} cases of batch ${safe(done.batch)}. Each of them is told in the next minutes.\n`,
    );
  });
};
