/**
 * `selfheal approve` and `selfheal deny`: a person's word on exactly one plan. At a terminal the plan is shown and
 * they say yes to what they see; a script names the plan by its hash, or nothing is approved.
 */
import type { Command } from 'commander';
import type { CaseJson } from '../../console/case-json.ts';
import type { ApiClient } from '../api-client.ts';
import { Failure } from '../failure.ts';
import { type InboxRow, readInbox } from '../inbox.ts';
import { type Io, safe } from '../io.ts';
import { decisionText, doneText } from '../render/decision.ts';
import { inboxText } from '../render/inbox.ts';
import { asOption, client, example, printJson, type ServiceOptions, withJson, withUrl } from './shared.ts';

interface Options extends ServiceOptions {
  readonly planHash?: string;
  readonly reason?: string;
  readonly as?: string;
  readonly at?: string;
  readonly exemptUntil?: string;
  readonly json: boolean;
}

type Answer = 'approve' | 'deny';

/** Beside the answer: when an approved plan may start at the soonest, or until when what is denied is exempt. */
type Wish =
  | {
      readonly start: { readonly kind: 'next-window' } | { readonly kind: 'not-before'; readonly at: string };
    }
  | { readonly exemptUntil: string }
  | Record<string, never>;

interface Done {
  readonly caseId: string;
  readonly state: string;
}

const WORDS = {
  approve: {
    done: 'Approved',
    question: 'Approve this plan?',
    nothing: 'Nothing was approved.',
  },
  deny: {
    done: 'Denied',
    question: 'Deny this plan, which closes the case?',
    nothing: 'Nothing was denied.',
  },
} as const;

export const addApprove = (program: Command, io: Io): void => {
  const command = program
    .command('approve')
    .summary('approve the plan of a case')
    .description(
      'Approves the plan that a case waits with. At a terminal the plan is shown first, and you are asked. The approval is for exactly that plan: should it change, people are asked again.',
    )
    .argument('[id]', 'the case, as "selfheal inbox" lists it; at a terminal you may choose from the inbox')
    .option(
      '--plan-hash <hash>',
      'the plan that you looked at, as "selfheal case" shows it: 64 hexadecimal digits (required where nobody can be asked)',
    )
    .option('--reason <text>', 'why; it stays with the case (required when the case is critical)')
    .option(
      '--at <when>',
      'nothing starts before: "next-window", or a time such as 2026-11-22T01:00Z (default: as soon as it may)',
    )
    .addOption(asOption());
  example(
    withJson(withUrl(command)),
    'selfheal approve 0k3v9x1q7m2p5t8a-1',
    'selfheal approve 0k3v9x1q7m2p5t8a-1 --at next-window',
    'selfheal approve 0k3v9x1q7m2p5t8a-1 --plan-hash 3f8a…(64 digits) --reason "agreed with the team, nobody uses it"',
  ).action((id: string | undefined, options: Options) => run('approve', id, options, io));
};

export const addDeny = (program: Command, io: Io): void => {
  const command = program
    .command('deny')
    .summary('deny the plan of a case, which closes it')
    .description(
      'Denies the plan that a case waits with. At a terminal the plan is shown first, and you are asked. The case is closed and nothing is changed.',
    )
    .argument('<id>', 'the case, as "selfheal inbox" lists it')
    .option(
      '--plan-hash <hash>',
      'only if exactly this plan waits: 64 hexadecimal digits (default: whatever plan waits)',
    )
    .option('--reason <text>', 'why; it stays with the case (required; at a terminal you are asked for it)')
    .option(
      '--exempt-until <date>',
      'keep it quiet until the end of that day, UTC, or until a time such as 2026-12-31T12:00Z; the reason and you stand in the exemption',
    )
    .addOption(asOption());
  example(
    withJson(withUrl(command)),
    'selfheal deny 0k3v9x1q7m2p5t8a-1 --reason "public on purpose until Friday"',
    'selfheal deny 0k3v9x1q7m2p5t8a-1 --reason "public on purpose" --exempt-until 2026-12-31',
  ).action((id: string, options: Options) => run('deny', id, options, io));
};

