/**
 * Whether a weekly report can be trusted: everything in it is made again from the cases themselves, each read whole,
 * and each case is looked at by itself. What cannot be read counts as found: only what was looked at is vouched for.
 */
import type { Case } from '../case/case.ts';
import type { Instant } from '../time.ts';
import type { CaseRow } from './case-row.ts';
import { rowOf } from './case-row.ts';
import { type Difference, differences } from './difference.ts';
import { inconsistencies } from './judge-case.ts';
import type { CaseRows } from './report-ports.ts';
import { type FoundReport, rowDigest } from './stored-report.ts';
import type { WeeklyReport } from './weekly-report.ts';

/** A case as it lies in the store. */
export interface CaseRecord {
  readonly id: string;
  /** Absent where nothing can be read of it. */
  readonly about?: Case;
  /** In what it is not what selfheal writes for this case, such as its row in the index; each a sentence. */
  readonly doubts: readonly string[];
}

export interface CaseRecords {
  /** Each case that is open, or was closed at or after an instant, once. In no order. */
  since(at: Instant, isAsked?: (caseId: string) => boolean): AsyncIterable<CaseRecord>;
  /** Those that do not exist are left out. */
  get(caseIds: readonly string[]): Promise<readonly CaseRecord[]>;
}

export type Discrepancy =
  /** The report is not the one that was stored. */
  | { readonly kind: 'report'; readonly what: string }
  /** A place of the report, and what the cases give. */
  | ({ readonly kind: 'figure' } & Difference)
  | {
      /** `case`: contradicts itself. The others: since the report was made. */
      readonly kind: 'case' | 'case-changed' | 'case-gone' | 'case-added';
      readonly caseId: string;
      readonly what: string;
    };

export interface Verification {
  readonly week: string;
  /** As of when it was recomputed. */
  readonly until: Instant;
  /** When the stored report was made; null when none is stored of the week. */
  readonly storedAt: Instant | null;
  /** Cases that were read whole; of a part that is about figures, the rows that were counted. */
  readonly cases: number;
  /** Numbers of the stored report that were compared. */
  readonly figures: number;
  /** The first of them; `found` counts all. */
  readonly discrepancies: readonly Discrepancy[];
  readonly found: number;
  /** Made from the cases; null of a part that is about cases. */
  readonly recomputed: WeeklyReport | null;
}

export interface VerifyInput {
  readonly week: string;
  readonly records: CaseRecords;
  /** By which reports are made fast. */
  readonly rows: CaseRows['rows'];
  /** Of all that count in the report: from then on. */
  readonly since: Instant;
  readonly until: Instant;
  /** Absent when none is stored of the week: then the cases alone are looked at. */
  readonly stored?: FoundReport;
  /** Why what is stored is not what was stored; absent when it is. */
  readonly doubt?: string;
  /** Makes the report from rows, as it was made then. */
  readonly make: (rows: AsyncIterable<CaseRow>) => Promise<WeeklyReport>;
}

/**
 * What is too much for one request is asked for in parts: the figures, by the rows of the index, and the cases, some
 * with each request, whose rows must be the ones that they give. So what is found by the whole is found by one of them.
 */
export type VerifyPart = 'figures' | { readonly part: number; readonly parts: number };

/** @throws PortError when the store does not answer: nothing is vouched for then. */
export const verifyReport = async (input: VerifyInput, part?: VerifyPart): Promise<Verification> => {
  const { records, since, until, stored, doubt, make } = input;
  const list = limitedList();
  const isAsked = part === undefined ? () => true : isOf(part);
  const missing = new Map([...(stored?.digests ?? [])].filter(([id]) => isAsked(id)));
  let cases = 0;
  if (doubt !== undefined) list.add({ kind: 'report', what: doubt });

  const rows = async function* (): AsyncIterable<CaseRow> {
    for await (const record of records.since(since, isAsked)) {
      cases += 1;
      const row = judged(record, list.add);
      const digest = row && digestOf(row, until);
      const was = missing.get(record.id);
      missing.delete(record.id);
      if (stored !== undefined) compareDigests(record.id, was, digest, list.add);
      if (row !== undefined) yield row;
    }
  };
  const counted = async function* (): AsyncIterable<CaseRow> {
    for await (const row of input.rows(since)) {
      cases += 1;
      yield row;
    }
  };
  let recomputed: WeeklyReport | null = null;
  if (part === undefined) recomputed = await make(rows());
  else if (part === 'figures') recomputed = await make(counted());
  else for await (const _ of rows());

  for (const id of missing.keys()) list.add(await whereItIs(records, id, since));
  if (stored !== undefined && recomputed !== null)
    for (const difference of figuresThatDiffer(stored.report, recomputed))
      list.add({ kind: 'figure', ...difference });
  return {
    week: input.week,
    until,
    storedAt: stored?.madeAt ?? null,
    cases,
    figures: stored === undefined || recomputed === null ? 0 : numbersIn(stored.report),
    discrepancies: list.first,
    found: list.count(),
    recomputed,
  };
};

