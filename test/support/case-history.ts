/**
 * A history of cases with its truth. Each story is told the way the machine writes it down, in steps; with each step
 * goes a note of what happened, and the notes alone are counted here. No rule of the report is asked.
 */
import type { Case, CaseState, ClosedState, OpenStateName, StateName } from '../../domain/case/case.ts';
import { appendEntry } from '../../domain/case/timeline.ts';
import type { ServedRule, Severity } from '../../domain/catalog/catalog.ts';
import type { Finding } from '../../domain/finding.ts';
import type { FigureName } from '../../domain/report/figures.ts';
import type { Dimension, TimeName } from '../../domain/report/weekly-report.ts';
import { dayMs, hourMs, instant, minuteMs, secondMs } from '../../domain/time.ts';
import { createRandom } from '../../sandbox/core/random.ts';
import { aCase, states } from './cases.ts';

/** Two frameworks, one, none; and one rule of which the catalog knows nothing. */
const RULES = {
  S3_BUCKET_VERSIONING_ENABLED: { frameworks: ['cis', 'pci'], manualMinutes: 15 },
  RDS_INSTANCE_PUBLIC_ACCESS_CHECK: { frameworks: ['pci'], manualMinutes: 30 },
  INCOMING_SSH_DISABLED: { frameworks: ['cis'], manualMinutes: 25 },
  EIP_ATTACHED: { frameworks: [], manualMinutes: 10 },
} as const;
const CUSTOM_RULE = 'payroll-tags';
const RULE_NAMES = [...Object.keys(RULES), CUSTOM_RULE];
const MINUTES_OF_OTHERS = 20;

const isServed = (name: string): name is keyof typeof RULES => name in RULES;

/** Knows the rules of the history, as the whole catalog would. */
export const HISTORY_CATALOG = {
  rule: (identifierOrName: string): ServedRule | undefined => {
    const identifier = identifierOrName.toUpperCase().replaceAll('-', '_');
    return isServed(identifier)
      ? {
          identifier,
          name: identifier.toLowerCase().replaceAll('_', '-'),
          headline: 'is wrong',
          resourceTypes: ['AWS::S3::Bucket'],
          trigger: 'change',
          severity: 'medium',
          preference: 1,
          ...RULES[identifier],
        }
      : undefined;
  },
};

const SEVERITIES: readonly Severity[] = ['low', 'medium', 'high', 'critical'];
const OWNERS = ['payroll', 'shop', undefined] as const;
const DOCUMENTS = [
  'AWS-ConfigureS3BucketVersioning',
  'AWS-ReleaseElasticIP',
  'AWSConfigRemediation-DetachIAMPolicy',
];

/** What SSM says when it fails: a word by which the kind is known, and the rest, in which ids differ. */
const ERRORS: readonly (readonly [string, (id: string, account: string) => string])[] = [
  [
    'AccessDenied',
    (id, account) =>
      `Failed: An error occurred (AccessDenied) calling the operation: User: arn:aws:sts::${account}:assumed-role/selfheal-automation/${id} is not authorized`,
  ],
  ['timed out', (id) => `TimedOut: Step 3 timed out after ${id.length * 17} s, request ${id}`],
  ['still says NON_COMPLIANT', () => 'SSM succeeded, but Config still says NON_COMPLIANT'],
];

const NOBODY_KNOWS = 'nobody knows';

export interface HistoryOptions {
  readonly seed: number;
  readonly cases: number;
  /** When the first and the last may be opened, in ms; the stories go on after that. */
  readonly fromMs: number;
  readonly toMs: number;
  /** IANA names; truth is told by the weeks of each. */
  readonly timezones: readonly string[];
  /** Weeks whose groups, times and runbooks are counted too, by their Mondays; all when absent. */
  readonly focus?: readonly string[];
  /** Of the cases that could stay open for good, the share that do, in per cent; all when absent. */
  readonly leftOpenPercent?: number;
}

export interface History {
  /** To be taken once: the truth is complete when the last was taken. */
  readonly cases: Iterable<Case>;
  readonly truth: Truth;
}

export interface Truth {
  /** Of the week that begins on a Monday, such as `2026-11-16`. */
  of(timezone: string, monday: string): WeekTruth;
  /** Mondays of all weeks in which anything happened, the first first. */
  mondays(timezone: string): readonly string[];
}

