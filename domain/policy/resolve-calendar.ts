/** Maintenance windows and blackouts of a policy, with their time zones and dates resolved. */
import { nextWall, parseCron } from '../calendar/cron.ts';
import { didYouMean } from './did-you-mean.ts';
import { durationMs } from './duration.ts';
import type { EventPattern } from './event-pattern.ts';
import { isTimezone, localEnd, localInstant } from './local-time.ts';
import type { Blackout, Window } from './policy.ts';
import { type DocumentPath, type PathProblem, shown } from './policy-problem.ts';
import type { PolicyDocument } from './policy-schema.ts';

type Report = (problem: PathProblem) => void;
type BlackoutDocument = NonNullable<PolicyDocument['blackouts']>[string];
type RecurringDocument = NonNullable<PolicyDocument['windows']>[string];

export const resolveTimezone = (
  written: string | undefined,
  otherwise: string,
  path: DocumentPath,
  report: Report,
): string => {
  if (written === undefined || isTimezone(written)) return written ?? otherwise;
  const meant = didYouMean(written, Intl.supportedValuesOf('timeZone'));
  report({
    path,
    expected: 'an IANA time zone, such as Europe/Berlin or UTC',
    found: shown(written),
    ...(meant === undefined ? {} : { action: `did you mean "${meant}"?` }),
  });
  return otherwise;
};

export const resolveWindows = (
  written: NonNullable<PolicyDocument['windows']>,
  timezone: string,
  report: Report,
): ReadonlyMap<string, Window> =>
  new Map(
    Object.entries(written).map(([name, window]) => [
      name,
      { name, ...resolveRecurring(window, timezone, ['windows', name], report) },
    ]),
  );

/** @param patterns the blackouts' matches by name; absent where none is written */
export const resolveBlackouts = (
  written: NonNullable<PolicyDocument['blackouts']>,
  patterns: ReadonlyMap<string, EventPattern>,
  timezone: string,
  report: Report,
): readonly Blackout[] =>
  Object.entries(written).flatMap(([name, blackout]): Blackout[] => {
    const path = ['blackouts', name];
    const match = patterns.get(name);
    const head = {
      name,
      ...(blackout.reason === undefined ? {} : { reason: blackout.reason }),
      ...(match && { match }),
    };
    const { cron, duration } = blackout;
    const isRecurring = cron !== undefined || duration !== undefined;
    const isSpan = blackout.from !== undefined || blackout.until !== undefined;
    if (isRecurring === isSpan || (isRecurring && (cron === undefined || duration === undefined))) {
      report({
        path,
        expected: 'either cron and duration, or from and until',
        found: shown(blackout),
        action: 'cron recurs, from and until are one stretch of time; write two blackouts for both',
      });
      return [];
    }
    if (cron !== undefined && duration !== undefined)
      return [
        {
          ...head,
          ...resolveRecurring({ cron, duration, timezone: blackout.timezone }, timezone, path, report),
        },
      ];
    const span = resolveSpan(blackout, timezone, path, report);
    return span ? [{ ...head, ...span }] : [];
  });

const resolveRecurring = (
  { cron, duration, timezone: written }: RecurringDocument,
  otherwise: string,
  path: DocumentPath,
  report: Report,
): Omit<Window, 'name'> => {
  const timezone = resolveTimezone(written, otherwise, [...path, 'timezone'], report);
  reportBadCron(cron, [...path, 'cron'], report);
  return { cron, durationMs: durationMs(duration) ?? 0, timezone };
};

const reportBadCron = (cron: string, path: DocumentPath, report: Report): void => {
  const parsed = parseCron(cron);
  if (!parsed.ok)
    for (const { part, ...problem } of parsed.problems) {
      const found = part === undefined ? shown(cron) : `${shown(part)} in ${shown(cron)}`;
      report({ path, ...problem, found });
    }
  else if (nextWall(parsed.cron, 0) === undefined)
    report({
      path,
      expected: 'a time that ever comes',
      found: shown(cron),
      action: 'no date fits this expression: it would never open',
    });
};

const resolveSpan = (
  { from, until, timezone: written }: BlackoutDocument,
  otherwise: string,
  path: DocumentPath,
  report: Report,
): { from: string; until: string } | undefined => {
  const timezone = resolveTimezone(written, otherwise, [...path, 'timezone'], report);
  const begin = from === undefined ? undefined : localInstant(from, timezone);
  const end = until === undefined ? undefined : localEnd(until, timezone);
  const expected = 'a date such as 2026-12-20, or a date and time such as 2026-12-20T08:00';
  if (begin === undefined) report({ path: [...path, 'from'], expected, found: shown(from) });
  if (end === undefined) report({ path: [...path, 'until'], expected, found: shown(until) });
  if (begin === undefined || end === undefined) return undefined;
  if (begin >= end)
    report({
      path: [...path, 'until'],
      expected: `a time after ${shown(from)}`,
      found: shown(until),
      action: 'it would never begin',
    });
  return { from: begin, until: end };
};
