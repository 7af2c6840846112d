/** What verifying a weekly report found, for a person: what holds, or where it does not and what to do. */
import type { Discrepancy, Verification } from '../../domain/report/verify-report.ts';
import { count, counted } from '../../infra/report/words.ts';
import { type Io, safe } from '../io.ts';

export interface Verified extends Pick<Verification, 'week' | 'until' | 'storedAt' | 'cases' | 'figures'> {
  /** The file that was held against the cases; absent when the stored report was. */
  readonly file?: string;
  readonly discrepancies: readonly Discrepancy[];
  readonly found: number;
  /** What was not compared, and why. */
  readonly notes: readonly string[];
}

export const verificationText = (verified: Verified, { style }: Pick<Io, 'style'>): string => {
  const { week, until, cases, figures, found, notes } = verified;
  const what = subjectOf(verified);
  const verdict =
    found === 0
      ? style.green('everything holds')
      : style.red(`${counted(found, 'discrepancy', 'discrepancies')}`);
  return [
    `Verified ${safe(what)} of ${safe(week)}, as of ${safe(until)}: ${verdict}`,
    `  ${counted(cases, 'case')} read whole${figures === 0 ? '' : `, ${counted(figures, 'number')} compared with what they give`}`,
    ...notes.map((note) => `  ${safe(note, 1_000)}`),
    ...sectionsOf(verified),
    '',
  ].join('\n');
};

const subjectOf = ({ file, storedAt }: Verified): string => {
  if (file !== undefined) return `the report in ${file}`;
  return storedAt === null ? 'the cases' : `the report stored at ${storedAt}`;
};

const sectionsOf = ({ discrepancies, found }: Verified): readonly string[] => {
  const lines = TITLES.flatMap(([kind, title]) => {
    const some = discrepancies.filter((each) => each.kind === kind);
    return some.length === 0 ? [] : ['', title, ...some.map((each) => `  ${lineOf(each)}`)];
  });
  const more = found - discrepancies.length;
  return more > 0 ? [...lines, '', `… and ${count(more)} more.`] : lines;
};

const TITLES: readonly (readonly [Discrepancy['kind'], string])[] = [
  ['report', 'The stored report is not the one that was stored:'],
  ['figure', 'The report says something else than the cases:'],
  ['case', 'Cases that contradict themselves:'],
  ['case-changed', 'Cases that were changed after the report was made:'],
  ['case-gone', 'Cases that the report counted and that are gone:'],
  ['case-added', 'Cases that were not there when the report was made:'],
];

const lineOf = (each: Discrepancy): string => {
  if (each.kind === 'report') return safe(each.what, 1_000);
  if (each.kind === 'figure')
    return `${safe(each.path)}: says ${shown(each.stored)}, the cases give ${shown(each.recomputed)}`;
  return `${safe(each.caseId)}: ${safe(each.what, 1_000)}`;
};

const shown = (value: unknown): string =>
  value === undefined ? 'nothing' : safe(typeof value === 'string' ? value : JSON.stringify(value), 120);
