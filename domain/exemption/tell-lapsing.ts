/**
 * Tells people once an ISO week which exemptions lapse before the next list but one. The week is recorded when they
 * were told and not before: who dies in between tells them twice, and never not at all.
 */
import type { Policy } from '../policy/policy.ts';
import type { Ports } from '../ports.ts';
import { weekAt } from '../report/week.ts';
import { dayMs } from '../time.ts';
import { lapsing, lapsingMessage } from './lapsing.ts';

export interface TellLapsingOptions {
  readonly ports: Pick<Ports, 'exemptions' | 'clock' | 'announcer' | 'log'>;
  readonly policy: Pick<Policy, 'exemptions'>;
  /** Where the platform engineers listen, as a policy names topics, or as ARNs. */
  readonly topics: readonly string[];
}

/** Answers how many lapse, or that this week was told already. */
export const tellLapsing = async ({
  ports,
  policy,
  topics,
}: TellLapsingOptions): Promise<number | 'told-already'> => {
  const { exemptions, clock, announcer, log } = ports;
  const now = clock.now();
  const week = weekAt(now, 'UTC').id;
  const toldLast = await exemptions.weekTold();
  if (toldLast !== undefined && week <= toldLast) return 'told-already';
  const list = lapsing(policy.exemptions, await exemptions.all(), now, LAPSING_WITHIN_MS);
  const message = lapsingMessage(list, week);
  if (message !== undefined) await announcer.announce(topics, message);
  await exemptions.told(week);
  log.info('people told which exemptions lapse', { week, count: list.length });
  return list.length;
};

/** Two weeks: each is told at least twice before it ends, however the week is cut. */
const LAPSING_WITHIN_MS = 14 * dayMs;