export interface WeekTruth {
  figure(name: FigureName, group?: { readonly by: Dimension; readonly key: string }): number;
  keys(by: Dimension): readonly string[];
  /** In ms, sorted. */
  times(name: TimeName): readonly number[];
  healedIn(by: Dimension, key: string): readonly number[];
  runs(document: string): { readonly attempts: number; readonly failed: number };
  failures(document: string): ReadonlyMap<string, number>;
  attempts(): number;
  retries(): number;
  minutesSaved(): number;
}

/** The same seed gives the same history. */
export const caseHistory = (options: HistoryOptions): History => {
  const books = options.timezones.map((timezone) => createBook(timezone, options));
  return {
    cases: tell(options, books),
    truth: {
      of: (timezone, monday) => bookOf(books, timezone).of(monday),
      mondays: (timezone) => bookOf(books, timezone).mondays(),
    },
  };
};

const bookOf = (books: readonly Book[], timezone: string): Book => {
  const book = books.find((each) => each.timezone === timezone);
  if (book === undefined) throw new Error(`the history was not counted by the weeks of ${timezone}`);
  return book;
};

const tell = function* (options: HistoryOptions, books: readonly Book[]): Iterable<Case> {
  const random = createRandom(options.seed);
  const dice: Dice = {
    below: (n) => Math.floor(random() * n),
    one: (items) => items[Math.floor(random() * items.length)] as (typeof items)[number],
    ms: (from, to) => Math.round(from * (to / from) ** random()),
    staysOpen: () => random() * 100 < (options.leftOpenPercent ?? 100),
  };
  // Findings come back, so that they have cases numbered on.
  const findings = Array.from({ length: Math.ceil(options.cases / 1.5) }, (_, index) =>
    findingOf(dice, index),
  );
  const edges = books
    .flatMap((book) => book.edges())
    .filter((ms) => options.fromMs <= ms && ms < options.toMs);
  for (let index = 0; index < options.cases; index += 1) {
    const found = dice.one(findings);
    found.cases += 1;
    const span = options.toMs - options.fromMs;
    // Now and then on the very edge of a week: that is where one counts twice, or not at all.
    const openedMs =
      edges.length > 0 && dice.below(20) === 0
        ? dice.one(edges) - dice.below(2)
        : options.fromMs + dice.below(span);
    const story = createStory(found, openedMs, edges, dice);
    dice.one(PLOTS)(story, dice);
    for (const book of books) book.enter(story.facts());
    yield story.written();
  }
};

interface Dice {
  below(n: number): number;
  one<T>(items: readonly T[]): T;
  /** Between the two, short ones as often as long ones. */
  ms(from: number, to: number): number;
  /** Of one that could. */
  staysOpen(): boolean;
}

interface Found {
  readonly finding: Finding;
  readonly id: string;
  cases: number;
}

const findingOf = (dice: Dice, index: number): Found => {
  const rule = dice.one(RULE_NAMES);
  const finding: Finding = {
    account: `${111_111_111_111 + dice.below(5) * 111_111_111_111}`,
    region: dice.one(['eu-central-1', 'us-east-1']),
    rule: rule.toLowerCase().replaceAll('_', '-'),
    ...(isServed(rule) && { ruleIdentifier: rule }),
    resourceType: 'AWS::S3::Bucket',
    resourceId: `bucket-${index}-of-${dice.one(['shop', 'payroll'])}`,
  };
  // In the shape of a finding's id, without the price of a hash.
  return { finding, id: index.toString(36).padStart(16, '0'), cases: 0 };
};

/** What happened to one case: all that is counted. */
interface Facts {
  readonly finding: Finding;
  readonly heads: readonly { readonly ms: number; readonly severity: Severity; readonly owner?: string }[];
  readonly openedMs: number;
  readonly closedMs?: number;
  readonly figures: readonly { readonly ms: number; readonly name: FigureName }[];
  readonly times: readonly { readonly ms: number; readonly name: TimeName; readonly tookMs: number }[];
  readonly runs: readonly { readonly ms: number; readonly document: string; readonly failed?: string }[];
  readonly starts: readonly { readonly ms: number; readonly isRetry: boolean }[];
}

