/**
 * Entries that can never decide, because earlier ones take every finding that they match. Their author believes
 * that they say something. Only what is certain is told: a finding that an entry matches and no earlier one does is
 * proof that it is not hidden.
 */
import type { WrittenEntry } from '../policy.ts';
import { type PathProblem, shown } from '../policy-problem.ts';
import { alternativesOf, type Conjunction, coveredBy, exactValues } from './pattern-cover.ts';

export interface HiddenEntry {
  /** Place of the entry among all, from 0. */
  readonly index: number;
  /** Places of the earlier entries that take all of its findings. */
  readonly by: readonly number[];
}

type Entries = readonly Pick<WrittenEntry, 'name' | 'match'>[];

export const hiddenEntries = (entries: Entries): readonly HiddenEntry[] => {
  const earlier = new EarlierEntries();
  const hidden: HiddenEntry[] = [];
  for (const [index, { match }] of entries.entries()) {
    const alternatives = alternativesOf(match);
    if (alternatives === undefined) continue;
    const by = hiddenBy(alternatives, earlier);
    if (by === undefined) earlier.add(index, alternatives);
    else hidden.push({ index, by });
  }
  return hidden;
};

export const hiddenEntryProblems = (entries: Entries): readonly PathProblem[] =>
  hiddenEntries(entries).map(({ index, by }) => {
    const names = by.map((place) => `${shown(entries[place]?.name)} (entries[${place}])`);
    const [first] = names;
    return {
      path: ['entries', index],
      expected: 'an entry that some finding can reach',
      found: `${shown(entries[index]?.name)}, of which every finding is taken by ${inWords(names)}`,
      action: `move it before ${names.length === 1 ? first : 'them'}, or remove it`,
    };
  });

/** At most so many names are of use to anybody. */
const NAMES_MAX = 4;

const inWords = (names: readonly string[]): string => {
  const listed = names.slice(0, NAMES_MAX);
  const more = names.length - listed.length;
  const all = more > 0 ? [...listed, `${more} more`] : listed;
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
};

const hiddenBy = (
  alternatives: readonly Conjunction[],
  earlier: EarlierEntries,
): readonly number[] | undefined => {
  const by = new Set<number>();
  for (const fields of alternatives) {
    const found = coveredBy(fields, earlier.thatMayCover(fields));
    if (found === undefined) return undefined;
    for (const { index } of found) by.add(index);
  }
  return [...by].toSorted((left, right) => left - right);
};

interface Earlier {
  readonly index: number;
  readonly fields: Conjunction;
}

/** Entries for different rules, of which there are many, need not be compared with one another. */
class EarlierEntries {
  private readonly byRule = new Map<string, Earlier[]>();
  private readonly others: Earlier[] = [];

  add(index: number, alternatives: readonly Conjunction[]): void {
    for (const fields of alternatives) {
      const rules = rulesOf(fields);
      if (rules === undefined) this.others.push({ index, fields });
      for (const rule of new Set(rules)) {
        const filed = this.byRule.get(rule) ?? [];
        this.byRule.set(rule, filed);
        filed.push({ index, fields });
      }
    }
  }

  /** A pattern with exact rules covers only one that has exact rules, too. */
  thatMayCover(fields: Conjunction): readonly Earlier[] {
    const found = new Set((rulesOf(fields) ?? []).flatMap((rule) => this.byRule.get(rule) ?? []));
    return [...found, ...this.others].toSorted((left, right) => left.index - right.index);
  }
}

const rulesOf = (fields: Conjunction): readonly string[] | undefined => {
  const tests = fields.find(({ ref, tests }) => isRule(ref) && exactValues(tests) !== undefined)?.tests;
  return tests === undefined ? undefined : exactValues(tests);
};

const isRule = (ref: Conjunction[number]['ref']): boolean => ref.kind === 'field' && ref.field === 'rule';
