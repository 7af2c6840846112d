/**
 * Does one test of a field hold wherever another does? Yes is certain; no means only that it could not be shown.
 * So whoever asks may warn of a yes, and must not conclude anything from a no.
 */
import { cidrTest } from '../cidr.ts';
import { compileTests, type NumericBound, type SimpleTest, type ValueTest } from '../value-test.ts';
import { globTest, parseGlob } from '../wildcard.ts';

/**
 * True when the field holds by `wider` for every finding for which it holds by `narrower`: alternatives each.
 *
 * @param isSingle the field has at most one value; of several names of a rule, one says nothing of the others
 *
 * @example
 * testsCover([{ op: 'prefix', text: 's3-', ignoreCase: false }], [{ op: 'equals', text: 's3-public' }], false) // true
 */
export const testsCover = (
  wider: readonly ValueTest[],
  narrower: readonly ValueTest[],
  isSingle: boolean,
): boolean => narrower.every((test) => wider.some((other) => testCovers(other, test, isSingle)));

const testCovers = (wider: ValueTest, narrower: ValueTest, isSingle: boolean): boolean => {
  if (wider.op === 'exists' && !wider.wanted) return narrower.op === 'exists' && !narrower.wanted;
  if (narrower.op === 'exists' && !narrower.wanted) return false;
  // From here on the narrower one holds only where there is a value.
  if ((wider.op === 'exists' && wider.wanted) || isAnyText(wider)) return true;
  if (narrower.op === 'exists' || wider.op === 'exists') return false;
  if (wider.op === 'anything-but') return excludesLess(wider.none, narrower, isSingle);
  return narrower.op !== 'anything-but' && simpleCovers(wider, narrower);
};

const isAnyText = (test: ValueTest): boolean =>
  (test.op === 'wildcard' && test.text === '*') ||
  ((test.op === 'prefix' || test.op === 'suffix') && test.text === '');

/** Nothing that `narrower` lets through is among the excluded. */
const excludesLess = (
  excluded: readonly SimpleTest[],
  narrower: Exclude<ValueTest, { op: 'exists' }>,
  isSingle: boolean,
): boolean => {
  if (narrower.op === 'anything-but')
    return excluded.every((test) => narrower.none.some((other) => simpleCovers(other, test)));
  return isSingle && narrower.op === 'equals' && !compileTests(excluded)([narrower.text]);
};

const simpleCovers = (wider: SimpleTest, narrower: SimpleTest): boolean => {
  if (narrower.op === 'equals') return compileTests([wider])([narrower.text]);
  if (wider.op === 'numeric') return narrower.op === 'numeric' && boundsCover(wider.bounds, narrower.bounds);
  if (wider.op === 'cidr') return narrower.op === 'cidr' && blockCovers(wider.text, narrower.text);
  return globCovers(globOf(wider), globOf(narrower));
};

interface FoldedGlob {
  readonly literals: readonly string[];
  readonly ignoreCase: boolean;
}

const globOf = (test: SimpleTest): FoldedGlob | undefined => {
  switch (test.op) {
    case 'equals':
      return { literals: [test.text], ignoreCase: false };
    case 'equals-ignore-case':
      return { literals: [test.text], ignoreCase: true };
    case 'prefix':
      return { literals: [test.text, ''], ignoreCase: test.ignoreCase };
    case 'suffix':
      return { literals: ['', test.text], ignoreCase: test.ignoreCase };
    case 'wildcard': {
      const glob = parseGlob(test.text);
      return 'refused' in glob ? undefined : { literals: glob, ignoreCase: false };
    }
    default:
      return undefined;
  }
};

/** Stands for a star of the narrower glob: only a star of the wider one can take it up. */
const STAR = '\0';

/**
 * What a star of the narrower glob stands for can be anything. If the wider one takes a character there that none
 * of its own texts holds, one of its stars took it, and would take anything else as well.
 */
const globCovers = (wider: FoldedGlob | undefined, narrower: FoldedGlob | undefined): boolean => {
  if (wider === undefined || narrower === undefined) return false;
  if (narrower.ignoreCase && !wider.ignoreCase) return false;
  if ([...wider.literals, ...narrower.literals].some((literal) => literal.includes(STAR))) return false;
  if (!wider.ignoreCase) return globTest(wider.literals)(narrower.literals.join(STAR));
  // Beyond ASCII a letter's small form can depend on its neighbours.
  if (![...wider.literals, ...narrower.literals].every(isAscii)) return false;
  return globTest(wider.literals.map(lower))(narrower.literals.map(lower).join(STAR));
};

const lower = (text: string): string => text.toLowerCase();
const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

const boundsCover = (wider: readonly NumericBound[], narrower: readonly NumericBound[]): boolean =>
  wider.every((bound) => narrower.some((other) => boundCovers(bound, other)));

const boundCovers = (wider: NumericBound, narrower: NumericBound): boolean => {
  const { comparison, number } = narrower;
  switch (wider.comparison) {
    case '=':
      return comparison === '=' && number === wider.number;
    case '>':
      return comparison === '>' ? number >= wider.number : isFrom(comparison) && number > wider.number;
    case '>=':
      return (comparison === '>' || isFrom(comparison)) && number >= wider.number;
    case '<':
      return comparison === '<' ? number <= wider.number : isUpTo(comparison) && number < wider.number;
    case '<=':
      return (comparison === '<' || isUpTo(comparison)) && number <= wider.number;
  }
};

const isFrom = (comparison: NumericBound['comparison']): boolean => comparison === '>=' || comparison === '=';
const isUpTo = (comparison: NumericBound['comparison']): boolean => comparison === '<=' || comparison === '=';

const blockCovers = (wider: string, narrower: string): boolean => {
  const [address = '', length] = narrower.split('/');
  const [, widerLength] = wider.split('/');
  return Number(widerLength) <= Number(length) && cidrTest(wider)?.(address) === true;
};