interface Story {
  wait(fromMs: number, toMs: number): void;
  route(severity: Severity, owner: string | undefined): void;
  /** Goes to an open state. */
  go(state: OpenStateName, what: string, why?: string): void;
  /** Something that is written down and counts nowhere. */
  mention(what: string, times?: number): void;
  ask(): void;
  approve(isEnough?: boolean): void;
  deny(): void;
  start(): void;
  /** @param isLast when no further attempt is allowed: it comes to a person */
  fail(isLast?: boolean): void;
  hand(code: string): void;
  close(as: Exclude<ClosedState['name'], 'denied'>): void;
  facts(): Facts;
  written(): Case;
}

const PART_OF: Readonly<Record<OpenStateName, TimeName>> = {
  observing: 'held-back',
  held: 'held-back',
  'needs-human': 'held-back',
  'awaiting-approval': 'waiting-for-approval',
  queued: 'waiting-for-quota',
  starting: 'running',
  running: 'running',
  verifying: 'verifying',
};

const BASE: Case = aCase('queued');

const createStory = (
  { finding, id, cases: number }: Found,
  openedMs: number,
  edges: readonly number[],
  dice: Dice,
): Story => {
  let nowMs = openedMs;
  let sinceMs = openedMs;
  let state: StateName = 'queued';
  let closedMs: number | undefined;
  let askedMs = openedMs;
  let attempts = 0;
  let hasEnded = false;
  let isApproved = false;
  const document = dice.one(DOCUMENTS);
  const spent = new Map<OpenStateName, number>();
  const heads: { ms: number; severity: Severity; owner?: string }[] = [];
  const figures: { ms: number; name: FigureName }[] = [];
  const times: { ms: number; name: TimeName; tookMs: number }[] = [];
  const runs: { ms: number; document: string; failed?: string }[] = [];
  const starts: { ms: number; isRetry: boolean }[] = [];
  let told: Case['timeline'][number][] = [];
  let dropped: Pick<Case, 'timelineDropped' | 'milestonesDropped'> = { timelineDropped: 0 };

  const note = (name: FigureName): void => {
    figures.push({ ms: nowMs, name });
  };
  const write = (what: string, why: string, more: Partial<Case['timeline'][number]> = {}): void => {
    const entry = { at: instant(nowMs), who: 'selfheal', what, why, state, ...more };
    if (told.length < BOUND) {
      told.push(entry);
      return;
    }
    const { timeline, ...counts } = appendEntry({ timeline: told, ...dropped }, entry);
    told = [...timeline];
    dropped = counts;
  };
  const enter = (next: StateName): void => {
    // A case is opened in its first state.
    if (told.length === 1) state = next;
    if (next === state) return;
    const left = state as OpenStateName;
    spent.set(left, (spent.get(left) ?? 0) + nowMs - sinceMs);
    state = next;
    sinceMs = nowMs;
  };
  const endTry = (isHealed: boolean): void => {
    if (attempts === 0 || hasEnded) return;
    hasEnded = true;
    note('attempted');
    if (isHealed) note('succeeded');
  };
  const routed = () => {
    const { severity, owner } = heads.at(-1) ?? { severity: 'medium' as const };
    return { severity, mode: 'auto' as const, entry: 'entry', ...(owner !== undefined && { owner }) };
  };
  const answered = (): void => {
    times.push({ ms: nowMs, name: 'approval-response', tookMs: nowMs - askedMs });
  };
  const closeAs = (as: ClosedState['name']): void => {
    enter(as);
    closedMs = nowMs;
  };
  note('opened');

  return {
    wait: (fromMs, toMs) => {
      const untilMs = nowMs + dice.ms(fromMs, toMs);
      const edge = dice.below(4) === 0 ? edges.find((ms) => nowMs + 1 < ms && ms <= untilMs) : undefined;
      nowMs = edge === undefined ? untilMs : edge - dice.below(2);
    },
    route: (severity, owner) => {
      const isFirst = heads.length === 0;
      heads.push({ ms: nowMs, severity, ...(owner !== undefined && { owner }) });
      if (isFirst) write('reported-non-compliant', 'rule x', { routed: routed() });
      else write('held', 'the policy says something else', { routed: routed() });
    },
    go: (next, what, why = what) => {
      enter(next);
      write(what, why);
    },
    mention: (what, count = 1) => {
      for (let n = 0; n < count; n += 1) write(what, `for the ${n}th time`);
    },
    ask: () => {
      enter('awaiting-approval');
      askedMs = nowMs;
      write('approval-requested', 'policy entry "entry" asks for 1 approval(s)');
    },
    approve: (isEnough = true) => {
      if (isEnough) {
        isApproved = true;
        note('approved');
        answered();
        enter('queued');
      }
      write('approved', 'fine', { who: 'ada' });
    },
    deny: () => {
      note('denied');
      answered();
      endTry(false);
      closeAs('denied');
      write('denied', 'month end', { who: 'ada' });
    },
    start: () => {
      attempts += 1;
      starts.push({ ms: nowMs, isRetry: attempts > 1 });
      if (attempts > 1) note('retried');
      enter('starting');
      write('attempt-intended', `attempt ${attempts} of 3: ${document} version 1`, { document });
    },
    fail: (isLast = false) => {
      const [kind, said] = dice.one(ERRORS);
      const text = said(
        `${dice.below(1e9).toString(16)}-${dice.below(1e9)}-4${dice.below(1e3)}`,
        finding.account,
      );
      runs.push({ ms: nowMs, document, failed: kind });
      if (!isLast) {
        enter('held');
        write('attempt-failed', `${text}; attempt ${attempts} of 3, the next in ${dice.below(900) / 10} s`);
        return;
      }
      note('escalated');
      endTry(false);
      enter('needs-human');
      const why = `attempts-used-up: ${text} (attempt ${attempts} of 3)`;
      write('handed-to-human', why, { code: 'attempts-used-up' });
    },
    hand: (code) => {
      note('escalated');
      if (code === 'approval-expired') note('expired');
      if (code === 'unverified') note('unverified');
      if (state === 'verifying' || state === 'running' || state === 'starting')
        runs.push({ ms: nowMs, document, failed: NOBODY_KNOWS });
      endTry(false);
      enter('needs-human');
      write('handed-to-human', `${code}: ${NOBODY_KNOWS} how to go on with it`, { code });
    },
    close: (as) => {
      note(as);
      if (as === 'resolved') {
        note(isApproved ? 'healed-approved' : 'healed-unasked');
        runs.push({ ms: nowMs, document });
      }
      endTry(as === 'resolved');
      closeAs(as);
      if (as === 'resolved') {
        times.push({ ms: nowMs, name: 'to-remediate', tookMs: nowMs - openedMs });
        const parts = new Map<TimeName, number>();
        for (const [each, ms] of spent) parts.set(PART_OF[each], (parts.get(PART_OF[each]) ?? 0) + ms);
        for (const [name, tookMs] of parts) times.push({ ms: nowMs, name, tookMs });
      }
      write(as === 'closed-by-human' ? 'closed' : as, 'it is over');
    },
    facts: () => ({
      finding,
      heads,
      openedMs,
      ...(closedMs !== undefined && { closedMs }),
      figures,
      times,
      runs,
      starts,
    }),
    written: () => {
      const head = routed();
      return {
        ...BASE,
        id: `${id}-${number}`,
        findingId: id,
        number,
        finding,
        severity: head.severity,
        mode: head.mode,
        entry: head.entry,
        terms: head.owner === undefined ? BASE.terms : { ...BASE.terms, owner: head.owner },
        openedAt: instant(openedMs),
        attempts,
        version: told.length,
        timeline: told,
        ...dropped,
        stays: { since: instant(sinceMs), ms: Object.fromEntries(spent) },
        state: (closedMs === undefined
          ? states[state]
          : { ...states[state], closedAt: instant(closedMs) }) as CaseState,
      };
    },
  };
};

