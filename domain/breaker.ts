/**
 * A breaker: when too many attempts of a rule or of a runbook have failed, nothing more of it starts but one probe
 * at a time. What it is lies in the control item, which is read before every start anyway.
 *
 *   (absent) ──tripped──▶ open ──probe-taken──▶ probing ──probe-succeeded──▶ closed ──forgotten──▶ (absent)
 *                          ▲ ◀──probe-failed───────┘ │                         │
 *                          └────────tripped──────────┼─────────────────────────┘
 *                                     reset ─────────┴─▶ closed
 *
 * `closed` lets everything through as absence does; it is kept for a window, because what failed before it must not
 * open the breaker again, and because those that it held are still to be woken. It is kept for an hour at least, and
 * so are closings before the last: whoever keeps the journal of what was done looks at it every few minutes only.
 */
import type { Case } from './case/case.ts';
import { plainRuleName } from './finding.ts';
import type { BreakerPolicy } from './policy/policy.ts';
import { hourMs, type Instant, minuteMs, plusMs } from './time.ts';

export interface BreakerScope {
  readonly kind: 'rule' | 'runbook';
  readonly name: string;
}

interface Opened {
  readonly since: Instant;
  /** Counts the changes of one breaker: every write is conditional on it. */
  readonly revision: number;
  /** Failed attempts in the window, when it opened. */
  readonly failures: number;
  /** Attempts started in the window; null when they could not be counted. */
  readonly attempts: number | null;
  readonly percent: number | null;
  readonly reason: string;
  /** As the policy said of the case that opened it; each case goes by what the policy says of itself. */
  readonly whenOpen: BreakerPolicy['whenOpen'];
  readonly probeAfterMs: number;
  readonly windowMs: number;
  /** Topics, besides selfheal's own, that hear of it. */
  readonly notify: readonly string[];
  /** False until people were told. */
  readonly told: boolean;
  /** No probe before then. */
  readonly notBefore: Instant;
  /** It was open before, and not long ago; the oldest first. */
  readonly earlier?: readonly Closing[];
}

/** One time that it was open, from its opening to its closing. */
export interface Closing extends Pick<Opened, 'since'> {
  readonly at: Instant;
  /** `selfheal` when a probe healed; else who reset it. */
  readonly who: string;
  readonly reason: string;
  /** Why it had opened. */
  readonly openedFor?: string;
}

export interface OpenBreaker extends Opened {
  readonly state: 'open';
  /** When the timer last looked for a case to be the probe. */
  readonly soughtAt?: Instant;
}

export interface ProbingBreaker extends Opened {
  readonly state: 'probing';
  /** ClientToken of the attempt that is the probe. */
  readonly token: string;
  readonly at: Instant;
  /** A probe of which nothing was heard by then is lost, and replaced. */
  readonly until: Instant;
}

/** Only what started after `at` counts. */
export interface ClosedBreaker extends Closing, Pick<Opened, 'revision' | 'windowMs' | 'earlier'> {
  readonly state: 'closed';
  /** True when all the cases that it held were woken. */
  readonly woken: boolean;
}

/** The attribute holds something that is no breaker: a doubt, so nothing starts until a person resets it. */
export interface UnreadableBreaker {
  readonly state: 'unreadable';
  readonly reason: string;
}

export type Breaker = OpenBreaker | ProbingBreaker | ClosedBreaker;

/** A breaker with what it is about, as the control item tells it. */
export type KnownBreaker = { readonly scope: BreakerScope } & (Breaker | UnreadableBreaker);

/** One that holds starts back. */
export type OpenedBreaker = { readonly scope: BreakerScope } & (OpenBreaker | ProbingBreaker);

export type BreakerEvent =
  | ({ readonly kind: 'tripped'; readonly policy: BreakerPolicy; readonly notify: readonly string[] } & Pick<
      Opened,
      'failures' | 'attempts' | 'percent' | 'reason'
    >)
  | { readonly kind: 'probe-taken' | 'probe-confirmed'; readonly token: string; readonly until: Instant }
  /** Nothing came of it: the next may have it at once. The revision tells it from one taken again meanwhile. */
  | { readonly kind: 'probe-returned'; readonly token: string; readonly revision: number }
  | { readonly kind: 'probe-succeeded' | 'probe-failed'; readonly token: string }
  | { readonly kind: 'reset'; readonly who: string; readonly reason: string }
  | { readonly kind: 'told' | 'sought' | 'woken' | 'forgotten' };

type StateName = 'absent' | Breaker['state'];

/** What it becomes; `absent` when there is nothing to remember any more; undefined when nothing changes. */
export type Becomes = Breaker | 'absent' | undefined;

// biome-ignore lint/suspicious/noExplicitAny: each row is given exactly the state and the event it stands under.
type Row = (breaker: any, event: any, now: Instant) => Becomes;

