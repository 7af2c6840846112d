/** Reads what is asked of weekly reports from the query of a URL, and says what is wrong with it. */
import { didYouMean } from '../domain/policy/did-you-mean.ts';
import { FIGURE_NAMES, type FigureName } from '../domain/report/figures.ts';
import type { VerifyPart } from '../domain/report/verify-report.ts';
import { type Week, weekAt, weekNamed, weeksFrom } from '../domain/report/week.ts';
import { DIMENSIONS, type Dimension } from '../domain/report/weekly-report.ts';
import { epochMs, type Instant, instant } from '../domain/time.ts';
import { HttpError } from './http-error.ts';

type Query = Readonly<Record<string, string>>;

/** What is misspelt would be taken for not given. */
export const onlyAsked = (query: Query, known: readonly string[]): Query => {
  const other = Object.keys(query).find((name) => !known.includes(name));
  if (other !== undefined) throw wrong(other.slice(0, 60), unknown('parameter', other, known));
  return query;
};

/** The last week that is over, unless one is named: `2026-W47`, or `current` for the one that runs. */
export const weekOf = ({ week }: Query, now: Instant, timezone: string): Week => {
  const running = weekAt(now, timezone);
  if (week === undefined) return weeksFrom(running, -1);
  if (week === 'current') return running;
  const named = weekNamed(week, timezone);
  if (named === undefined) throw wrong('week', `${noSuchWeek(week)}; ${EXPECTED_WEEK}`);
  if (named.from > running.from)
    throw wrong(
      'week',
      `week ${named.id} has not begun: it begins on ${named.from.slice(0, 10)}. The running one is "current" (${running.id}), the last that is over ${weeksFrom(running, -1).id}`,
    );
  if (named.id < EARLIEST)
    throw wrong('week', `nobody had selfheal in ${named.id}: ask for ${EARLIEST} or a later week`);
  return named;
};

const noSuchWeek = (week: string): string => {
  const [, year, number] = /^(\d{4})-W(\d{2})$/.exec(week) ?? [];
  if (year === undefined) return `"${week.slice(0, 40)}" is no ISO week`;
  return number === '53' ? `${year} has 52 weeks, and no W53` : `no year has a week ${number}`;
};

const EXPECTED_WEEK =
  'expected one such as 2026-W47, "current" for the running one, or nothing for the last one that is over';
/** Each month since is looked into for closed cases. */
const EARLIEST = '2020-W01';

/** As of when a report was made that is held against the cases; undefined for the stored one. */
export const untilOf = ({ until }: Query, { id, from, to }: Week, now: Instant): Instant | undefined => {
  if (until === undefined) return undefined;
  const at = epochMs(until);
  if (!/^\d{4}-\d{2}-\d{2}T/.test(until) || Number.isNaN(at))
    throw wrong('until', 'expected a time such as 2026-11-22T01:00:00.000Z');
  if (at <= epochMs(from) || at > epochMs(to) || at > epochMs(now))
    throw wrong('until', `expected a time within week ${id}, ${from} to ${to}, that has come`);
  return instant(at);
};

/** Undefined for all of it. */
export const partOf = ({ part, parts }: Query): VerifyPart | undefined => {
  if (part === undefined && parts === undefined) return undefined;
  if (part === 'figures' && parts === undefined) return 'figures';
  const [n, of] = [count('part', part ?? '', 0, PARTS_MAX), count('parts', parts ?? '', 0, PARTS_MAX)];
  if (n < 1 || n > of) throw wrong('part', `expected "figures", or one of 1 to ${of} with "parts" ${of}`);
  return { part: n, parts: of };
};

const PARTS_MAX = 1_000;

export interface AskedCases {
  readonly figure: FigureName;
  readonly group?: { readonly by: Dimension; readonly key: string };
  readonly offset: number;
  readonly limit: number;
}

export const askedCases = ({ figure, by, key, offset, limit }: Query): AskedCases => {
  if (figure === undefined)
    throw wrong('figure', `say which figure's cases: one of ${FIGURE_NAMES.join(', ')}`);
  if (!isOneOf(FIGURE_NAMES, figure)) throw wrong('figure', unknown('figure', figure, FIGURE_NAMES));
  const page = {
    offset: count('offset', offset, 0, OFFSET_MAX),
    limit: count('limit', limit, 200, LIMIT_MAX),
  };
  if (by === undefined) {
    if (key !== undefined)
      throw wrong('by', `"key" names a group: say by what, one of ${DIMENSIONS.join(', ')}`);
    return { figure, ...page };
  }
  if (!isOneOf(DIMENSIONS, by)) throw wrong('by', unknown('dimension', by, DIMENSIONS));
  if (key === undefined)
    throw wrong(
      'key',
      `say which ${by}: its key in the report; nothing stands for those without one ("key=")`,
    );
  return { figure, group: { by, key: key.slice(0, 1_000) }, ...page };
};

const isOneOf = <T extends string>(known: readonly T[], word: string): word is T =>
  (known as readonly string[]).includes(word);

const unknown = (kind: string, word: string, known: readonly string[]): string => {
  const meant = didYouMean(word, known);
  const hint = meant === undefined ? `expected one of ${known.join(', ')}` : `did you mean "${meant}"?`;
  return `there is no ${kind} "${word.slice(0, 60)}": ${hint}`;
};

const count = (name: string, text: string | undefined, otherwise: number, max: number): number => {
  if (text === undefined) return otherwise;
  if (!/^\d{1,7}$/.test(text) || Number(text) > max || (name === 'limit' && Number(text) === 0))
    throw wrong(name, `expected a whole number up to ${max.toLocaleString('en')}`);
  return Number(text);
};

const LIMIT_MAX = 1_000;
const OFFSET_MAX = 1_000_000;

const wrong = (path: string, message: string): HttpError => new HttpError(400, 'bad-request', message, path);
