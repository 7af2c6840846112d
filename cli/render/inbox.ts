/** What waits for people, for a terminal and for a log. */
import { accountText } from '../../domain/policy/account-name.ts';
import { epochMs, type Instant } from '../../domain/time.ts';
import type { Inbox, InboxRow } from '../inbox.ts';
import { type Io, safe } from '../io.ts';
import { paintSeverity } from './paint.ts';
import { type Column, cut, table, width } from './table.ts';

type Terminal = Pick<Io, 'columns' | 'style'>;

/** @param numbered with a number before each row, for a person to choose by. */
export const inboxText = ({ at, rows }: Inbox, io: Terminal, numbered = false): string => {
  if (rows.length === 0) return 'Nothing waits for anybody.\n';
  const [head = '', ...body] = table(
    columns(at, io, numbered),
    rows.map((row, n) => ({ ...row, number: n + 1 })),
    io.columns,
  ).split('\n');
  const { style } = io;
  const hasWhere = /\bACCOUNT\b.*\bREGION\b/.test(head);
  const indent = numbered ? '     ' : '  ';
  const beneath = (row: InboxRow | undefined): readonly string[] =>
    row === undefined ? [] : linesBeneath(row, hasWhere, io.columns - indent.length);
  return [
    style.dim(head),
    ...body.flatMap((line, n) => [line, ...beneath(rows[n]).map((text) => style.dim(`${indent}${text}`))]),
    '',
  ].join('\n');
};

/** The next command; where the columns had no room for it, before it where it is. A command is never cut: it is to be copied. */
const linesBeneath = (row: InboxRow, hasWhere: boolean, widthMax: number): readonly string[] => {
  const next = safe(row.next);
  if (hasWhere) return [next];
  const place = `${placeText(row)}:`;
  const both = `${place} ${next}`;
  return width(both) <= widthMax ? [both] : [cut(place, widthMax), next];
};

interface Numbered extends InboxRow {
  /** Counted from 1. */
  readonly number: number;
}

const columns = (at: Instant, { style }: Terminal, numbered: boolean): readonly Column<Numbered>[] => {
  const numbers: readonly Column<Numbered>[] = [{ title: '#', value: ({ number }) => String(number) }];
  return [
    ...(numbered ? numbers : []),
    {
      title: 'SEVERITY',
      value: ({ severity }) => severity,
      paint: (_, { severity }) => paintSeverity(severity, style),
    },
    { title: 'WANTS', value: wantsText },
    { title: 'WHAT', value: ({ what }) => safe(what), widthMin: 12 },
    { title: 'RULE', value: ({ rule }) => safe(rule), widthMin: 10, leaveOut: 4 },
    { title: 'ACCOUNT', value: (row) => safe(whereText(row) ?? 'several'), leaveOut: 2 },
    { title: 'REGION', value: ({ region }) => safe(region ?? 'several'), leaveOut: 1 },
    { title: 'SINCE', value: ({ since }) => spanText(epochMs(at) - epochMs(since)), leaveOut: 3 },
    {
      title: 'EXPIRES IN',
      value: ({ expiresAt }) => expiryText(expiresAt, at),
      paint: (text, { expiresAt }) => (isUrgent(expiresAt, at) ? style.red(text) : text),
      leaveOut: 5,
    },
  ];
};

/** One row as one line: what came, for whoever reads a log. */
export const inboxLine = (row: InboxRow, at: Instant): string =>
  [
    safe(at),
    row.severity,
    wantsText(row),
    `${safe(row.resourceType)} ${safe(row.what)}`,
    safe(row.rule),
    placeText(row),
    ...(row.expiresAt === null ? [] : [`expires in ${expiryText(row.expiresAt, at)}`]),
    safe(row.next),
  ].join('  ');

/** @returns undefined where a batch has cases in several accounts */
const whereText = ({ account, accountName }: InboxRow): string | undefined =>
  account === null ? undefined : accountText(account, accountName);

const placeText = (row: InboxRow): string =>
  `${safe(whereText(row) ?? 'several accounts')} ${safe(row.region ?? 'several Regions')}`;

const wantsText = ({ wants, given, quorum, objection }: InboxRow): string =>
  wants === 'hands'
    ? 'a person'
    : `approval ${given ?? 0}/${quorum ?? 1}${objection === null ? '' : ', not yours'}`;

const expiryText = (expiresAt: Instant | null, at: Instant): string => {
  if (expiresAt === null) return '-';
  const leftMs = epochMs(expiresAt) - epochMs(at);
  return leftMs > 0 ? spanText(leftMs) : 'expired';
};

const URGENT_MS = 15 * 60_000;
const isUrgent = (expiresAt: Instant | null, at: Instant): boolean =>
  expiresAt !== null && epochMs(expiresAt) - epochMs(at) < URGENT_MS;

/**
 * In two units at most, rounded down: who reads "2 h" has two hours at least.
 *
 * @example
 * spanText(45_000) // '45 s'
 * spanText(5_430_000) // '1 h 30 min'
 */
export const spanText = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
  const days = Math.floor(hours / 24);
  return `${days} d${hours % 24 === 0 ? '' : ` ${hours % 24} h`}`;
};

/** As much of a text as a screen has room for: lines that are too long are cut, and what is left out is counted. */
export const fitted = (text: string, { columns: widthMax, rows }: Pick<Io, 'columns' | 'rows'>): string => {
  const lines = text.replace(/\n$/, '').split('\n');
  const shown = lines.length <= rows ? lines : lines.slice(0, rows - 1);
  const more = lines.length - shown.length;
  return [
    ...shown.map((line) => cutPainted(line, widthMax)),
    ...(more > 0 ? [`… ${more} more lines`] : []),
  ].join('\n');
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences.
const COLOUR = /\u001b\[\d+m/g;
/** Loses its colours when it is cut: half a sequence is worse than none. */
const cutPainted = (line: string, widthMax: number): string => {
  const plain = line.replaceAll(COLOUR, '');
  return width(plain) <= widthMax ? line : cut(plain, widthMax);
};