const run = async (answer: Answer, given: string | undefined, options: Options, io: Io): Promise<void> => {
  const wish = wishOf(options);
  checkHash(given, options);
  if (options.reason?.trim() === '')
    throw new Failure('--reason: say why; a decision without a reason helps nobody later.', 2);
  const service = client(options);
  const asks = io.canAsk && !options.json && options.planHash === undefined;
  const id = given ?? (asks ? await chosen(service, io) : undefined);
  if (id === undefined)
    throw new Failure(
      'Say which case: selfheal approve ID --plan-hash HASH; "selfheal inbox" lists what waits.',
      2,
    );
  const decide = (planHash: string, reason: string | undefined): Promise<Done> =>
    service.post<Done>(`/api/cases/${encodeURIComponent(id)}/decision`, {
      planHash: planHash.toLowerCase(),
      answer,
      ...(reason === undefined ? {} : { reason }),
      ...wish,
    });
  const done = asks
    ? await decidedByAsking({
        answer,
        id,
        service,
        io,
        decide,
        reason: options.reason,
        isSelf: options.as === undefined,
      })
    : await decide(await hashForScript(answer, id, options, service), options.reason);
  if (options.json) return printJson(io, done);
  // It is decided: that it cannot be looked at just now is no failure.
  const about = await caseOf(service, id).catch(() => undefined);
  io.out(
    `${(about && doneText(answer, about)) ?? `${WORDS[answer].done}: case ${safe(done.caseId)} is now ${safe(done.state)}.`}\n`,
  );
};

const checkHash = (id: string | undefined, { planHash }: Options): void => {
  if (planHash !== undefined && !/^[0-9a-f]{64}$/i.test(planHash))
    throw new Failure(
      `--plan-hash: expected all 64 hexadecimal digits of the hash; "selfheal case ${safe(id ?? 'ID')}" shows it.`,
      2,
    );
};

const wishOf = ({ at, exemptUntil }: Options): Wish => {
  if (at === 'next-window') return { start: { kind: 'next-window' } };
  if (at !== undefined) return { start: { kind: 'not-before', at: timeOf(at) ?? refuseTime('--at', at) } };
  if (exemptUntil === undefined) return {};
  return {
    exemptUntil: endOfDay(exemptUntil) ?? timeOf(exemptUntil) ?? refuseTime('--exempt-until', exemptUntil),
  };
};

const timeOf = (text: string): string | undefined => {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
};

/** A date is included: until the first moment of the next day. */
const endOfDay = (text: string): string | undefined => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : new Date(ms + DAY_MS).toISOString();
};

const DAY_MS = 86_400_000;

const refuseTime = (option: '--at' | '--exempt-until', found: string): never => {
  throw new Failure(
    option === '--at'
      ? `--at: expected next-window or a time with its zone, such as 2026-11-22T01:00Z; found "${safe(found)}".`
      : `--exempt-until: expected a date such as 2026-12-31, or a time with its zone, such as 2026-12-31T12:00Z; found "${safe(found)}".`,
    2,
  );
};

type Reader = Pick<ApiClient, 'get'>;

const caseOf = (service: Reader, id: string): Promise<CaseJson> =>
  service.get<CaseJson>(`/api/cases/${encodeURIComponent(id)}`);

/**
 * Whoever approves names the plan; nobody is asked here, so nobody has looked. Saying no needs no look: whatever
 * waits is denied. What does not wait, the service refuses in its words.
 */
const hashForScript = async (
  answer: Answer,
  id: string,
  { planHash, reason }: Options,
  service: Reader,
): Promise<string> => {
  if (answer === 'deny' && reason === undefined)
    throw new Failure('--reason: say why you deny it; it stays with the case.', 2);
  if (planHash !== undefined) return planHash;
  const about = await caseOf(service, id);
  if (answer === 'deny') return about.planHash ?? NO_PLAN;
  waitingPlan(about);
  // Not the hash: what can be pasted from here would be approved unseen.
  throw new Failure(
    `--plan-hash: name the plan that you approve; nobody is there to be shown it. Look at it with "selfheal case ${safe(id)}", and give the plan hash that stands there: selfheal approve ${safe(id)} --plan-hash HASH${about.severity === 'critical' ? ' --reason "why"' : ''}`,
    2,
  );
};

