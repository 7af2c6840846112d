/**
 * The checks before a start, as far as they can be answered by what the table and the policy hold: for whoever
 * decides on a plan, and only to be shown. Right before the start each is asked again, and that answer counts.
 */

import { askBreakers, describeBreaker } from '../breaker.ts';
import { localText } from '../calendar/local-clock.ts';
import { type StartTimes, startTimes } from '../calendar/start-times.ts';
import { objectionTo } from '../case/approves.ts';
import type { AwaitingApproval, Case, Decision, OpenState, Planned } from '../case/case.ts';
import { graceAt } from '../case/grace.ts';
import type { CheckName } from '../case/observation.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { PolicyBook } from '../engine/policy-book.ts';
import { type ExemptionBook, looksAtTags } from '../exemption/exemption-book.ts';
import { attemptToken } from '../permit.ts';
import type { PolicySubject } from '../policy/policy.ts';
import { policySubject } from '../policy/policy-subject.ts';
import type { Controls } from '../ports.ts';
import { describeStop, stoppedBy } from '../stop-switch.ts';
import type { Instant } from '../time.ts';
import { unreachable } from '../unreachable.ts';

export interface KnownAnswer {
  readonly check: CheckName;
  /** `later`: only the world can say; `waits`: not now, and the case waits for it. */
  readonly answer: 'yes' | 'no' | 'waits' | 'unknown' | 'later';
  readonly says: string;
}

export interface KnownWorld {
  readonly controls: Pick<Controls, 'stops' | 'breakers'>;
  /** Those that people have added; absent when they could not be read. */
  readonly exemptions?: ExemptionBook;
  /** The policy in force. */
  readonly book: PolicyBook;
  readonly catalog: Pick<Catalog, 'rule'>;
  readonly now: Instant;
}

/** A case that has a plan. */
export type PlannedCase = Case<OpenState & Planned>;

/** In the order in which the checks are made. */
export const knownAnswers = (about: PlannedCase, world: KnownWorld): readonly KnownAnswer[] =>
  CHECKS.map(([check, answer]) => ({ check, ...answerOf(answer, about, world) }));

type Answer = Omit<KnownAnswer, 'check'>;
type Known = (about: PlannedCase, world: KnownWorld) => Answer;

/** What is stored may be spoilt; then nobody knows, and the rest is told all the same. */
const answerOf = (answer: Known, about: PlannedCase, world: KnownWorld): Answer => {
  try {
    return answer(about, world);
  } catch (error) {
    return { answer: 'unknown', says: error instanceof Error ? error.message : String(error) };
  }
};

const stopSwitch: Known = ({ finding, lane, state }, { controls }) => {
  const stop = stoppedBy(controls.stops, { finding, lane, document: state.plan.document });
  return stop ? { answer: 'waits', says: describeStop(stop) } : { answer: 'yes', says: 'nothing is stopped' };
};

const exemption: Known = (about, { exemptions, book, catalog, now }) => {
  if (exemptions === undefined)
    return { answer: 'unknown', says: 'the exemptions could not be read just now' };
  const subject = subjectOf(about, catalog);
  const found = book.exemptionOf(subject, now) ?? exemptions.exemptionOf(subject, now);
  if (found) return { answer: 'no', says: `exempt: "${found.name}" of ${found.owner}: ${found.reason}` };
  const doubt = exemptions.doubtAbout(subject);
  if (doubt !== undefined) return { answer: 'unknown', says: doubt };
  return { answer: 'yes', says: 'no exemption holds; those of AWS Config are asked right before the start' };
};

const policy: Known = ({ policyVersion, entry }, { book }) => {
  if (book.doubt !== undefined) return { answer: 'unknown', says: book.doubt };
  const since = book.version === policyVersion ? '' : `; the policy has changed since, to ${book.version}`;
  return {
    answer: 'later',
    says: `entry "${entry}" of policy ${policyVersion} made this plan${since}. It must say the very same right before the start`,
  };
};

const approval: Known = (about) => {
  const { state, terms, mode } = about;
  const { quorum } = terms.approval;
  if (state.name !== 'awaiting-approval')
    return about.approval?.planHash === state.planHash
      ? { answer: 'yes', says: `approved by ${namesOf(about.approval.decisions)}` }
      : { answer: 'later', says: mode === 'auto' ? 'mode auto needs none' : 'nobody has approved this plan' };
  const counted = countedDecisions(about, state);
  const by = counted.length === 0 ? '' : `: ${namesOf(counted)}`;
  return {
    answer: counted.length >= quorum ? 'yes' : 'waits',
    says: `${counted.length} of ${quorum} have approved${by}`,
  };
};

/** What people have said so far that counts by the terms of now. */
export const countedDecisions = (about: Case, { decisions }: AwaitingApproval): readonly Decision[] =>
  decisions.filter((decision) => objectionTo(decision, about) === undefined);

