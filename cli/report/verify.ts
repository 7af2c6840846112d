/** Has a weekly report verified: the stored one, or one in a file, in as many requests as its cases need. */
import type { ReportAnswer } from '../../console/report-json.ts';
import { inParallel } from '../../domain/in-parallel.ts';
import {
  type Discrepancy,
  keptReportDiffers,
  numbersIn,
  SHOWN_MAX,
  type Verification,
} from '../../domain/report/verify-report.ts';
import type { WeeklyReport } from '../../domain/report/weekly-report.ts';
import type { ApiClient } from '../api-client.ts';
import { Failure } from '../failure.ts';
import { safe } from '../io.ts';
import type { Verified } from '../render/verification.ts';

/** The stored report of a week, or its cases alone where none is stored. */
export const verifyStored = async (service: ApiClient, week: string | undefined): Promise<Verified> => {
  const { recomputed: _, ...verification } = await verifyAll(service, week === undefined ? {} : { week });
  return {
    ...verification,
    notes: verification.storedAt === null && verification.found === 0 ? [NOTHING_STORED] : [],
  };
};

/** A request has half a minute: where there are many cases, the figures come first, then some cases with each. */
const verifyAll = async (
  service: ApiClient,
  asked: Readonly<Record<string, string>>,
): Promise<Verification & { readonly recomputed: WeeklyReport }> => {
  const ask = (query: Readonly<Record<string, string>>) =>
    service.get<Verification>(`/api/reports/weekly/verify?${new URLSearchParams(query)}`);
  const figures = await ask({ ...asked, part: 'figures' });
  const { week, storedAt } = figures;
  const isSmall = figures.cases <= CASES_A_PART;
  const parts = Math.ceil(figures.cases / CASES_A_PART);
  const cases = isSmall
    ? [await ask({ ...asked, week })]
    : await inParallel(
        Array.from({ length: parts }, (_, n) => String(n + 1)),
        PARTS_AT_ONCE,
        (part) => ask({ ...asked, week, part, parts: String(parts) }),
      );
  if (cases.some((each) => each.storedAt !== storedAt))
    throw new Failure(`The report of ${safe(week)} was stored while it was verified: ask again.`);
  const all = isSmall ? cases : [figures, ...cases];
  const [{ recomputed } = figures] = all;
  if (recomputed === null) throw new Failure('selfheal gave no figures: ask again.');
  const { first, found } = together(all);
  return {
    ...figures,
    recomputed,
    cases: cases.reduce((sum, each) => sum + each.cases, 0),
    discrepancies: first,
    found,
  };
};

const CASES_A_PART = 2_000;
const PARTS_AT_ONCE = 4;

/** What is wrong with the stored report is said with each part. */
const together = (parts: readonly Verification[]) => {
  const all = parts.flatMap(({ discrepancies }) => discrepancies);
  const each = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
  const said = all.length - each.length;
  return {
    first: each.slice(0, SHOWN_MAX),
    found: parts.reduce((sum, { found }) => sum + found, 0) - said,
  };
};

const NOTHING_STORED =
  'No report of this week is stored, so only the cases were looked at: whether one was there before and is gone cannot be told.';

export interface KeptReport {
  /** Its name, for people. */
  readonly file: string;
  readonly text: string;
  /** The week that it is said to be of; undefined when nobody said. */
  readonly week: string | undefined;
}

/** A report that somebody keeps, as of when it was made. */
export const verifyFile = async (
  service: ApiClient,
  { file, text, week: said }: KeptReport,
): Promise<Verified> => {
  const report = reportIn(text, file);
  const { week, until } = report;
  if (said !== undefined && said !== week.id)
    throw new Failure(`${safe(file)} is of ${safe(week.id)}: leave --week out.`, 2);
  const { recomputed, ...verification } = await verifyAll(service, {
    week: week.id,
    ...(until < week.to && { until }),
  });
  const { report: stored, isStored } = await service.get<ReportAnswer>(
    `/api/reports/weekly?${new URLSearchParams({ week: week.id })}`,
  );
  const isCopy = isStored && stored.madeAt === report.madeAt;
  const figures = keptReportDiffers(report, recomputed, isCopy ? stored : undefined).map(
    (each): Discrepancy => ({ kind: 'figure', ...each }),
  );
  // What is wrong with the stored report's figures is another matter: this is about the file.
  const others = verification.discrepancies.filter(({ kind }) => kind !== 'figure');
  return {
    ...verification,
    file,
    figures: numbersIn(report),
    discrepancies: [...figures, ...others],
    found: figures.length + verification.found - (verification.discrepancies.length - others.length),
    notes: isCopy ? [] : [NO_COPY],
  };
};

const NO_COPY =
  'The file is no copy of the stored report: its exemptions, stop switches, breakers and recorders were not compared.';

const reportIn = (text: string, file: string): WeeklyReport => {
  const value = parsed(text);
  const { version, week, until, madeAt } = (value ?? {}) as Partial<WeeklyReport>;
  if (
    version !== 1 ||
    typeof week?.id !== 'string' ||
    typeof week.to !== 'string' ||
    typeof until !== 'string' ||
    typeof madeAt !== 'string'
  )
    throw new Failure(
      `${safe(file)} is no weekly report: expected what selfheal report --format json prints, of version 1.`,
    );
  return value as WeeklyReport;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
