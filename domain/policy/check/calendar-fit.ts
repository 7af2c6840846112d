/**
 * Times of a policy that never come, or have gone: an entry that can never start because a blackout holds whenever
 * its windows are open, blackouts and exemptions that are over.
 */
import { localText } from '../../calendar/local-clock.ts';
import { startTimes } from '../../calendar/start-times.ts';
import { dayMs, type Instant, plusMs } from '../../time.ts';
import type { Blackout, Policy, WrittenEntry } from '../policy.ts';
import { listed, type PathProblem, shown } from '../policy-problem.ts';
import { patternCovers } from './pattern-cover.ts';

/** @param now what has ended by then is over */
export const calendarProblems = (policy: Policy, now: Instant): readonly PathProblem[] => [
  ...closedForever(policy, now),
  ...pastBlackouts(policy, now),
  ...pastExemptions(policy, now),
  ...silencedEntries(policy, now),
];

/** Entries of the same windows and blackouts are told once. */
const closedForever = ({ entries, blackouts, timezone }: Policy, now: Instant): readonly PathProblem[] => {
  const told = new Set<string>();
  const known = new Map<string, Instant | undefined>();
  return entries.flatMap((entry, index) => {
    if (entry.mode === 'observe') return [];
    const holding = blackouts.filter(({ match }) => match === undefined || patternCovers(match, entry.match));
    if (holding.length === 0) return [];
    const names = holding.map(({ name }) => name);
    const key = JSON.stringify([entry.windows.map(({ name }) => name), names]);
    if (!known.has(key)) known.set(key, closedUntil(entry, holding, now));
    const until = known.get(key);
    if (until === undefined || told.has(key)) return [];
    told.add(key);
    const blackout = names.length === 1 ? `the blackout ${names[0]}` : `the blackouts ${listed(names)}`;
    const windows = entry.windows.map(({ name }) => name);
    return [
      {
        path: ['entries', index],
        expected: `a time at which ${shown(entry.name)} may start something`,
        found:
          windows.length === 0
            ? `${blackout} at all times, looked at until ${localText(until, timezone)}`
            : `${blackout} whenever ${listed(windows)} is open, looked at until ${localText(until, timezone)}`,
        action: 'a blackout beats every window: shorten one of them, or give the blackout a match',
      },
    ];
  });
};

const STEPS_MAX = 60;
const LOOKED_AT_MS = 366 * dayMs;

/** How far was looked without finding a time to start; undefined when there is one, or it cannot be said. */
const closedUntil = (
  { windows }: Pick<WrittenEntry, 'windows'>,
  blackouts: readonly Blackout[],
  now: Instant,
): Instant | undefined => {
  let at = now;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const times = startTimes(windows, blackouts, at);
    if (times.kind === 'open') return undefined;
    if (times.opensAt === undefined) return plusMs(now, NEVER_MS);
    at = times.opensAt;
  }
  return at > plusMs(now, LOOKED_AT_MS) ? at : undefined;
};

/** As far as the calendar itself looks before it says never. */
const NEVER_MS = 9 * 366 * dayMs;

const pastBlackouts = ({ blackouts, timezone }: Policy, now: Instant): readonly PathProblem[] =>
  blackouts.flatMap((blackout) =>
    'until' in blackout && blackout.until <= now
      ? [
          {
            path: ['blackouts', blackout.name],
            atKey: true,
            warning: true as const,
            expected: 'a blackout that is still to come',
            found: `one that ended ${localText(blackout.until, timezone)}`,
            action: 'remove it, or give it new dates',
          },
        ]
      : [],
  );

const pastExemptions = ({ exemptions, timezone }: Policy, now: Instant): readonly PathProblem[] =>
  exemptions.flatMap(({ expiresAt, owner }, index) =>
    expiresAt !== undefined && expiresAt <= now
      ? [
          {
            path: ['exemptions', index, 'expires'],
            warning: true as const,
            expected: 'an exemption that still holds',
            found: `one that ended ${localText(expiresAt, timezone)}`,
            action: `its findings are healed again: remove it, or ask ${shown(owner)} for a new end`,
          },
        ]
      : [],
  );

/** An entry whose every finding is exempt: whoever reads it believes that something is done. */
const silencedEntries = ({ entries, exemptions, timezone }: Policy, now: Instant): readonly PathProblem[] => {
  const inForce = exemptions.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
  return inForce.flatMap((exemption) => {
    const silenced = entries.filter(
      ({ match, mode }) => mode !== 'observe' && patternCovers(exemption.match, match),
    );
    if (silenced.length === 0) return [];
    const { name, expiresAt } = exemption;
    const names =
      silenced.length === entries.length ? 'every entry' : listed(silenced.map((each) => each.name));
    return [
      {
        path: ['exemptions', exemptions.indexOf(exemption), 'match'],
        warning: true as const,
        expected: `a match that leaves something to do for ${names}`,
        found: `one that exempts all that ${names === 'every entry' ? 'they match' : `${silenced.length === 1 ? 'it matches' : 'they match'}`}, ${expiresAt === undefined ? 'without an end' : `until ${localText(expiresAt, timezone)}`}`,
        action: `narrow the match of ${shown(name)}; what is to be left alone for good is an entry with mode: observe`,
      },
    ];
  });
};
