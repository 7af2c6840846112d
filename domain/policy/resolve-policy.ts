/**
 * Fills in what a well-formed policy leaves out, and finds what only shows when its parts are seen
 * together: names used twice, topics nobody defined, limits above a quota, waits that contradict.
 */

import { durationMs, durationText } from './duration.ts';
import type { EventPattern } from './event-pattern.ts';
import {
  type ApprovalPolicy,
  type Limits,
  type Notify,
  OWNER,
  type Owners,
  type Policy,
  type RetryPolicy,
  type Safeguards,
  type VerifyPolicy,
  type Window,
  type WrittenEntry,
} from './policy.ts';
import { type DocumentPath, type PathProblem, shown } from './policy-problem.ts';
import type { EntryDocument, PolicyDocument } from './policy-schema.ts';
import { resolveAccounts } from './resolve-accounts.ts';
import {
  type KnownPeople,
  reportUnknownGroups,
  resolveApproval,
  resolveGroups,
  resolveNotify,
  resolvePeople,
} from './resolve-approval.ts';
import { resolveBlackouts, resolveTimezone, resolveWindows } from './resolve-calendar.ts';
import { resolveExemptions } from './resolve-exemptions.ts';
import { resolveEntryLimits, resolvePolicyLimits } from './resolve-limits.ts';
import { resolveSafeguards, SAFEGUARDS } from './resolve-safeguards.ts';
import { unknownName } from './unknown-name.ts';

type Report = (problem: PathProblem) => void;

/** Name of the entry that decides when none matches; no entry may take it. */
export const UNMATCHED_NAME = 'unmatched';

const RETRY: RetryPolicy = { attemptsMax: 3, backoffMs: 30_000, backoffMsMax: 900_000 };
const APPROVAL: ApprovalPolicy = { quorum: 1, expiresAfterMs: 86_400_000 };
const VERIFY: VerifyPolicy = { settleMs: 120_000, timeoutMs: 1_800_000 };

/** The matches of a policy, parsed: of its entries and exemptions in their order, of its blackouts by name. */
export interface Patterns {
  readonly entries: readonly EventPattern[];
  readonly exemptions: readonly EventPattern[];
  readonly blackouts: ReadonlyMap<string, EventPattern>;
}

interface Defaults extends Safeguards {
  readonly retry: RetryPolicy;
  readonly approval: ApprovalPolicy;
  readonly verify: VerifyPolicy;
  readonly notify: Notify;
}

/**
 * @param version first 12 hex digits of the text's SHA-256
 */
export const resolvePolicy = (
  document: PolicyDocument,
  patterns: Patterns,
  version: string,
  report: Report,
): Policy => {
  const { limits, adaptiveConcurrency } = resolvePolicyLimits(document.limits ?? {}, ['limits'], report);
  const topics = document.topics ?? {};
  const topicNames = Object.keys(topics);
  const timezone = resolveTimezone(document.timezone, 'UTC', ['timezone'], report);
  const windows = resolveWindows(document.windows ?? {}, timezone, report);
  const groups = resolveGroups(document.groups, report);
  const groupNames = Object.keys(groups ?? {});
  const { owners: writtenOwners, operators, 'changed-by': changedByTag } = document;
  const known: Known = {
    windows,
    topicNames,
    groupNames,
    hasOwners: writtenOwners !== undefined,
    hasChangedBy: changedByTag !== undefined,
  };
  reportUnknownGroups(operators ?? [], groupNames, ['operators'], report);
  if (topicNames.includes(OWNER)) report(ownerTopic);
  const defaults = resolveDefaults(document.defaults ?? {}, known, report);
  const entries = document.entries.map((entry, index) =>
    resolveEntry(
      entry,
      patterns.entries[index] ?? NEVER,
      ['entries', index],
      { defaults, limits, known },
      report,
    ),
  );
  const accounts = resolveAccounts(document.accounts, report);
  const owners = resolveOwners(writtenOwners, topicNames, report);
  reportUnusedWindows(windows, [defaults, ...entries], report);
  reportRepeatedNames(entries, report);
  reportUnreachable(entries, report);
  return {
    version,
    entries,
    limits,
    adaptiveConcurrency,
    topics,
    ...(accounts && { accounts }),
    ...(groups && { groups }),
    ...(operators && { operators }),
    ...(changedByTag && { changedByTag }),
    timezone,
    ...(owners && { owners }),
    blackouts: resolveBlackouts(document.blackouts ?? {}, patterns.blackouts, timezone, report),
    exemptions: resolveExemptions(document, patterns.exemptions, timezone, report),
    endlessExemptions: document['endless-exemptions'] ?? [],
    unmatched: unmatchedEntry(defaults, limits),
  };
};

const ownerTopic: PathProblem = {
  path: ['topics', OWNER],
  atKey: true,
  expected: 'another name',
  found: shown(OWNER),
  action: "under notify it stands for the topic of the resource's owner",
};

/** An `$or` without alternatives: should a pattern ever be missing, nothing may match. */
const NEVER: EventPattern = { fields: [], anyOf: [[]] };

const unmatchedEntry = (defaults: Defaults, limits: Limits): Policy['unmatched'] => ({
  name: UNMATCHED_NAME,
  severity: 'medium',
  mode: 'observe',
  parameters: {},
  limits,
  ...defaults,
});

type DefaultsDocument = NonNullable<PolicyDocument['defaults']>;

/** What entries and defaults may name. */
interface Known extends KnownPeople {
  readonly windows: ReadonlyMap<string, Window>;
}

const resolveDefaults = (written: DefaultsDocument, known: Known, report: Report): Defaults =>
  resolveBlocks(
    written,
    { retry: RETRY, approval: APPROVAL, verify: VERIFY, notify: [], ...SAFEGUARDS },
    ['defaults'],
    known,
    report,
  );

