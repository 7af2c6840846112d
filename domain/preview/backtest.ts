/**
 * The recorded cases decided again by another policy: which entry would have decided, what would have run by itself
 * or been asked for, and how the cases in question really ended. Nothing is read but the cases.
 */
import type { Case } from '../case/case.ts';
import type { Catalog, Severity } from '../catalog/catalog.ts';
import type { PolicyBook } from '../engine/policy-book.ts';
import { chooseRunbook } from '../plan.ts';
import type { EventPattern } from '../policy/event-pattern.ts';
import type { Mode } from '../policy/policy.ts';
import { policySubject } from '../policy/policy-subject.ts';
import { EXAMPLES_MAX, ruleOf } from './group-findings.ts';
import { tagDoubt } from './tag-doubt.ts';

export const VERDICTS = ['runs', 'asks', 'observes', 'left-to-people', 'exempt'] as const;
/** What a policy lets happen to a case. */
export type Verdict = (typeof VERDICTS)[number];

export const ENDINGS = [
  'healed',
  'failed',
  'denied',
  'self-resolved',
  'closed-by-human',
  'exempt',
  'left-to-people',
  'open',
] as const;
export type Ending = (typeof ENDINGS)[number];

export interface Decided {
  readonly verdict: Verdict;
  readonly entry: string;
  readonly severity: Severity;
  readonly mode: Mode;
  /** Null when none would run. */
  readonly runbook: string | null;
}

export interface BacktestGroup {
  readonly rule: string;
  readonly account: string;
  readonly from: Decided;
  readonly to: Decided;
  readonly cases: number;
  /** Of these, how many depend on tags that nobody recorded. */
  readonly doubtful: number;
  /** How they really ended. */
  readonly ended: Readonly<Partial<Record<Ending, number>>>;
  /** Of these, how many had been approved by people. */
  readonly approved: number;
  /** At most three. */
  readonly examples: readonly { readonly caseId: string; readonly resourceId: string }[];
}

export interface Backtest {
  readonly policyVersion: string;
  readonly cases: number;
  /** Cases of which something would have been decided otherwise. */
  readonly changed: number;
  readonly verdicts: Readonly<Record<Verdict, { readonly before: number; readonly after: number }>>;
  /** Decisions that depend on tags that were not recorded; they were made as though there were none. */
  readonly doubtful: number;
  /** Only where something would have been decided otherwise; most cases first. */
  readonly groups: readonly BacktestGroup[];
}

export interface Backtester {
  add(about: Case): void;
  result(): Backtest;
}

/** @param book the policy by which the cases are decided again */
export const createBacktester = (book: PolicyBook, catalog: Catalog): Backtester => {
  const again = deciderBy(book, catalog);
  const groups = new Map<string, MutableGroup>();
  const verdicts = Object.fromEntries(
    VERDICTS.map((verdict) => [verdict, { before: 0, after: 0 }]),
  ) as Record<Verdict, { before: number; after: number }>;
  let cases = 0;
  let doubtfulInAll = 0;
  return {
    add: (about) => {
      const from = recordedDecision(about);
      const { decided: to, isDoubtful } = again(about);
      cases += 1;
      doubtfulInAll += Number(isDoubtful);
      verdicts[from.verdict].before += 1;
      verdicts[to.verdict].after += 1;
      if (JSON.stringify(from) === JSON.stringify(to)) return;
      const { account } = about.finding;
      const rule = ruleOf(about.finding);
      const key = JSON.stringify([rule, account, from, to]);
      const group = groups.get(key) ?? {
        rule,
        account,
        from,
        to,
        cases: 0,
        doubtful: 0,
        ended: {},
        approved: 0,
        examples: [],
      };
      groups.set(key, group);
      const ending = endingOf(about);
      group.cases += 1;
      group.doubtful += Number(isDoubtful);
      group.approved += Number(about.approval !== undefined);
      group.ended[ending] = (group.ended[ending] ?? 0) + 1;
      if (group.examples.length < EXAMPLES_MAX)
        group.examples.push({ caseId: about.id, resourceId: about.finding.resourceId });
    },
    result: () => ({
      policyVersion: book.version,
      cases,
      changed: [...groups.values()].reduce((sum, group) => sum + group.cases, 0),
      verdicts,
      doubtful: doubtfulInAll,
      groups: [...groups.values()].sort(
        (left, right) =>
          right.cases - left.cases ||
          left.rule.localeCompare(right.rule) ||
          left.account.localeCompare(right.account) ||
          left.to.entry.localeCompare(right.to.entry),
      ),
    }),
  };
};