const trip = (
  was: ClosedBreaker | undefined,
  { policy, notify, failures, attempts, percent, reason }: Extract<BreakerEvent, { kind: 'tripped' }>,
  now: Instant,
): OpenBreaker => ({
  state: 'open',
  since: now,
  revision: (was?.revision ?? 0) + 1,
  failures,
  attempts,
  percent,
  reason,
  whenOpen: policy.whenOpen,
  probeAfterMs: policy.probeAfterMs,
  windowMs: policy.windowMs,
  notify,
  told: false,
  notBefore: plusMs(now, policy.probeAfterMs),
  ...(was && { earlier: closings(was, now) }),
});

/** Those of the last hour, and the newest of them only: they lie in the control item. */
const closings = (was: ClosedBreaker, now: Instant): readonly Closing[] => {
  const { since, at, who, reason, openedFor } = was;
  const last: Closing = { since, at, who, reason, ...(openedFor !== undefined && { openedFor }) };
  return [...(was.earlier ?? []), last].filter((one) => one.at > plusMs(now, -KEPT_MS)).slice(-CLOSINGS_MAX);
};

/** Long enough for whoever looks at the control item now and then. */
const KEPT_MS = hourMs;
const CLOSINGS_MAX = 10;

const next = <B extends Breaker>(breaker: B): B => ({ ...breaker, revision: breaker.revision + 1 });

const reopened = (
  { token: _, at: __, until: ___, ...opened }: ProbingBreaker,
  notBefore: Instant,
): OpenBreaker => next({ ...opened, state: 'open', notBefore });

const closed = (
  { since, revision, windowMs, reason: openedFor, earlier }: OpenBreaker | ProbingBreaker,
  who: string,
  reason: string,
  now: Instant,
): ClosedBreaker => ({
  state: 'closed',
  since,
  revision: revision + 1,
  at: now,
  who,
  reason,
  openedFor,
  windowMs,
  woken: false,
  ...(earlier && { earlier }),
});

const probing = (
  was: OpenBreaker | ProbingBreaker,
  { token, until }: { readonly token: string; readonly until: Instant },
  now: Instant,
): ProbingBreaker => {
  const { since, failures, attempts, percent, reason, whenOpen, probeAfterMs, windowMs, notify } = was;
  return {
    ...{ since, failures, attempts, percent, reason, whenOpen, probeAfterMs, windowMs, notify },
    told: was.told,
    notBefore: was.notBefore,
    ...(was.earlier && { earlier: was.earlier }),
    revision: was.revision + 1,
    state: 'probing',
    token,
    at: now,
    until,
  };
};

const tell: Row = (breaker: OpenBreaker | ProbingBreaker) =>
  breaker.told ? undefined : next({ ...breaker, told: true });
const reset: Row = (breaker, { who, reason }, now) => closed(breaker, who, reason, now);

const TABLE: Readonly<Record<StateName, Readonly<Partial<Record<BreakerEvent['kind'], Row>>>>> = {
  absent: { tripped: trip },
  open: {
    'probe-taken': (breaker, event, now) =>
      breaker.notBefore <= now ? probing(breaker, event, now) : undefined,
    reset,
    told: tell,
    sought: (breaker, _, now) => next({ ...breaker, soughtAt: now }),
  },
  probing: {
    'probe-taken': (breaker, event, now) =>
      breaker.token === event.token || breaker.until <= now ? probing(breaker, event, now) : undefined,
    'probe-confirmed': (breaker, { token, until }, now) =>
      breaker.token === token ? next({ ...breaker, at: now, until }) : undefined,
    'probe-returned': (breaker, { token, revision }) =>
      breaker.token === token && breaker.revision === revision
        ? reopened(breaker, breaker.notBefore)
        : undefined,
    'probe-succeeded': (breaker, { token }, now) =>
      breaker.token === token ? closed(breaker, 'selfheal', 'a probe healed', now) : undefined,
    'probe-failed': (breaker, { token }, now) =>
      breaker.token === token ? reopened(breaker, plusMs(now, breaker.probeAfterMs)) : undefined,
    reset,
    told: tell,
  },
  closed: {
    tripped: trip,
    woken: (breaker) => (breaker.woken ? undefined : next({ ...breaker, woken: true })),
    forgotten: (breaker, _, now) =>
      breaker.woken && plusMs(breaker.at, Math.max(breaker.windowMs, KEPT_MS)) <= now ? 'absent' : undefined,
  },
};

/**
 * What a breaker becomes by an event. A pair that is not in the table changes nothing: whoever comes second finds
 * that it has been done, or that it is no longer to be done.
 *
 * @example moveBreaker(undefined, { kind: 'probe-succeeded', token }, now) // undefined: there is nothing to close
 */
export const moveBreaker = (breaker: Breaker | undefined, event: BreakerEvent, now: Instant): Becomes =>
  TABLE[breaker?.state ?? 'absent'][event.kind]?.(breaker, event, now);

/** @example breakerId({ kind: 'rule', name: 'ENCRYPTED_VOLUMES' }) // 'rule#ENCRYPTED_VOLUMES' */
export const breakerId = ({ kind, name }: BreakerScope): string => `${kind}#${name}`;