const resolveEntry = (
  written: EntryDocument,
  match: EventPattern,
  path: DocumentPath,
  policyWide: { defaults: Defaults; limits: Limits; known: Known },
  report: Report,
): WrittenEntry => ({
  name: written.name,
  match,
  ...(written.severity === undefined ? {} : { severity: written.severity }),
  ...(written.mode === undefined ? {} : { mode: written.mode }),
  ...(written.runbook === undefined ? {} : { runbook: written.runbook }),
  parameters: written.parameters ?? {},
  ...(written.authors && { authors: resolvePeople(written.authors, [...path, 'authors'], report) }),
  limits: resolveEntryLimits(written.limits ?? {}, policyWide.limits, [...path, 'limits'], report),
  ...resolveBlocks(written, policyWide.defaults, path, policyWide.known, report),
});

/** The blocks that entries and defaults share, key by key over what holds otherwise. */
const resolveBlocks = (
  written: DefaultsDocument & Pick<EntryDocument, 'severity'>,
  otherwise: Defaults,
  path: DocumentPath,
  known: Known,
  report: Report,
): Defaults => {
  const retry: RetryPolicy = {
    attemptsMax: written.retry?.attempts ?? otherwise.retry.attemptsMax,
    backoffMs: msOr(written.retry?.backoff, otherwise.retry.backoffMs),
    backoffMsMax: msOr(written.retry?.['max-backoff'], otherwise.retry.backoffMsMax),
  };
  const verify: VerifyPolicy = {
    settleMs: msOr(written.verify?.settle, otherwise.verify.settleMs),
    timeoutMs: msOr(written.verify?.timeout, otherwise.verify.timeoutMs),
  };
  if (written.retry !== undefined && retry.backoffMsMax < retry.backoffMs) {
    report({
      path: [...path, 'retry', written.retry['max-backoff'] === undefined ? 'backoff' : 'max-backoff'],
      expected: 'max-backoff to be no shorter than backoff',
      found: `max-backoff ${durationText(retry.backoffMsMax)}, backoff ${durationText(retry.backoffMs)}`,
      action: 'raise max-backoff or lower backoff',
    });
  }
  if (written.verify !== undefined && verify.timeoutMs <= verify.settleMs) {
    report({
      path: [...path, 'verify', written.verify.timeout === undefined ? 'settle' : 'timeout'],
      expected: 'timeout to be longer than settle',
      found: `timeout ${durationText(verify.timeoutMs)}, settle ${durationText(verify.settleMs)}`,
      action: 'or no verdict could ever come in time',
    });
  }
  return {
    retry,
    approval: resolveApproval(written, otherwise.approval, known, [...path, 'approval'], report),
    verify,
    notify: resolveNotify(written, otherwise.notify, known, [...path, 'notify'], report),
    ...resolveSafeguards(written, otherwise, known.windows, path, report),
  };
};

const msOr = (written: string | undefined, otherwiseMs: number): number =>
  (written === undefined ? undefined : durationMs(written)) ?? otherwiseMs;

const resolveOwners = (
  written: PolicyDocument['owners'],
  topicNames: readonly string[],
  report: Report,
): Owners | undefined => {
  if (written === undefined) return undefined;
  const contacts = written.contacts ?? {};
  const named = [
    { name: written.fallback, path: ['owners', 'fallback'] },
    ...Object.entries(contacts).map(([owner, name]) => ({ name, path: ['owners', 'contacts', owner] })),
  ];
  for (const { name, path } of named)
    if (!topicNames.includes(name)) report(unknownName('topic', 'topics', name, topicNames, path));
  return { tag: written.tag, contacts, fallback: written.fallback };
};

/** Whoever wrote a window believes that something waits for it. */
const reportUnusedWindows = (
  windows: ReadonlyMap<string, Window>,
  users: readonly Safeguards[],
  report: Report,
): void => {
  const used = new Set(users.flatMap(({ windows: chosen }) => chosen.map(({ name }) => name)));
  for (const name of windows.keys())
    if (!used.has(name))
      report({
        path: ['windows', name],
        atKey: true,
        expected: 'a window that an entry or the defaults name',
        found: shown(name),
        action: `write windows: [${name}] in the entries that must wait for it, or remove it`,
      });
};

const reportRepeatedNames = (entries: readonly WrittenEntry[], report: Report): void => {
  const seen = new Map<string, number>();
  for (const [index, { name }] of entries.entries()) {
    const path = ['entries', index, 'name'];
    const first = seen.get(name);
    if (name === UNMATCHED_NAME) {
      report({
        path,
        expected: 'another name',
        found: shown(name),
        action: 'it stands for findings no entry matches',
      });
    } else if (first !== undefined) {
      report({
        path,
        expected: 'a name of its own',
        found: `${shown(name)}, which entries[${first}] has already`,
        action: 'rename one of the two: cases and reports tell entries apart by their names',
      });
    }
    if (first === undefined) seen.set(name, index);
  }
};

/** Whatever stands behind a match for everything is never asked: its author believes it protects something. */
const reportUnreachable = (entries: readonly WrittenEntry[], report: Report): void => {
  const catchAll = entries.findIndex(({ match }) => match.fields.length === 0 && match.anyOf.length === 0);
  const following = entries[catchAll + 1];
  if (catchAll < 0 || following === undefined) return;
  report({
    path: ['entries', catchAll + 1],
    expected: 'no entry behind one that matches everything',
    found: `${shown(following.name)} behind ${shown(entries[catchAll]?.name)}`,
    action: 'move the entry with match: {} to the end',
  });
};