const attempts: Known = ({ attempts: used, terms }) => {
  const { attemptsMax } = terms.retry;
  return used < attemptsMax
    ? { answer: 'yes', says: `${used} of ${attemptsMax} used` }
    : { answer: 'no', says: `all ${attemptsMax} are used up` };
};

const compliance: Known = ({ newestEvaluation }, { now }) => ({
  answer: newestEvaluation.compliance === 'NON_COMPLIANT' ? 'later' : 'no',
  says: `AWS Config said ${newestEvaluation.compliance} ${ageText(newestEvaluation.recordedAt, now)}, and is asked again right before the start`,
});

const grace: Known = (about, { now }) => {
  const found = graceAt(about, about.terms, now);
  switch (found.kind) {
    case 'none':
      return { answer: 'yes', says: 'the policy gives none' };
    case 'over':
      return { answer: 'yes', says: `it is over; the owner was told at ${about.ownerToldAt}` };
    case 'owner-untold':
      return { answer: 'waits', says: 'the owner has not been told yet' };
    case 'running':
      return { answer: 'waits', says: `the owner has until ${found.until}` };
    default:
      return unreachable(found);
  }
};

const window: Known = (about, { book, catalog, now }) => {
  const { windows } = about.terms;
  const blackouts = book.blackoutsFor(subjectOf(about, catalog));
  const times = startTimes(windows, blackouts, now);
  const byTags = book.policy.blackouts.some(({ match }) => match !== undefined && looksAtTags(match))
    ? '; blackouts by tag are asked right before the start'
    : '';
  return times.kind === 'closed'
    ? { answer: 'waits', says: `${closedText(times)}${byTags}` }
    : { answer: 'yes', says: `${openText(times, windows.length, windows[0]?.timezone)}${byTags}` };
};

const openText = ({ until }: { readonly until?: Instant }, windows: number, timezone = 'UTC'): string => {
  if (windows === 0) return 'the policy names no window, and no blackout holds';
  return `open until ${until === undefined ? 'further notice' : localText(until, timezone)}`;
};

const closedText = ({ by, opensAt }: Extract<StartTimes, { kind: 'closed' }>): string => {
  const what =
    by.kind === 'blackout'
      ? `blackout "${by.blackout.name}" holds`
      : `closed: ${by.windows.map(({ name }) => `"${name}"`).join(', ')}`;
  const zone = by.kind === 'window' ? by.windows[0]?.timezone : undefined;
  return `${what}; ${opensAt === undefined ? 'no time comes at which it could start' : `it may start ${localText(opensAt, zone ?? 'UTC')}`}`;
};

const breaker: Known = (about, { controls, now }) => {
  const { finding, id, state } = about;
  const attempt = {
    finding,
    document: state.plan.document,
    clientToken: attemptToken(id, about.attempts + 1),
  };
  const says = askBreakers(controls.breakers, attempt, now);
  switch (says.kind) {
    case 'go':
      return { answer: 'yes', says: 'no breaker is open' };
    case 'probe':
      return { answer: 'yes', says: 'a breaker is open, and this may be the probe that shows how it is now' };
    case 'open':
      return { answer: 'waits', says: `the ${describeBreaker(says.breaker)}` };
    case 'unreadable':
      return { answer: 'unknown', says: `the ${describeBreaker(says.breaker)}` };
    default:
      return unreachable(says);
  }
};

const permit: Known = () => ({
  answer: 'later',
  says: 'limits and blast radius are asked right before the start; what is too much at once waits its turn',
});

const CHECKS: readonly (readonly [CheckName, Known])[] = [
  ['stop-switch', stopSwitch],
  ['exemption', exemption],
  ['policy', policy],
  ['approval', approval],
  ['attempts', attempts],
  ['compliance', compliance],
  ['grace', grace],
  ['window', window],
  ['breaker', breaker],
  ['permit', permit],
];

/** By the tags that the case remembers; what it does not remember is asked right before the start. */
const subjectOf = ({ finding, origin, tags = {} }: Case, catalog: Pick<Catalog, 'rule'>): PolicySubject => {
  const served = finding.ruleIdentifier === undefined ? undefined : catalog.rule(finding.ruleIdentifier);
  return policySubject(finding, {
    configRuleName: origin.configRuleName,
    tags: Object.fromEntries(
      Object.entries(tags).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
    ),
    ...(served && { severity: served.severity }),
    frameworks: served?.frameworks ?? [],
  });
};

const namesOf = (decisions: readonly { readonly who: string }[]): string =>
  decisions.map(({ who }) => who).join(', ');

/** @example ageText('2026-11-21T02:00:00.000Z', '2026-11-21T02:05:00.000Z') // '5 min ago' */
export const ageText = (at: Instant, now: Instant): string => {
  const minutes = Math.floor((Date.parse(now) - Date.parse(at)) / MINUTE_MS);
  if (!(minutes >= 1)) return 'just now';
  if (minutes < 120) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
};

const MINUTE_MS = 60_000;
