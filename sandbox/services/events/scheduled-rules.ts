/**
 * Rules that fire by the clock. When each fires next is kept in the world: a time that passed while the sandbox
 * was down is made up for once, as late as it is, and not once for every time that was missed.
 */
import { randomUuid } from '../../core/random.ts';
import type { World } from '../../service.ts';
import { eventTime } from './bus-event.ts';
import { type BusStore, type RuleRecord, ruleArn } from './bus-store.ts';
import type { Delivery } from './delivery.ts';
import { parseSchedule } from './schedule.ts';

export interface ScheduledRulesDeps {
  readonly world: World;
  readonly buses: BusStore;
  readonly random: () => number;
  readonly fire: Delivery['fire'];
  readonly nowMs: () => number;
}

interface NextRun {
  readonly schedule: string;
  readonly dueMs: number;
}

export interface ScheduledRules {
  dueAt(): number | undefined;
  runDue(nowMs: number): void;
}

export const createScheduledRules = ({
  world,
  buses,
  random,
  fire,
  nowMs,
}: ScheduledRulesDeps): ScheduledRules => {
  const nextRuns = world.table<NextRun>('events-next-runs');

  const nextRunOf = (rule: RuleRecord & { readonly schedule: string }): number | undefined => {
    const known = nextRuns.get(ruleArn(rule));
    return known?.schedule === rule.schedule ? known.dueMs : plan(rule, nowMs());
  };

  const plan = (rule: RuleRecord & { readonly schedule: string }, afterMs: number): number | undefined => {
    const dueMs = parseSchedule(rule.schedule).nextAfter(afterMs);
    if (dueMs !== undefined) nextRuns.put(ruleArn(rule), { schedule: rule.schedule, dueMs });
    return dueMs;
  };

  return {
    dueAt: () => {
      let earliestMs: number | undefined;
      for (const rule of scheduledRules(buses)) {
        const dueMs = nextRunOf(rule);
        if (dueMs !== undefined) earliestMs = Math.min(earliestMs ?? dueMs, dueMs);
      }
      return earliestMs;
    },
    runDue: (dueMs) => {
      for (const rule of scheduledRules(buses)) {
        const nextMs = nextRunOf(rule);
        if (nextMs === undefined || nextMs > dueMs) continue;
        fire(rule, scheduledEvent(rule, randomUuid(random), nextMs), dueMs);
        plan(rule, dueMs);
      }
    },
  };
};

function* scheduledRules(buses: BusStore): Generator<RuleRecord & { readonly schedule: string }> {
  for (const rule of buses.allRules())
    if (rule.schedule !== undefined && rule.state === 'ENABLED') yield { ...rule, schedule: rule.schedule };
}

const scheduledEvent = (rule: RuleRecord, id: string, atMs: number) => ({
  version: '0',
  id,
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: rule.account,
  time: eventTime(atMs),
  region: rule.region,
  resources: [ruleArn(rule)],
  detail: {},
});
