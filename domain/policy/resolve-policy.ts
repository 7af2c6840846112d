/**
 * Fills in what a well-formed policy leaves out, and finds what only shows when its parts are seen
 * together: names used twice, topics nobody defined, limits above a quota, waits that contradict.
 */

import { didYouMean } from './did-you-mean.ts';
import { durationMs, durationText } from './duration.ts';
import type { EventPattern } from './event-pattern.ts';
import type {
  ApprovalPolicy,
  Limits,
  Policy,
  PolicyEntry,
  RetryPolicy,
  VerifyPolicy,
  WrittenEntry,
} from './policy.ts';
import { type DocumentPath, listed, type PathProblem, shown } from './policy-problem.ts';
import type { EntryDocument, PolicyDocument } from './policy-schema.ts';
import { resolveEntryLimits, resolvePolicyLimits } from './resolve-limits.ts';

type Report = (problem: PathProblem) => void;

/** Name of the entry that decides when none matches; no entry may take it. */
export const UNMATCHED_NAME = 'unmatched';

const RETRY: RetryPolicy = { attemptsMax: 3, backoffMs: 30_000, backoffMsMax: 900_000 };
const APPROVAL: ApprovalPolicy = { quorum: 1, expiresAfterMs: 86_400_000 };
const VERIFY: VerifyPolicy = { settleMs: 120_000, timeoutMs: 1_800_000 };

interface Defaults {
  readonly retry: RetryPolicy;
  readonly approval: ApprovalPolicy;
  readonly verify: VerifyPolicy;
  readonly notify: readonly string[];
}

/**
 * @param patterns the entries' matches, in their order
 * @param version first 12 hex digits of the text's SHA-256
 */
export const resolvePolicy = (
  document: PolicyDocument,
  patterns: readonly EventPattern[],
  version: string,
  report: Report,
): Policy => {
  const { limits, adaptiveConcurrency } = resolvePolicyLimits(document.limits ?? {}, ['limits'], report);
  const topics = document.topics ?? {};
  const defaults = resolveDefaults(document.defaults ?? {}, Object.keys(topics), report);
  const entries = document.entries.map((entry, index) =>
    resolveEntry(entry, patterns[index] ?? NEVER, ['entries', index], { defaults, limits, topics }, report),
  );
  reportRepeatedNames(entries, report);
  reportUnreachable(entries, report);
  return {
    version,
    entries,
    limits,
    adaptiveConcurrency,
    topics,
    unmatched: unmatchedEntry(defaults, limits),
  };
};

/** An `$or` without alternatives: should a pattern ever be missing, nothing may match. */
const NEVER: EventPattern = { fields: [], anyOf: [[]] };

const unmatchedEntry = (defaults: Defaults, limits: Limits): PolicyEntry => ({
  name: UNMATCHED_NAME,
  severity: 'medium',
  mode: 'observe',
  parameters: {},
  limits,
  ...defaults,
});

type DefaultsDocument = NonNullable<PolicyDocument['defaults']>;

const resolveDefaults = (
  written: DefaultsDocument,
  topicNames: readonly string[],
  report: Report,
): Defaults =>
  resolveBlocks(
    written,
    { retry: RETRY, approval: APPROVAL, verify: VERIFY, notify: [] },
    ['defaults'],
    topicNames,
    report,
  );

const resolveEntry = (
  written: EntryDocument,
  match: EventPattern,
  path: DocumentPath,
  policyWide: { defaults: Defaults; limits: Limits; topics: Readonly<Record<string, string>> },
  report: Report,
): WrittenEntry => ({
  name: written.name,
  match,
  ...(written.severity === undefined ? {} : { severity: written.severity }),
  ...(written.mode === undefined ? {} : { mode: written.mode }),
  ...(written.runbook === undefined ? {} : { runbook: written.runbook }),
  parameters: written.parameters ?? {},
  limits: resolveEntryLimits(written.limits ?? {}, policyWide.limits, [...path, 'limits'], report),
  ...resolveBlocks(written, policyWide.defaults, path, Object.keys(policyWide.topics), report),
});

/** The blocks that entries and defaults share, key by key over what holds otherwise. */
const resolveBlocks = (
  written: DefaultsDocument,
  otherwise: Defaults,
  path: DocumentPath,
  topicNames: readonly string[],
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
  reportUnknownTopics(written.notify ?? [], topicNames, [...path, 'notify'], report);
  return {
    retry,
    approval: {
      quorum: written.approval?.quorum ?? otherwise.approval.quorum,
      expiresAfterMs: msOr(written.approval?.expires, otherwise.approval.expiresAfterMs),
    },
    verify,
    notify: written.notify ?? otherwise.notify,
  };
};

const msOr = (written: string | undefined, otherwiseMs: number): number =>
  (written === undefined ? undefined : durationMs(written)) ?? otherwiseMs;

const reportUnknownTopics = (
  notify: readonly string[],
  topicNames: readonly string[],
  path: DocumentPath,
  report: Report,
): void => {
  for (const [index, name] of notify.entries()) {
    if (topicNames.includes(name)) continue;
    const meant = didYouMean(name, topicNames);
    report({
      path: [...path, index],
      expected:
        topicNames.length === 0 ? 'a topic defined under topics' : `one of the topics ${listed(topicNames)}`,
      found: shown(name),
      action: meant === undefined ? `define it: topics: {${name}: …}` : `did you mean "${meant}"?`,
    });
  }
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
