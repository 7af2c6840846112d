/** `selfheal approve` and `selfheal deny`: a person's word on exactly one plan. */
import type { Command } from 'commander';
import { Failure } from '../failure.ts';
import { type Io, safe } from '../io.ts';
import { client, example, printJson, type ServiceOptions, withJson, withUrl } from './shared.ts';

interface Options extends ServiceOptions {
  readonly planHash?: string;
  readonly reason: string;
  readonly as?: string;
  readonly json: boolean;
}

type Answer = 'approve' | 'deny';

const WORDS = {
  approve: {
    summary: 'approve the plan of a case',
    description:
      'Approves the plan that a case waits with. The approval is for exactly that plan: should the plan change, people are asked again.',
    planHash: 'the plan that you looked at, as "selfheal case" shows it: 64 hexadecimal digits (required)',
    reason: 'agreed with the team, nobody uses it',
  },
  deny: {
    summary: 'deny the plan of a case, which closes it',
    description: 'Denies the plan that a case waits with. The case is closed and nothing is changed.',
    planHash: 'only if exactly this plan waits: 64 hexadecimal digits (default: whatever plan waits)',
    reason: 'public on purpose until Friday',
  },
} as const;

export const addDecide = (program: Command, io: Io, answer: Answer): void => {
  const words = WORDS[answer];
  const command = program
    .command(answer)
    .summary(words.summary)
    .description(words.description)
    .argument('<id>', 'the case, as "selfheal cases --status awaiting-approval" lists it')
    .option('--plan-hash <hash>', words.planHash)
    .requiredOption('--reason <text>', 'why; it stays with the case')
    .option('--as <name>', 'who you are (default: the name you are logged in by)');
  example(
    withJson(withUrl(command)),
    `selfheal ${answer} 0k3v9x1q7m2p5t8a-1${answer === 'approve' ? ' --plan-hash 3f8a…(64 digits)' : ''} --reason "${words.reason}"`,
  ).action((id: string, options: Options) => run(answer, id, options, io));
};

const run = async (answer: Answer, id: string, options: Options, io: Io): Promise<void> => {
  const { reason, as: name } = options;
  const planHash = options.planHash ?? (answer === 'deny' ? await waitingPlan(id, options) : '');
  if (!/^[0-9a-f]{64}$/i.test(planHash))
    throw new Failure(
      `--plan-hash: expected all 64 hexadecimal digits of the hash; "selfheal case ${safe(id)}" shows it.`,
      2,
    );
  if (reason.trim() === '')
    throw new Failure('--reason: say why; a decision without a reason helps nobody later.', 2);
  const done = await client(options).post<{ caseId: string; state: string }>(
    `/api/cases/${encodeURIComponent(id)}/decision`,
    { planHash: planHash.toLowerCase(), answer, reason, who: name ?? io.userName() },
  );
  if (options.json) return printJson(io, done);
  io.out(
    `${answer === 'approve' ? 'Approved' : 'Denied'}: case ${safe(done.caseId)} is now ${safe(done.state)}.\n`,
  );
};

/** Saying no needs no look at the plan: whatever waits is denied. What does not wait, the service refuses in its words. */
const waitingPlan = async (id: string, options: Options): Promise<string> => {
  const found = await client(options).get<{ planHash: string | null }>(
    `/api/cases/${encodeURIComponent(id)}`,
  );
  return found.planHash ?? NO_PLAN;
};

const NO_PLAN = '0'.repeat(64);
