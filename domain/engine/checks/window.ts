/** A maintenance window is open, where the policy names any, and no blackout holds. */
import { localText } from '../../calendar/local-clock.ts';
import { OPENINGS_MAX, type StartTimes, startTimes } from '../../calendar/start-times.ts';
import { dayMs, type Instant, plusMs, soonest } from '../../time.ts';
import { unreachable } from '../../unreachable.ts';
import { type Answer, type Check, cannotTell, noThen, yes } from './check.ts';

export const window: Check = async (context) => {
  const { ports, assessment, blackouts } = context;
  if (assessment === undefined || blackouts === undefined) return cannotTell('the policy was not asked');
  const { windows } = assessment.terms;
  const now = ports.clock.now();
  const times = startTimes(windows, blackouts, now);
  if (times.kind === 'closed') return keptBack(times, now);
  const { until } = times;
  if (until !== undefined) context.startBefore = until;
  return yes(
    windows.length === 0
      ? 'the policy names no window, and no blackout holds'
      : `open until ${until === undefined ? 'further notice' : inZone(until, windows[0]?.timezone)}`,
  );
};

const keptBack = ({ by, opensAt }: Extract<StartTimes, { kind: 'closed' }>, now: Instant): Answer => {
  const why = whyClosed(by);
  if (opensAt === undefined)
    return noThen(`${why}, and no time comes at which it could start: ${whyNever(by)}`, {
      kind: 'hand-over',
    });
  // Whatever it waits for, another policy is noticed within a day.
  const tomorrow = plusMs(now, dayMs);
  const start =
    by.kind === 'blackout' && opensAt === by.until ? '' : `; it may start ${inZone(opensAt, zoneOf(by))}`;
  return noThen(`${why}${start}`, {
    kind: 'hold',
    reason: by.kind,
    until: soonest(opensAt, tomorrow),
  });
};

type KeptBy = Extract<StartTimes, { kind: 'closed' }>['by'];

const whyClosed = (by: KeptBy): string => {
  switch (by.kind) {
    case 'window': {
      const names = by.windows.map(({ name }) => `"${name}"`).join(', ');
      return by.windows.length === 1 ? `window ${names} is closed` : `windows ${names} are closed`;
    }
    case 'blackout': {
      const { name, reason } = by.blackout;
      return `blackout "${name}"${reason === undefined ? '' : ` (${reason})`} holds until ${inZone(by.until, zoneOf(by))}`;
    }
    default:
      return unreachable(by);
  }
};

const whyNever = (by: KeptBy): string =>
  `no window ever opens, or a blackout holds at each of the next ${OPENINGS_MAX} openings. Mend ${
    by.kind === 'window' ? '`windows` or `blackouts`' : '`blackouts`'
  } in the policy, or fix it by hand`;

/** The zone in which the people who wrote it think. */
const zoneOf = (by: KeptBy): string | undefined => {
  if (by.kind === 'window') return by.windows[0]?.timezone;
  return 'timezone' in by.blackout ? by.blackout.timezone : undefined;
};

const inZone = (at: Instant, timezone = 'UTC'): string => localText(at, timezone);
