/** What waits for people, as one list: batches as one row each, the most severe first, then what waits longest. */
import type { CaseSummary, WaitsForPeople } from '../console/case-json.ts';
import { epochMs, type Instant } from '../domain/time.ts';
import type { ApiClient } from './api-client.ts';

export interface InboxRow {
  /** A decision on a plan, or hands: selfheal cannot go on by itself. */
  readonly wants: 'decision' | 'hands';
  /** Of a case, or of a batch. */
  readonly id: string;
  readonly isBatch: boolean;
  readonly cases: number;
  readonly severity: CaseSummary['severity'];
  /** The resource; of a batch of several, how many there are. */
  readonly what: string;
  readonly resourceType: string;
  readonly rule: string;
  /** Null where a batch has cases in several. */
  readonly account: string | null;
  /** What the policy calls it; null where it has no name for it. */
  readonly accountName: string | null;
  readonly region: string | null;
  readonly runbook: string | null;
  readonly reason: string | null;
  readonly since: Instant;
  /** Of a batch, when its first case does. Null when there is nothing to decide. */
  readonly expiresAt: Instant | null;
  /** Of a batch, those of the case that has the fewest. */
  readonly given: number | null;
  readonly quorum: number | null;
  /** Why your own word would not count for any of it; null when it would, or when nobody knows who you are. */
  readonly objection: string | null;
  /** The command to give next. */
  readonly next: string;
}

export interface Inbox {
  /** The service's own time: a sandbox's is not that of the wall. */
  readonly at: Instant;
  readonly rows: readonly InboxRow[];
}

export const readInbox = async (service: Pick<ApiClient, 'get'>): Promise<Inbox> => {
  const [deciding, needing, { at }] = await Promise.all([
    service.get<readonly CaseSummary[]>('/api/cases?status=awaiting-approval'),
    service.get<readonly CaseSummary[]>('/api/cases?status=needs-human'),
    service.get<{ readonly at: Instant }>('/api/exemptions'),
  ]);
  return { at, rows: inboxRows([...deciding, ...needing]) };
};

type Waiting = CaseSummary & { readonly waits: WaitsForPeople };

export const inboxRows = (cases: readonly CaseSummary[]): readonly InboxRow[] => {
  const groups = new Map<string, Waiting[]>();
  for (const about of cases.filter(isWaiting)) {
    const { batch } = about.waits;
    const key = batch === null ? `case ${about.id}` : `${about.state} ${batch}`;
    const members = groups.get(key) ?? [];
    members.push(about);
    groups.set(key, members);
  }
  return [...groups.values()].map(rowOf).sort(mostSevereThenOldest);
};

const isWaiting = (about: CaseSummary): about is Waiting => about.waits !== null;

const rowOf = (members: readonly Waiting[]): InboxRow => {
  const [first] = members.toSorted((left, right) => left.waits.since.localeCompare(right.waits.since));
  if (first === undefined) throw new Error('a row of nothing');
  const { finding, waits } = first;
  const isBatch = waits.batch !== null;
  const wants = first.state === 'awaiting-approval' ? 'decision' : 'hands';
  const id = waits.batch ?? first.id;
  return {
    wants,
    id,
    isBatch,
    cases: members.length,
    severity: members.map(({ severity }) => severity).sort(bySeverity)[0] ?? first.severity,
    what: members.length === 1 ? finding.resourceId : `${members.length} resources`,
    resourceType: finding.resourceType,
    rule: finding.ruleIdentifier ?? finding.rule,
    account: onlyOne(members.map((each) => each.finding.account)),
    accountName: onlyOne(members.map((each) => each.finding.accountName)),
    region: onlyOne(members.map((each) => each.finding.region)),
    runbook: first.runbook,
    reason: first.reason,
    since: waits.since,
    expiresAt: members.flatMap((each) => each.waits.expiresAt ?? []).sort()[0] ?? null,
    given: least(members.flatMap((each) => each.waits.given ?? [])),
    quorum: most(members.flatMap((each) => each.waits.quorum ?? [])),
    objection: members.every((each) => each.waits.objection !== null) ? waits.objection : null,
    next: nextOf(wants, isBatch, id),
  };
};

const nextOf = (wants: InboxRow['wants'], isBatch: boolean, id: string): string => {
  if (wants === 'decision') return isBatch ? `selfheal batch show ${id}` : `selfheal approve ${id}`;
  return isBatch ? 'selfheal cases --status needs-human' : `selfheal case ${id}`;
};

const onlyOne = (values: readonly (string | null)[]): string | null =>
  new Set(values).size === 1 ? (values[0] ?? null) : null;
const least = (counts: readonly number[]): number | null =>
  counts.length === 0 ? null : Math.min(...counts);
const most = (counts: readonly number[]): number | null => (counts.length === 0 ? null : Math.max(...counts));

const RANK: Readonly<Record<CaseSummary['severity'], number>> = { critical: 0, high: 1, medium: 2, low: 3 };
const bySeverity = (left: CaseSummary['severity'], right: CaseSummary['severity']): number =>
  RANK[left] - RANK[right];
const mostSevereThenOldest = (left: InboxRow, right: InboxRow): number =>
  bySeverity(left.severity, right.severity) ||
  epochMs(left.since) - epochMs(right.since) ||
  left.id.localeCompare(right.id);