/** Stories shorter than that are never cut. */
const BOUND = 60;

type Plot = (story: Story, dice: Dice) => void;

const routeAnew: Plot = (story, dice) => story.route(dice.one(SEVERITIES), dice.one(OWNERS));
const short = [20 * secondMs, 10 * minuteMs] as const;
/** Long enough to come into the next week, or the one after it. */
const long = [minuteMs, 10 * dayMs] as const;

const queue: Plot = (story, dice) => {
  routeAnew(story, dice);
  story.go('queued', 'queued');
  story.wait(...short);
};
const askPeople: Plot = (story, dice) => {
  routeAnew(story, dice);
  story.ask();
  story.mention('people-told');
  story.wait(...long);
};
const run: Plot = (story) => {
  story.start();
  story.wait(secondMs, minuteMs);
  story.go('running', 'attempt-started');
  story.wait(...short);
};
const verify: Plot = (story) => {
  story.go('verifying', 'attempt-succeeded');
  story.mention('evaluation-noted');
  story.wait(...short);
};
const runWell: Plot = (story, dice) => {
  run(story, dice);
  verify(story, dice);
  story.close('resolved');
};
const tryAgain: Plot = (story) => {
  story.wait(...long);
  story.go('queued', 'queued');
  story.wait(...short);
};
const failOnce: Plot = (story, dice) => {
  run(story, dice);
  story.fail();
  tryAgain(story, dice);
};
const useUp: Plot = (story, dice) => {
  failOnce(story, dice);
  failOnce(story, dice);
  run(story, dice);
  story.fail(true);
};
const leaveToPerson: Plot = (story, dice) => {
  story.mention('people-told');
  story.wait(...long);
  switch (dice.below(3)) {
    case 0:
      return story.close('self-resolved');
    case 1:
      return story.close('closed-by-human');
    default:
      return dice.staysOpen() ? undefined : story.close('closed-by-human');
  }
};

