/**
 * The compliance report: what Config says of all lanes, counted so that nothing that was not read, or is not to be
 * relied on, looks compliant. Pure: of the same readings it says the same.
 */
import type { Framework } from '../catalog/catalog.ts';
import { laneId } from '../finding.ts';
import type { RecorderHealth } from '../health/recorder-health.ts';
import { inert } from '../message.ts';
import type { SweepTrouble } from '../sweep/sweep-report.ts';
import type { Instant } from '../time.ts';
import {
  byFramework,
  type ControlsOfFramework,
  controlsServed,
  type FrameworkStanding,
  type RuleStanding,
  type ServedControls,
} from './by-framework.ts';
import { type CostHints, costHints } from './cost-hints.ts';
import type { LaneCompliance } from './lane-compliance.ts';
import type { LaneRecorded } from './lane-recorded.ts';
import type { Remediated, Remediation } from './remediation.ts';
import {
  COMPLIANCE_DEFINITION,
  isRecording,
  judgedOf,
  kindOf,
  missingOf,
  NOTHING,
  type Standing,
  shareOf,
  standingOf,
  sumOf,
} from './standing.ts';

export interface ComplianceScope {
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  readonly rules: readonly string[];
  readonly frameworks: readonly Framework[];
}

export interface ComplianceReportInput {
  readonly madeAt: Instant;
  readonly scope: ComplianceScope;
  /** Each lane once. */
  readonly lanes: readonly LaneCompliance[];
  /** Lanes of which there is no answer at all. */
  readonly unreadLanes: readonly UnreadPart[];
  /** What of the list of lanes could not be read. */
  readonly listTroubles: readonly SweepTrouble[];
  readonly frameworks: readonly ControlsOfFramework[];
  /** Of the last 30 days, or why it is not known. */
  readonly remediation: Remediation | { readonly unread: string };
  /** Absent when nobody asked what Config costs. */
  readonly recorded?: readonly LaneRecorded[];
}

/** Something that could not be read: what, and why. */
export interface UnreadPart {
  /** `111122223333/us-east-1`; absent: the list of lanes itself, or the history. */
  readonly lane?: string;
  readonly rule?: string;
  readonly why: string;
}

export interface RuleLine extends RuleStanding {
  /** Lanes in which it is in use, and accounts in which it has NON_COMPLIANT resources. */
  readonly lanes: number;
  readonly accounts: readonly { readonly account: string; readonly nonCompliant: number }[];
  /** The first so many. */
  readonly resources: readonly { readonly lane: string; readonly type: string; readonly id: string }[];
  readonly serves: readonly ServedControls[];
  /** Of the last 30 days; absent when selfheal tried nothing. */
  readonly remediation?: Remediated;
}

export interface AccountLine extends Standing {
  readonly account: string;
  readonly lanes: number;
  /** Lanes of it of which something could not be read, or whose recorder does not record. */
  readonly troubledLanes: number;
}

/** A rule in a lane of which Config itself says that its results are not to be relied on. */
export interface DoubtfulRule {
  readonly lane: string;
  readonly rule: string;
  readonly code: string;
  readonly why: string;
}

export interface ComplianceReport {
  readonly madeAt: Instant;
  readonly scope: ComplianceScope;
  readonly definition: string;
  readonly overall: Standing;
  /** 0 to 1; absent when nothing was judged. */
  readonly share?: number;
  readonly lanes: {
    readonly read: number;
    readonly unread: number;
    readonly viaAggregator: readonly string[];
  };
  /** Not empty: the figures are not the whole. */
  readonly unread: readonly UnreadPart[];
  readonly recorders: readonly RecorderHealth[];
  readonly doubtful: readonly DoubtfulRule[];
  /** Rules that have told of nothing, with the lanes in which they have not. */
  readonly silent: readonly { readonly rule: string; readonly lanes: number }[];
  /** Those with most NON_COMPLIANT resources first. */
  readonly rules: readonly RuleLine[];
  /** The least compliant first. */
  readonly accounts: readonly AccountLine[];
  readonly frameworks: readonly FrameworkStanding[];
  readonly remediation: Remediation | { readonly unread: string };
  readonly costs?: CostHints;
}