/** Undefined for a text that names no breaker. */
export const breakerScopeOf = (id: string): BreakerScope | undefined => {
  const [, kind, name] = /^(rule|runbook)#(.+)$/s.exec(id) ?? [];
  return kind && name ? { kind: kind as BreakerScope['kind'], name } : undefined;
};

type Concerned = Pick<Case, 'finding'> & {
  /** Absent when it is not known what would run: then every runbook's breaker concerns it. */
  readonly document?: string;
};

/** The breakers of an attempt: of its rule, and of its runbook. */
export const breakerScopes = ({
  finding,
  document,
}: Concerned & { readonly document: string }): readonly BreakerScope[] => [
  { kind: 'rule', name: finding.ruleIdentifier ?? finding.rule },
  { kind: 'runbook', name: document },
];

export const concerns = ({ kind, name }: BreakerScope, { finding, document }: Concerned): boolean =>
  kind === 'rule'
    ? [finding.ruleIdentifier, finding.rule, plainRuleName(finding.rule)].includes(name)
    : document === undefined || name === document;

export type BreakersSay =
  | { readonly kind: 'go' }
  /** It may go as the probe of these, if nobody else does. */
  | { readonly kind: 'probe'; readonly scopes: readonly BreakerScope[] }
  | { readonly kind: 'open'; readonly breaker: OpenedBreaker }
  | { readonly kind: 'unreadable'; readonly breaker: KnownBreaker };

/** What all breakers together say of one attempt, by its ClientToken. */
export const askBreakers = (
  breakers: readonly KnownBreaker[],
  attempt: Concerned & { readonly document: string; readonly clientToken: string },
  now: Instant,
): BreakersSay => {
  const concerned = breakers.filter(({ scope }) => concerns(scope, attempt));
  const probes: BreakerScope[] = [];
  let open: Extract<BreakersSay, { kind: 'open' }> | undefined;
  for (const breaker of concerned) {
    if (breaker.state === 'unreadable') return { kind: 'unreadable', breaker };
    if (breaker.state === 'closed') continue;
    if (mayProbe(breaker, attempt.clientToken, now)) probes.push(breaker.scope);
    else open ??= { kind: 'open', breaker };
  }
  if (open) return open;
  return probes.length > 0 ? { kind: 'probe', scopes: probes } : { kind: 'go' };
};

/** Of those that hold an attempt back, the one that opened last: what people said before then they said not knowing of it. */
export const openedLast = (
  breakers: readonly KnownBreaker[],
  attempt: Concerned,
): OpenedBreaker | undefined =>
  breakers
    .filter(isOpened)
    .filter(({ scope }) => concerns(scope, attempt))
    .reduce<OpenedBreaker | undefined>(
      (last, one) => (last === undefined || one.since > last.since ? one : last),
      undefined,
    );

const mayProbe = (breaker: OpenBreaker | ProbingBreaker, token: string, now: Instant): boolean =>
  breaker.state === 'open' ? breaker.notBefore <= now : breaker.token === token || breaker.until <= now;

export interface Tally {
  readonly failures: number;
  /** Started in the window, failed ones included. */
  readonly attempts: number;
}

/**
 * The percentage that opens a breaker; undefined when it stays closed.
 *
 * @example errorPercent({ failures: 2, attempts: 10 }, { errorPercentMax: 20, attemptsMin: 10 }) // 20
 */
export const errorPercent = (
  { failures, attempts: counted }: Tally,
  { errorPercentMax, attemptsMin }: Pick<BreakerPolicy, 'errorPercentMax' | 'attemptsMin'>,
): number | undefined => {
  // A failure whose start lies before the window is an attempt all the same.
  const attempts = Math.max(failures, counted);
  if (failures === 0 || attempts < attemptsMin) return undefined;
  const percent = (100 * failures) / attempts;
  return percent >= errorPercentMax ? Math.round(percent * 10) / 10 : undefined;
};

/** @example 'breaker of runbook AWS-EnableS3BucketEncryption is open since 2026-11-21T02:00:00.000Z: 3 of 12 …' */
export const describeBreaker = (breaker: KnownBreaker): string => {
  const { scope } = breaker;
  const of = `breaker of ${scope.kind} ${scope.name}`;
  switch (breaker.state) {
    case 'open':
      return `${of} is open since ${breaker.since}: ${breaker.reason}; a probe from ${breaker.notBefore}`;
    case 'probing':
      return `${of} is open since ${breaker.since}: ${breaker.reason}; a probe is under way since ${breaker.at}`;
    case 'closed':
      return `${of} is closed since ${breaker.at} by ${breaker.who}: ${breaker.reason}`;
    case 'unreadable':
      return `${of} cannot be read: ${breaker.reason}`;
  }
};

export const isOpened = (breaker: KnownBreaker): breaker is OpenedBreaker =>
  breaker.state === 'open' || breaker.state === 'probing';

/** From taking the probe until its start is issued; it comes within seconds, or not at all. */
export const PROBE_TAKEN_MS = minuteMs;