/** Of healing at once there is most; of all else there is enough to be counted wrongly. */
const PLOTS: readonly Plot[] = [
  ...Array.from(
    { length: 8 },
    (): Plot => (story, dice) => {
      queue(story, dice);
      runWell(story, dice);
    },
  ),
  (story, dice) => {
    queue(story, dice);
    failOnce(story, dice);
    runWell(story, dice);
  },
  (story, dice) => {
    queue(story, dice);
    failOnce(story, dice);
    failOnce(story, dice);
    runWell(story, dice);
  },
  (story, dice) => {
    queue(story, dice);
    useUp(story, dice);
    leaveToPerson(story, dice);
  },
  // Healed by somebody else after an attempt of ours.
  (story, dice) => {
    queue(story, dice);
    run(story, dice);
    story.fail();
    story.wait(...long);
    story.close('self-resolved');
  },
  // Exempt after an attempt of ours.
  (story, dice) => {
    queue(story, dice);
    run(story, dice);
    story.fail();
    story.wait(...long);
    story.close('suppressed');
  },
  (story, dice) => {
    askPeople(story, dice);
    story.approve();
    story.wait(...short);
    runWell(story, dice);
  },
  // Two of two; the same person in between once more.
  (story, dice) => {
    askPeople(story, dice);
    story.approve(false);
    story.mention('decision-refused');
    story.wait(...long);
    story.approve();
    story.wait(...short);
    runWell(story, dice);
  },
  // Approved, then the plan changed: asked again, and approved again, perhaps in the same week.
  (story, dice) => {
    askPeople(story, dice);
    story.approve();
    story.wait(...short);
    story.go('held', 'held');
    story.wait(...long);
    story.ask();
    story.wait(...long);
    story.approve();
    story.wait(...short);
    runWell(story, dice);
  },
  (story, dice) => {
    askPeople(story, dice);
    story.deny();
    story.mention('decision-refused');
  },
  // Denied after an attempt: the plan had changed, and people were asked again.
  (story, dice) => {
    queue(story, dice);
    run(story, dice);
    story.fail();
    story.wait(...long);
    story.ask();
    story.wait(...long);
    story.deny();
  },
  (story, dice) => {
    askPeople(story, dice);
    story.hand('approval-expired');
    leaveToPerson(story, dice);
  },
  (story, dice) => {
    queue(story, dice);
    run(story, dice);
    verify(story, dice);
    story.hand('unverified');
    leaveToPerson(story, dice);
  },
  // Gone while Config was asked for its verdict.
  (story, dice) => {
    queue(story, dice);
    run(story, dice);
    verify(story, dice);
    story.close('self-resolved');
  },
  (story, dice) => {
    routeAnew(story, dice);
    story.hand('flapping');
    leaveToPerson(story, dice);
  },
  // Observed until the policy said auto.
  (story, dice) => {
    routeAnew(story, dice);
    story.go('observing', 'observed');
    story.wait(...long);
    routeAnew(story, dice);
    story.go('queued', 'queued');
    story.wait(...short);
    runWell(story, dice);
  },
  (story, dice) => {
    routeAnew(story, dice);
    story.go('observing', 'observed');
    story.wait(...long);
    if (dice.below(2) === 0 || !dice.staysOpen()) story.close('self-resolved');
  },
  (story, dice) => {
    routeAnew(story, dice);
    story.close('suppressed');
  },
  // A story that outgrows its bounds, in which heads change as it goes.
  (story, dice) => {
    askPeople(story, dice);
    story.approve();
    story.wait(...short);
    story.go('held', 'held');
    const isLong = dice.below(8) === 0;
    for (let n = 0; n < 4; n += 1) {
      story.wait(hourMs, 5 * dayMs);
      routeAnew(story, dice);
      story.mention('held', isLong ? 12 : 1);
    }
    story.go('queued', 'queued');
    story.wait(...short);
    failOnce(story, dice);
    story.mention('start-deferred', isLong ? 30 : 1);
    runWell(story, dice);
    story.mention('decision-refused', 3);
  },
  // At work, and queued, when the history ends.
  (story, dice) => {
    queue(story, dice);
    run(story, dice);
    if (dice.staysOpen()) return;
    verify(story, dice);
    story.close('resolved');
  },
  (story, dice) => {
    queue(story, dice);
    if (!dice.staysOpen()) runWell(story, dice);
  },
];