export const makeComplianceReport = (input: ComplianceReportInput): ComplianceReport => {
  const { madeAt, scope, lanes, unreadLanes, listTroubles, remediation } = input;
  const chosen = input.frameworks.filter(
    ({ framework }) => scope.frameworks.length === 0 || scope.frameworks.includes(framework),
  );
  const rules = rulesOf(lanes, input.frameworks, remediation);
  const missing = [
    ...lanes.map(missingOf),
    ...unreadLanes.map(() => ONE_UNREAD),
    ...(listTroubles.length > 0 ? [ONE_UNREAD] : []),
  ];
  const overall = sumOf([...rules, ...missing]);
  const share = shareOf(overall);
  const read = new Set(lanes.map(({ lane }) => laneId(lane)));
  return {
    madeAt,
    scope,
    definition: COMPLIANCE_DEFINITION,
    overall,
    ...(share === undefined ? {} : { share }),
    lanes: {
      read: lanes.length,
      unread: new Set(unreadLanes.flatMap(({ lane }) => (lane === undefined || read.has(lane) ? [] : [lane])))
        .size,
      viaAggregator: lanes.filter(({ via }) => via === 'aggregator').map(({ lane }) => laneId(lane)),
    },
    unread: unreadOf(input),
    recorders: lanes.filter((lane) => !isRecording(lane)).map(({ recorder }) => recorder),
    doubtful: lanes.flatMap(doubtfulOf),
    silent: silentOf(lanes),
    rules,
    accounts: accountsOf(lanes, unreadLanes),
    frameworks: byFramework(chosen, rules, sumOf(missing)),
    remediation,
    ...(input.recorded && { costs: costHints(input.recorded, lanes) }),
  };
};

const ONE_UNREAD: Standing = { ...NOTHING, insufficient: 1 };

/** What could not be read, and so whether a report is the whole. */
const unreadOf = ({
  lanes,
  unreadLanes,
  listTroubles,
  remediation,
}: ComplianceReportInput): readonly UnreadPart[] => [
  ...listTroubles.map((trouble) => ({ why: `there may be more accounts and Regions: ${told(trouble)}` })),
  ...unreadLanes,
  ...lanes.flatMap(({ lane, troubles, rules, unread }) => [
    ...troubles.map((trouble) => ({ lane: laneId(lane), why: told(trouble) })),
    ...rules
      .filter((rule) => kindOf(rule) === 'unread')
      .map(({ name, trouble }) => ({
        lane: laneId(lane),
        rule: name,
        why: `${trouble?.code}: ${inert(trouble?.message ?? '', WHY_CHARS_MAX)}`,
      })),
    ...unread.map((rule) => ({ lane: laneId(lane), rule, why: 'time was up before it was read' })),
  ]),
  ...('unread' in remediation ? [{ why: `what was healed is not known: ${remediation.unread}` }] : []),
];

const WHY_CHARS_MAX = 300;

const told = ({ operation, code, message }: SweepTrouble): string =>
  `${operation} failed with ${code}: ${inert(message, WHY_CHARS_MAX)}`;

const doubtfulOf = ({ lane, rules }: LaneCompliance): readonly DoubtfulRule[] =>
  rules.flatMap((rule) =>
    rule.trouble === undefined || kindOf(rule) === 'silent' || kindOf(rule) === 'unread'
      ? []
      : [
          {
            lane: laneId(lane),
            rule: rule.name,
            code: rule.trouble.code,
            why: inert(rule.trouble.message, WHY_CHARS_MAX),
          },
        ],
  );

const silentOf = (lanes: readonly LaneCompliance[]): ComplianceReport['silent'] => {
  const silent = new Map<string, number>();
  for (const rule of lanes.flatMap(({ rules }) => rules))
    if (kindOf(rule) === 'silent') silent.set(rule.plainName, (silent.get(rule.plainName) ?? 0) + 1);
  return [...silent]
    .map(([rule, count]) => ({ rule, lanes: count }))
    .sort((left, right) => right.lanes - left.lanes || (left.rule < right.rule ? -1 : 1));
};