/**
 * Where a report says something else than the cases. Names of accounts are the policy's, which may call them
 * otherwise by now; when it was made is no figure, and its doubts are not all about cases.
 */
export const figuresThatDiffer = (report: unknown, recomputed: WeeklyReport): readonly Difference[] =>
  differences(report, recomputed).filter(({ path }) => !NO_FIGURE.test(path));

const NO_FIGURE = /^(?:madeAt|doubts\[\d+\]|by\.account\[[^\]]*\]\.title)$/;

/**
 * Where a report that somebody keeps says something else than the cases; and, where it is a copy of the stored one,
 * than that. Of one that is no copy, what it tells beside cases is as it was when it was made.
 *
 * @param copyOf the stored report
 */
export const keptReportDiffers = (
  kept: unknown,
  recomputed: WeeklyReport,
  copyOf?: WeeklyReport,
): readonly Difference[] => {
  const found = [
    ...(copyOf === undefined ? [] : differences(kept, copyOf)),
    ...figuresThatDiffer(kept, recomputed).filter(
      ({ path }) => copyOf !== undefined || !BESIDE_CASES.test(path),
    ),
  ];
  return [...new Map(found.map((each) => [each.path, each])).values()];
};

const BESIDE_CASES = /^(?:policyVersion|lapsing|controlEvents|recorders)(?:$|[.[])/;

/** The row that the case itself gives; undefined when it gives none. */
const judged = ({ id, about, doubts }: CaseRecord, add: Add): CaseRow | undefined => {
  for (const what of doubts) add({ kind: 'case', caseId: id, what });
  if (about === undefined) return undefined;
  try {
    for (const what of inconsistencies(about)) add({ kind: 'case', caseId: id, what });
    return rowOf(about);
  } catch (error) {
    add({ kind: 'case', caseId: id, what: `it cannot be read: ${reasonOf(error)}` });
    return undefined;
  }
};

/** The ids of findings are hashes, so that each part has about as many. What is no id is in the first. */
const isOf =
  (part: VerifyPart) =>
  (caseId: string): boolean =>
    part !== 'figures' && (Number.parseInt(caseId.slice(8, 16), 36) || 0) % part.parts === part.part - 1;

const digestOf = (row: CaseRow, until: Instant): string | undefined => {
  try {
    return rowDigest(row, until);
  } catch {
    // Told already, as a case that contradicts itself; whatever it is, it is not what it was.
    return 'unreadable';
  }
};

const compareDigests = (caseId: string, was: string | undefined, is: string | undefined, add: Add): void => {
  if (was === is) return;
  if (was === undefined)
    add({ kind: 'case-added', caseId, what: 'the report was made without it, and now it would count' });
  else
    add({
      kind: 'case-changed',
      caseId,
      what: 'what it told before the end of the week is not what it told when the report was made',
    });
};

/** A case that the report looked at, and that no index leads to any more. */
const whereItIs = async (records: CaseRecords, caseId: string, since: Instant): Promise<Discrepancy> => {
  const [found] = await records.get([caseId]);
  return {
    kind: 'case-gone',
    caseId,
    what:
      found === undefined
        ? 'the report counted it, and it is not there any more'
        : `the report counted it, and it is in no list of what is open or was closed since ${since}; ${found.doubts.join('; ') || 'selfheal case shows it'}`,
  };
};

type Add = (found: Discrepancy) => void;

const limitedList = () => {
  const first: Discrepancy[] = [];
  let count = 0;
  return {
    first,
    count: () => count,
    add: (found: Discrepancy): void => {
      count += 1;
      if (first.length < SHOWN_MAX) first.push(found);
    },
  };
};

/** Who finds so many needs no more of them. */
export const SHOWN_MAX = 200;

/** How many numbers a report has. */
export const numbersIn = (value: unknown): number => {
  if (typeof value === 'number') return 1;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, each) => sum + numbersIn(each), 0);
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
