/** The runbooks that ran in a week, the one that failed most often first. */
import type { CaseRow } from './case-row.ts';
import { commonest, errorKind } from './error-kind.ts';
import type { Span } from './figures.ts';
import type { RunbookLine } from './weekly-report.ts';

export interface RunbooksFold {
  add(row: CaseRow): void;
  told(): readonly RunbookLine[];
}

interface Runs {
  attempts: number;
  failed: number;
  readonly errors: Map<string, number>;
}

export const runbooksFold = (span: Span): RunbooksFold => {
  const byDocument = new Map<string, Runs>();
  const runsOf = (document: string): Runs => {
    const known = byDocument.get(document) ?? { attempts: 0, failed: 0, errors: new Map() };
    byDocument.set(document, known);
    return known;
  };
  return {
    add: (row) => {
      for (const { document, at, error } of endsOf(row)) {
        if (at < span.from || at >= span.to) continue;
        const runs = runsOf(document);
        runs.attempts += 1;
        if (error === undefined) continue;
        const kind = errorKind(error, row);
        runs.failed += 1;
        runs.errors.set(kind, (runs.errors.get(kind) ?? 0) + 1);
      }
    },
    told: () => [...byDocument].map(lineOf).toSorted(byFailures),
  };
};

/** When each attempt ended. One whose case was closed by something else has no end of its own. */
const endsOf = ({ attempts, closed }: CaseRow) =>
  attempts.flatMap(({ document, failed }, index) => {
    if (failed !== undefined) return { document, ...failed };
    return closed?.as === 'resolved' && index === attempts.length - 1
      ? { document, at: closed.at, error: undefined }
      : [];
  });

const lineOf = ([document, { attempts, failed, errors }]: readonly [string, Runs]): RunbookLine => {
  const commonestError = commonest(errors);
  return { document, attempts, failed, ...(commonestError && { commonestError }) };
};

const byFailures = (one: RunbookLine, other: RunbookLine): number =>
  other.failed - one.failed || other.attempts - one.attempts || (one.document < other.document ? -1 : 1);