type MutableGroup = Omit<BacktestGroup, 'cases' | 'doubtful' | 'approved' | 'ended' | 'examples'> & {
  cases: number;
  doubtful: number;
  approved: number;
  ended: Partial<Record<Ending, number>>;
  examples: { caseId: string; resourceId: string }[];
};

const deciderBy = (book: PolicyBook, catalog: Catalog) => {
  const { entries, exemptions } = book.policy;
  const patternsOf = (written: readonly { readonly match: EventPattern }[]) =>
    written.map(({ match }) => match);
  const entryDoubt = tagDoubt(patternsOf(entries));
  const exemptionDoubt = tagDoubt(patternsOf(exemptions));
  return (about: Case): { readonly decided: Decided; readonly isDoubtful: boolean } => {
    const { finding, origin, openedAt, tags: recorded = {} } = about;
    const served = finding.ruleIdentifier === undefined ? undefined : catalog.rule(finding.ruleIdentifier);
    const subject = policySubject(finding, {
      configRuleName: origin.configRuleName,
      tags: Object.fromEntries<string>(
        Object.entries(recorded).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
      ),
      ...(served ? { severity: served.severity } : {}),
      frameworks: served?.frameworks ?? [],
    });
    const known = new Set(Object.keys(recorded));
    const { entry, index } = book.select(subject);
    // As of the case's own day: what has expired since held then.
    const exemption = book.exemptionOf(subject, openedAt);
    const choice = chooseRunbook(catalog, finding, entry.runbook);
    const runbook = choice.ok && choice.runbook.kind === 'runbook' ? choice.runbook.document : null;
    const verdict = exemption ? 'exempt' : verdictOf(entry.mode, runbook !== null);
    return {
      isDoubtful: entryDoubt(subject, index, known) || exemptionDoubt(subject, undefined, known),
      decided: {
        verdict,
        entry: entry.name,
        severity: entry.severity,
        mode: entry.mode,
        runbook: verdict === 'runs' || verdict === 'asks' ? runbook : null,
      },
    };
  };
};

/** By which the case went last: a policy that changed meanwhile was asked again. */
const recordedDecision = ({ entry, severity, mode, lastPlanned, state }: Case): Decided => {
  const verdict = state.name === 'suppressed' ? 'exempt' : verdictOf(mode, lastPlanned !== undefined);
  return {
    verdict,
    entry,
    severity,
    mode,
    runbook: verdict === 'runs' || verdict === 'asks' ? (lastPlanned?.document ?? null) : null,
  };
};

const verdictOf = (mode: Mode, hasRunbook: boolean): Verdict => {
  if (mode === 'observe') return 'observes';
  if (!hasRunbook) return 'left-to-people';
  return mode === 'auto' ? 'runs' : 'asks';
};

const endingOf = ({ state, attempts }: Case): Ending => {
  switch (state.name) {
    case 'resolved':
      return 'healed';
    case 'denied':
    case 'self-resolved':
    case 'closed-by-human':
      return attempts > 0 && state.name !== 'denied' ? 'failed' : state.name;
    case 'suppressed':
      return 'exempt';
    case 'needs-human':
      return attempts > 0 ? 'failed' : 'left-to-people';
    default:
      return 'open';
  }
};

/** Of the cases that would newly have run by themselves: how they ended in earnest, as evidence for or against it. */
export const evidenceOf = (
  groups: readonly BacktestGroup[],
): {
  readonly cases: number;
  readonly approved: number;
  readonly ended: Readonly<Partial<Record<Ending, number>>>;
} => {
  const ended: Partial<Record<Ending, number>> = {};
  let cases = 0;
  let approved = 0;
  for (const group of groups.filter(({ from, to }) => to.verdict === 'runs' && from.verdict !== 'runs')) {
    cases += group.cases;
    approved += group.approved;
    for (const ending of ENDINGS)
      if (group.ended[ending]) ended[ending] = (ended[ending] ?? 0) + group.ended[ending];
  }
  return { cases, approved, ended };
};