interface Book {
  readonly timezone: string;
  enter(facts: Facts): void;
  edges(): readonly number[];
  of(monday: string): WeekTruth;
  mondays(): readonly string[];
}

/** Keeps the truth by the weeks of one time zone. */
const createBook = (timezone: string, { fromMs, toMs, focus }: HistoryOptions): Book => {
  const edges = mondaysOf(timezone, fromMs - 8 * dayMs, toMs + 120 * dayMs);
  const names = edges.map((ms) => dayShown(ms, timezone));
  const weeks = edges.map((_, index) =>
    createPage(focus === undefined || focus.includes(names[index] ?? '')),
  );
  const pageAt = (ms: number): Page | undefined => weeks[indexAt(edges, ms)];
  return {
    timezone,
    edges: () => edges,
    mondays: () => names.filter((_, index) => weeks[index]?.isTouched()),
    of: (monday) => {
      const page = weeks[names.indexOf(monday)];
      if (page === undefined) throw new Error(`the history has no week from ${monday} in ${timezone}`);
      return page.truth;
    },
    enter: (facts) => {
      const { finding, heads, openedMs, closedMs, figures } = facts;
      const first = indexAt(edges, openedMs);
      // Nothing is noted after the last fact.
      const lastFactMs = closedMs ?? Math.max(openedMs, ...figures.map(({ ms }) => ms));
      const last = closedMs === undefined ? edges.length - 2 : indexAt(edges, lastFactMs);
      for (let index = first; index <= last; index += 1) {
        const endMs = edges[index + 1];
        const page = weeks[index];
        if (page === undefined || endMs === undefined) continue;
        const startMs = edges[index] ?? 0;
        const counted = new Set<FigureName>();
        for (const { ms, name } of figures) if (startMs <= ms && ms < endMs) counted.add(name);
        if (closedMs === undefined || closedMs >= endMs) counted.add('open-at-end');
        page.count(counted, finding, lastBefore(heads, endMs));
      }
      for (const each of facts.times) {
        const endMs = edges[indexAt(edges, each.ms) + 1] ?? Number.POSITIVE_INFINITY;
        pageAt(each.ms)?.time(each.name, each.tookMs, finding, lastBefore(heads, endMs));
      }
      for (const each of facts.runs) pageAt(each.ms)?.run(each.document, each.failed);
      for (const each of facts.starts) pageAt(each.ms)?.start(each.isRetry);
    },
  };
};

type Head = Facts['heads'][number];

const lastBefore = (heads: readonly Head[], endMs: number): Head => {
  let found = heads[0] as Head;
  for (const head of heads) if (head.ms < endMs) found = head;
  return found;
};

interface Page {
  readonly truth: WeekTruth;
  isTouched(): boolean;
  count(names: ReadonlySet<FigureName>, finding: Finding, head: Head): void;
  time(name: TimeName, tookMs: number, finding: Finding, head: Head): void;
  run(document: string, failed: string | undefined): void;
  start(isRetry: boolean): void;
}

