/** Previews put together: by rule and account, as a person reads them. */
import type { Disruption } from '../catalog/catalog.ts';
import { type Finding, findingId } from '../finding.ts';
import {
  type ActionCounts,
  countActions,
  type Preview,
  type PreviewAction,
  type PreviewedFinding,
} from './previewed.ts';

export interface FindingGroup {
  /** The rule's source identifier, or its name where it has none. */
  readonly rule: string;
  readonly account: string;
  readonly findings: number;
  readonly counts: ActionCounts;
  /** Of what would run or be asked for; absent when nothing would. */
  readonly worstDisruption?: Disruption;
  /** What would run or be asked for, each once. */
  readonly runbooks: readonly string[];
  /** The policy entries that decide, each once. */
  readonly entries: readonly string[];
}

/** What is most to do first; then by name, so that the same findings always read the same. */
export const groupFindings = (findings: readonly PreviewedFinding[]): readonly FindingGroup[] =>
  [...groupedBy(findings, ({ finding }) => JSON.stringify([ruleOf(finding), finding.account])).values()]
    .map(groupOf)
    .sort(
      (left, right) =>
        right.counts.run - left.counts.run ||
        right.counts.approve - left.counts.approve ||
        right.findings - left.findings ||
        left.rule.localeCompare(right.rule) ||
        left.account.localeCompare(right.account),
    );

const groupOf = (members: readonly PreviewedFinding[]): FindingGroup => {
  const [first] = members;
  if (first === undefined) throw new Error('a group has members');
  const planned = members.flatMap(({ now }) => (mayRun(now) && now.planned ? [now.planned] : []));
  const worst = worstOf(planned.map(({ disruption }) => disruption));
  return {
    rule: ruleOf(first.finding),
    account: first.finding.account,
    findings: members.length,
    counts: countActions(members.map(({ now }) => now.action)),
    ...(worst && { worstDisruption: worst }),
    runbooks: [...new Set(planned.map(({ document }) => document))].sort(),
    entries: [...new Set(members.map(({ now }) => now.entry))].sort(),
  };
};

export const ruleOf = ({ ruleIdentifier, rule }: Pick<Finding, 'rule' | 'ruleIdentifier'>): string =>
  ruleIdentifier ?? rule;

const mayRun = ({ action }: Preview): boolean => action === 'run' || action === 'approve';

/** @example worstOf(['none', 'high', 'low']) // 'high' */
export const worstOf = (disruptions: readonly Disruption[]): Disruption | undefined =>
  DISRUPTIONS.findLast((one) => disruptions.includes(one));

const DISRUPTIONS: readonly Disruption[] = ['none', 'low', 'high', 'destructive'];

export interface Reason {
  readonly action: PreviewAction;
  /** The check that says no, where it is one. */
  readonly check?: string;
  readonly why: string;
  readonly findings: number;
  /** Resource ids, at most three. */
  readonly examples: readonly string[];
}

/** Why findings are held or left to people: reasons that differ in nothing but a name or a number are told once. */
export const reasonsFor = (
  findings: readonly PreviewedFinding[],
  actions: readonly PreviewAction[],
): readonly Reason[] =>
  [
    ...groupedBy(
      findings.filter(({ now }) => actions.includes(now.action)),
      ({ now, finding }) =>
        JSON.stringify([now.action, now.objections[0]?.check, inGeneral(now.why, finding.resourceId)]),
    ).values(),
  ]
    .map((members): Reason => {
      const [{ now, finding }] = members as readonly [PreviewedFinding];
      const check = now.objections[0]?.check;
      return {
        action: now.action,
        ...(check && { check }),
        why: members.length === 1 ? now.why : inGeneral(now.why, finding.resourceId),
        findings: members.length,
        examples: members.slice(0, EXAMPLES_MAX).map(({ finding }) => finding.resourceId),
      };
    })
    .sort((left, right) => right.findings - left.findings || left.why.localeCompare(right.why));

/** A reason without what makes it one finding's own: its resource, its case, its plan, its times. */
const inGeneral = (why: string, resourceId: string): string =>
  why
    .replaceAll(resourceId, '…')
    .replace(/\b[0-9a-z]{16}-[1-9]\d*\b/g, '…')
    .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…')
    .replace(/\b[0-9a-f]{12}\b/g, (hex) => (/^\d{12}$/.test(hex) ? hex : '…'))
    .replace(/^case … waits for people since …$/, 'cases already wait for people');

export const EXAMPLES_MAX = 3;

export const groupedBy = <T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
};

/** A global resource is reported by every Region that records it, and is one finding. */
export const onceEach = (findings: Iterable<PreviewedFinding>): readonly PreviewedFinding[] => {
  const byId = new Map<string, PreviewedFinding>();
  for (const one of findings) {
    const id = findingId(one.finding);
    if (!byId.has(id)) byId.set(id, one);
  }
  return [...byId.values()];
};
