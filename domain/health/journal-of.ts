/**
 * What the control item shows of what was done to the whole: stops that were set and lifted, breakers that opened and
 * closed. It remembers each for an hour, so that who looks every few minutes misses none.
 */
import type { Closing, KnownBreaker } from '../breaker.ts';
import type { Controls } from '../ports.ts';
import type { ControlEvent } from '../report/weekly-report.ts';
import type { LiftedStop } from '../stop-scope.ts';
import { describeScope, type StopSwitch } from '../stop-switch.ts';

/**
 * The oldest first, each once. A breaker that cannot be read tells nothing of when it opened, so it is none of them:
 * see `unreadableIn`.
 *
 * @example journalOf({ stops: [], breakers: [] }) // []
 */
export const journalOf = ({
  stops,
  lifted = [],
  breakers,
}: Pick<Controls, 'stops' | 'lifted' | 'breakers'>): readonly ControlEvent[] => {
  const events = [
    ...stops.map(setEvent),
    ...lifted.flatMap(liftedEvents),
    ...breakers.flatMap(breakerEvents),
  ];
  const byKey = new Map(events.map((event) => [journalKey(event), event]));
  return [...byKey.values()].sort((left, right) => (journalKey(left) < journalKey(right) ? -1 : 1));
};

/** What tells one event from another; in the order of time. */
export const journalKey = ({ at, kind, scope }: ControlEvent): string => `${at}#${kind}#${scope}`;

/** Breakers of which nothing can be told but that they are there: a doubt. */
export const unreadableIn = ({ breakers }: Pick<Controls, 'breakers'>): readonly Unreadable[] =>
  breakers.filter((one) => one.state === 'unreadable');

type Unreadable = Extract<KnownBreaker, { readonly state: 'unreadable' }>;

const setEvent = ({ scope, who, since, reason }: Pick<StopSwitch, 'scope' | 'who' | 'since' | 'reason'>) =>
  ({ at: since, kind: 'stop-set', scope: describeScope(scope), who, why: reason }) as const;

const liftedEvents = ({ scope, at, by, set }: LiftedStop): readonly ControlEvent[] => [
  ...(set ? [setEvent({ scope, ...set })] : []),
  { at, kind: 'stop-lifted', scope: describeScope(scope), ...(by !== undefined && { who: by }) },
];

const breakerEvents = (breaker: KnownBreaker): readonly ControlEvent[] => {
  const scope = describeScope(breaker.scope);
  switch (breaker.state) {
    case 'open':
    case 'probing':
      return [
        ...(breaker.earlier ?? []).flatMap(closingEvents(scope)),
        { at: breaker.since, kind: 'breaker-opened', scope, why: breaker.reason },
      ];
    case 'closed':
      return [...(breaker.earlier ?? []), breaker].flatMap(closingEvents(scope));
    case 'unreadable':
      return [];
  }
};

const closingEvents =
  (scope: string) =>
  ({ since, at, who, reason, openedFor }: Closing): readonly ControlEvent[] => [
    { at: since, kind: 'breaker-opened', scope, ...(openedFor !== undefined && { why: openedFor }) },
    { at, kind: 'breaker-closed', scope, who, why: reason },
  ];