const createPage = (isInFocus: boolean): Page => {
  const counts = new Map<string, number>();
  const grouped = new Map<string, Map<string, number>>();
  const times = new Map<TimeName, number[]>();
  const healed = new Map<string, number[]>();
  const runs = new Map<string, Map<string | undefined, number>>();
  let attempts = 0;
  let retries = 0;
  let minutesSaved = 0;
  const groupsOf = (finding: Finding, head: Head): readonly (readonly [Dimension, string])[] => {
    const rule = finding.ruleIdentifier ?? finding.rule;
    const frameworks: readonly string[] = isServed(rule) ? RULES[rule].frameworks : [];
    return [
      ['account', finding.account],
      ['rule', rule],
      ['severity', head.severity],
      ['owner', head.owner ?? ''],
      ...(frameworks.length === 0 ? [['framework', ''] as const] : []),
      ...frameworks.map((framework) => ['framework', framework] as const),
    ];
  };
  const plus = <K>(map: Map<K, number>, key: K): void => {
    map.set(key, (map.get(key) ?? 0) + 1);
  };
  const push = <K>(map: Map<K, number[]>, key: K, ms: number): void => {
    const known = map.get(key);
    if (known) known.push(ms);
    else map.set(key, [ms]);
  };
  return {
    isTouched: () => counts.size > 0,
    count: (names, finding, head) => {
      for (const name of names) plus(counts, name);
      if (names.has('resolved')) {
        const rule = finding.ruleIdentifier ?? finding.rule;
        minutesSaved += isServed(rule) ? RULES[rule].manualMinutes : MINUTES_OF_OTHERS;
      }
      if (!isInFocus || names.size === 0) return;
      for (const [by, key] of groupsOf(finding, head)) {
        const inGroup = grouped.get(`${by}|${key}`) ?? new Map<string, number>();
        grouped.set(`${by}|${key}`, inGroup);
        for (const name of names) plus(inGroup, name);
      }
    },
    time: (name, tookMs, finding, head) => {
      push(times, name, tookMs);
      if (name !== 'to-remediate' || !isInFocus) return;
      for (const [by, key] of groupsOf(finding, head)) push(healed, `${by}|${key}`, tookMs);
    },
    run: (document, failed) => {
      const known = runs.get(document) ?? new Map<string | undefined, number>();
      runs.set(document, known);
      plus(known, failed);
    },
    start: (isRetry) => {
      attempts += 1;
      if (isRetry) retries += 1;
    },
    truth: {
      figure: (name, group) =>
        (group === undefined ? counts : grouped.get(`${group.by}|${group.key}`))?.get(name) ?? 0,
      keys: (by) =>
        [...grouped.keys()]
          .filter((each) => each.startsWith(`${by}|`))
          .map((each) => each.slice(by.length + 1))
          .toSorted(),
      times: (name) => (times.get(name) ?? []).toSorted((one, other) => one - other),
      healedIn: (by, key) => (healed.get(`${by}|${key}`) ?? []).toSorted((one, other) => one - other),
      runs: (document) => {
        const all = runs.get(document) ?? new Map<string | undefined, number>();
        const inAll = [...all.values()].reduce((sum, count) => sum + count, 0);
        return { attempts: inAll, failed: inAll - (all.get(undefined) ?? 0) };
      },
      failures: (document) =>
        new Map([...(runs.get(document) ?? [])].flatMap(([kind, count]) => (kind ? [[kind, count]] : []))),
      attempts: () => attempts,
      retries: () => retries,
      minutesSaved: () => minutesSaved,
    },
  };
};

/** Every instant at which the clocks of a zone show Monday, 0:00, found by looking at them each quarter of an hour. */
const mondaysOf = (timeZone: string, fromMs: number, toMs: number): readonly number[] => {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const found: number[] = [];
  const quarterMs = 15 * minuteMs;
  let ms = Math.ceil(fromMs / quarterMs) * quarterMs;
  while (ms < toMs) {
    if (/^Mon,? 00:00$/.test(format.format(ms))) {
      found.push(ms);
      ms += 6 * dayMs;
    }
    ms += quarterMs;
  }
  return found;
};

/** @example '2026-11-16' */
const dayShown = (ms: number, timeZone: string): string =>
  new Date(ms).toLocaleDateString('sv-SE', { timeZone });

const indexAt = (edges: readonly number[], ms: number): number => {
  let low = 0;
  let high = edges.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? 0) <= ms) low = middle;
    else high = middle;
  }
  return low;
};
