/**
 * Cases that the machine itself has moved, each on a way of its own: whatever it may be told next, it may be told.
 * The same seed gives the same cases.
 */
import { type Case, isClosed, isOpen } from '../../domain/case/case.ts';
import { decide, TABLE } from '../../domain/case/case-machine.ts';
import type { Assessment, Observation, ObservationKind } from '../../domain/case/observation.ts';
import { openCase } from '../../domain/case/open-case.ts';
import type { Finding } from '../../domain/finding.ts';
import { planHash } from '../../domain/plan.ts';
import { epochMs, hourMs, instant, minuteMs, plusMs, secondMs } from '../../domain/time.ts';
import { createRandom } from '../../sandbox/core/random.ts';
import { EXECUTION, evaluation, execution, finding, moment, observations, plan, terms } from './cases.ts';

export interface WalkOptions {
  readonly seed: number;
  readonly cases: number;
  /** When the first and the last are opened. */
  readonly from: string;
  readonly to: string;
  /** Of each: after so many it is left where it is. */
  readonly stepsMax?: number;
  /** What would close it is not heard before so many steps. */
  readonly stepsMin?: number;
  /** The longest that passes from one to the next, in ms. Default two hours. */
  readonly stepMsMax?: number;
  /** Nothing is told after that. */
  readonly until?: string;
}

export const walkedCases = ({
  seed,
  cases,
  from,
  to,
  stepsMax = 40,
  stepsMin = 0,
  stepMsMax = 2 * hourMs,
  until,
}: WalkOptions): readonly Case[] => {
  const spanMs = epochMs(to) - epochMs(from);
  return Array.from({ length: cases }, (_, n) => {
    // Each has its own dice: where one is left earlier, all go the same way until then.
    const random = createRandom(seed * 100_003 + n);
    const one = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
    const about: Finding = {
      ...finding,
      ...one(RULES),
      account: one(['222222222222', '333333333333']),
      resourceId: `bucket-${seed}-${n}`,
    };
    let now = plusMs(from, Math.round(random() * spanMs));
    let current: Case = openCase(
      {
        finding: about,
        origin: { region: about.region, configRuleName: about.rule },
        lane: { account: about.account, region: about.region },
        number: 1,
        evaluation: evaluation('NON_COMPLIANT', plusMs(now, -minuteMs)),
        assessment: assessed(one),
        earlier: [],
      },
      moment(now),
    ).case;
    for (let step = 0; step < stepsMax; step += 1) {
      now = plusMs(now, Math.round(secondMs * (stepMsMax / secondMs) ** random()));
      if (until !== undefined && now >= until) break;
      const kinds = isOpen(current.state)
        ? (Object.keys(TABLE[current.state.name]) as ObservationKind[]).flatMap(often)
        : CLOSED_HEARS;
      const outcome = decide(current, observed(one(kinds), current, now, one), moment(now, random()));
      if (outcome.kind === 'moved' && (step >= stepsMin || isOpen(outcome.case.state)))
        current = outcome.case;
      if (outcome.kind === 'refused' && outcome.noted) current = outcome.noted;
      // Now and then somebody still decides in vain.
      if (isClosed(current.state) && random() < 0.7) break;
    }
    return current;
  });
};

/** What leads on is told more often than what ends it: else few would be tried at all. */
const often = (kind: ObservationKind): readonly ObservationKind[] =>
  LEADS_ON.has(kind) ? Array.from({ length: 6 }, () => kind) : [kind];
const LEADS_ON: ReadonlySet<ObservationKind> = new Set([
  'assessed',
  'permit-granted',
  'start-accepted',
  'execution-read',
]);

const CLOSED_HEARS: readonly ObservationKind[] = ['decided', 'exemption-reviewed'];

const RULES = [
  { rule: 's3-bucket-versioning-enabled', ruleIdentifier: 'S3_BUCKET_VERSIONING_ENABLED' },
  { rule: 'rds-instance-public-access-check', ruleIdentifier: 'RDS_INSTANCE_PUBLIC_ACCESS_CHECK' },
  { rule: 'payroll-tags' },
] as const;

type One = <T>(items: readonly T[]) => T;

const assessed = (one: One): Assessment => ({
  entry: one(['versioning', 'the rest']),
  severity: one(['low', 'medium', 'high', 'critical']),
  mode: one(['auto', 'auto', 'approve']),
  policyVersion: one(['aaaaaaaaaaaa', 'bbbbbbbbbbbb']),
  terms: { ...terms, ...(one([true, false]) && { owner: one(['payroll', 'shop']) }) },
  manualSteps: ['turn it on'],
  outcome: one<Assessment['outcome']>([
    ...Array.from({ length: 12 }, () => ({ kind: 'planned', plan, planHash: planHash(plan) }) as const),
    { kind: 'unreadable', why: 'Throttled' },
    { kind: 'refused', refusal: { code: 'no-runbook', reason: 'nobody knows one' } },
    { kind: 'exempt', exemption: { name: 'legacy', owner: 'ops', reason: 'goes in May' } },
  ]),
});

const observed = (kind: ObservationKind, about: Case, now: string, one: One): Observation => {
  switch (kind) {
    case 'evaluated':
      return {
        kind,
        via: one(['event', 'read']),
        evaluation: evaluation(
          one(['COMPLIANT', 'NON_COMPLIANT', 'NON_COMPLIANT', 'NON_COMPLIANT']),
          plusMs(now, -secondMs),
        ),
      };
    case 'assessed':
      return { kind, assessment: assessed(one) };
    case 'permit-granted':
      return { kind, clientToken: `${about.id}/${about.attempts + 1}`, scopes: [] };
    case 'execution-read':
      return {
        kind,
        execution: execution({
          ...one([
            { status: 'succeeded', statusText: 'Success' },
            { status: 'succeeded', statusText: 'Success' },
            { status: 'failed', statusText: 'Failed', failureMessage: 'Step 1 timed out' },
            { status: 'at-work', statusText: 'InProgress' },
          ] as const),
          executionId: EXECUTION,
          endedAt: instant(epochMs(now) - 500),
        }),
      };
    case 'decided':
      return {
        kind,
        decision: {
          planHash: planHash(plan),
          answer: one(['approve', 'approve', 'deny']),
          who: one(['ada', 'grace']),
          reason: 'so it is',
          at: now,
        },
      };
    default:
      return observations[kind];
  }
};
