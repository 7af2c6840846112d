/** What becomes of a case about which nothing is to be done. */
import { dayMs, type Moment } from '../time.ts';
import type { Suppressed } from './case.ts';
import { after } from './move.ts';
import type { Exempted } from './observation.ts';
import type { Route } from './route.ts';

export const toSuppressed = (exemption: Exempted, moment: Moment): Route => ({
  to: { name: 'suppressed', closedAt: moment.now, ...suppressedBy(exemption, moment) },
  what: 'suppressed',
  why: describeExempted(exemption),
  after: [],
});

/** What a suppressed case keeps of the exemption that holds for it. */
export const suppressedBy = (
  exemption: Exempted,
  moment: Moment,
): Pick<Suppressed, 'why' | 'exemption' | 'until' | 'reviewAt'> => {
  const { name, owner, reason, until } = exemption;
  const latest = after(moment, name === CONFIG_EXCEPTION ? dayMs : ENDLESS_REVIEW_MS);
  return {
    why: `exemption "${name}" of ${owner}: ${reason}`,
    exemption: name,
    ...(until === undefined ? {} : { until }),
    reviewAt: until === undefined || (name === CONFIG_EXCEPTION && latest < until) ? latest : until,
  };
};

/** @example 'exemption "legacy" of ops: goes in May (until 2027-05-01T00:00:00.000Z)' */
export const describeExempted = ({ name, owner, reason, until }: Exempted): string =>
  `exemption "${name}" of ${owner}: ${reason} (${until === undefined ? 'no end' : `until ${until}`})`;

/** Name of what Config itself keeps as an exception from remediation. Nobody tells us when one is deleted. */
export const CONFIG_EXCEPTION = 'config:remediation-exception';
/** What has no end is looked at now and then all the same: nothing may be forgotten for ever. */
const ENDLESS_REVIEW_MS = 30 * dayMs;