const NO_PLAN = '0'.repeat(64);

/** The hash of the plan that people are asked about. */
const waitingPlan = ({ id, plan, planHash, state }: CaseJson): string => {
  if (state !== 'awaiting-approval' || plan === null || planHash === null)
    throw new Failure(
      `Case ${safe(id)} is ${safe(state)}: it waits for no decision. "selfheal case ${safe(id)}" tells its story.`,
    );
  return planHash;
};

interface Asking {
  readonly answer: Answer;
  readonly id: string;
  readonly service: Reader;
  readonly io: Io;
  readonly decide: (planHash: string, reason: string | undefined) => Promise<Done>;
  readonly reason: string | undefined;
  /** The service knows who reads this: it is not somebody else in whose name they decide (`--as`). */
  readonly isSelf: boolean;
}

/** Shows what waits and asks; should the plan have changed while they read, it is shown anew and asked again. */
const decidedByAsking = async ({
  answer,
  id,
  service,
  io,
  decide,
  reason: given,
  isSelf,
}: Asking): Promise<Done> => {
  let reason = given;
  for (let isChanged = false; ; isChanged = true) {
    const about = await caseOf(service, id);
    const hash = waitingPlan(about);
    const objection = isSelf ? (about.waits?.objection ?? null) : null;
    io.out(decisionText(about, io.style, objection));
    // Asked for nothing: what they would say is refused.
    if (objection !== null) throw new Failure(`${WORDS[answer].nothing} ${safe(objection)}.`);
    reason ??= await reasonFrom(io, answer, about);
    await sureOf(io, answer, isChanged ? `yes ${hash.slice(0, 4)}` : 'yes');
    try {
      return await decide(hash, reason);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'plan-hash-mismatch') throw error;
      io.out(`\n${io.style.yellow('The plan changed while you read.')} Nothing was decided. It is now:\n`);
    }
  }
};

const reasonFrom = async (io: Io, answer: Answer, { severity }: CaseJson): Promise<string | undefined> => {
  const isNeeded = answer === 'deny' || severity === 'critical';
  const question = isNeeded ? 'Why? ' : 'Why? (Enter for no reason) ';
  let reason = await io.ask(question);
  if (reason === '' && isNeeded) {
    io.out('Say why: it stays with the case.\n');
    reason = await io.ask(question);
  }
  if (reason === undefined || (reason === '' && isNeeded))
    throw new Failure(`${WORDS[answer].nothing}${reason === '' ? ' Say why: it stays with the case.' : ''}`);
  return reason === '' ? undefined : reason;
};

/** @param word after a change another one than the "yes" that they may have typed ahead. */
const sureOf = async (io: Io, answer: Answer, word: string): Promise<void> => {
  const question = `${WORDS[answer].question} Type ${word}: `;
  let said = await io.ask(question);
  // Meant as a yes, and perhaps typed without looking.
  if (said?.toLowerCase() === 'y') {
    io.out('Type yes in full.\n');
    said = await io.ask(question);
  }
  if (said?.toLowerCase() !== word) throw new Failure(WORDS[answer].nothing);
};

/** One of the cases that wait for a decision, by its number in the list. */
const chosen = async (service: Reader, io: Io): Promise<string> => {
  const inbox = await readInbox(service);
  const rows = inbox.rows.filter(({ wants }) => wants === 'decision');
  if (rows.length === 0) throw new Failure('No plan waits for a decision.');
  io.out(inboxText({ ...inbox, rows }, io, true));
  const row = await numbered(rows, io);
  if (row.isBatch)
    throw new Failure(`That is a batch of ${row.cases}: ${row.next} shows how to decide on all of it.`);
  return row.id;
};

const numbered = async (rows: readonly InboxRow[], io: Io): Promise<InboxRow> => {
  for (;;) {
    const said = await io.ask('Which one? Its number, or Enter for none: ');
    if (said === undefined || said === '') throw new Failure('Nothing was approved.');
    const row = /^\d{1,4}$/.test(said) ? rows[Number(said) - 1] : undefined;
    if (row !== undefined) return row;
    io.out(`There is no number ${safe(said, 20)}: 1 to ${rows.length}, as the list says.\n`);
  }
};