/** The copies of a rule, by several packs and in several lanes, are one line. */
const rulesOf = (
  lanes: readonly LaneCompliance[],
  frameworks: readonly ControlsOfFramework[],
  remediation: ComplianceReportInput['remediation'],
): readonly RuleLine[] => {
  const copies = new Map<string, Copy[]>();
  for (const lane of lanes)
    for (const rule of lane.rules) {
      // A rule of one's own may have the name of one of AWS's.
      const key = JSON.stringify([rule.plainName, rule.identifier ?? null]);
      const copy = { lane, rule, standing: standingOf(rule, isRecording(lane)) };
      const known = copies.get(key);
      if (known === undefined) copies.set(key, [copy]);
      else known.push(copy);
    }
  const healed = new Map('byRule' in remediation ? remediation.byRule.map((each) => [each.rule, each]) : []);
  return [...copies.values()].map((all) => ruleLine(all, frameworks, healed)).sort(mostOffendedFirst);
};

interface Copy {
  readonly lane: LaneCompliance;
  readonly rule: LaneCompliance['rules'][number];
  readonly standing: Standing;
}

const ruleLine = (
  copies: readonly Copy[],
  frameworks: readonly ControlsOfFramework[],
  healed: ReadonlyMap<string, { readonly rule: string } & Remediated>,
): RuleLine => {
  const { plainName = '', identifier } = copies[0]?.rule ?? {};
  const accounts = new Map<string, number>();
  for (const { lane, standing } of copies)
    if (standing.nonCompliant > 0)
      accounts.set(lane.lane.account, (accounts.get(lane.lane.account) ?? 0) + standing.nonCompliant);
  const done = healed.get(identifier ?? plainName);
  return {
    plainName,
    ...(identifier === undefined ? {} : { identifier }),
    ...sumOf(copies.map(({ standing }) => standing)),
    lanes: new Set(copies.map(({ lane }) => laneId(lane.lane))).size,
    accounts: [...accounts]
      .map(([account, nonCompliant]) => ({ account, nonCompliant }))
      .sort(
        (left, right) => right.nonCompliant - left.nonCompliant || (left.account < right.account ? -1 : 1),
      ),
    resources: copies
      .flatMap(({ lane, rule }) =>
        rule.nonCompliant
          .slice(0, RESOURCES_MAX)
          .map(({ type, id }) => ({ lane: laneId(lane.lane), type, id })),
      )
      .slice(0, RESOURCES_MAX),
    serves: identifier === undefined ? [] : controlsServed(frameworks, identifier),
    ...(done && {
      remediation: { tried: done.tried, healed: done.healed, failedAttempts: done.failedAttempts },
    }),
  };
};

/** Of a rule: who wants them all asks Config, or has `selfheal plan` tell what would be done. */
const RESOURCES_MAX = 100;

const mostOffendedFirst = (one: RuleLine, other: RuleLine): number =>
  other.nonCompliant - one.nonCompliant ||
  other.insufficient - one.insufficient ||
  (one.plainName < other.plainName ? -1 : 1);

const accountsOf = (
  lanes: readonly LaneCompliance[],
  unreadLanes: readonly UnreadPart[],
): readonly AccountLine[] => {
  const ids = new Set([
    ...lanes.map(({ lane }) => lane.account),
    ...unreadLanes.flatMap(({ lane }) => lane?.split('/')[0] ?? []),
  ]);
  return [...ids]
    .map((account): AccountLine => {
      const own = lanes.filter(({ lane }) => lane.account === account);
      const gone = unreadLanes.filter(({ lane }) => lane?.startsWith(`${account}/`));
      return {
        account,
        lanes: new Set([...own.map(({ lane }) => laneId(lane)), ...gone.map(({ lane }) => lane)]).size,
        troubledLanes: new Set([
          ...own.filter(isTroubled).map(({ lane }) => laneId(lane)),
          ...gone.map(({ lane }) => lane),
        ]).size,
        ...sumOf([
          ...own.flatMap((lane) => [
            missingOf(lane),
            ...lane.rules.map((rule) => standingOf(rule, isRecording(lane))),
          ]),
          ...gone.map(() => ONE_UNREAD),
        ]),
      };
    })
    .sort(leastCompliantFirst);
};

const isTroubled = (lane: LaneCompliance): boolean =>
  lane.troubles.length > 0 ||
  lane.unread.length > 0 ||
  !isRecording(lane) ||
  lane.rules.some((rule) => kindOf(rule) === 'unread');

const leastCompliantFirst = (one: AccountLine, other: AccountLine): number =>
  (shareOf(one) ?? 0) - (shareOf(other) ?? 0) ||
  judgedOf(other) - judgedOf(one) ||
  (one.account < other.account ? -1 : 1);
