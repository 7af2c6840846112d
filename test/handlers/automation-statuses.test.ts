/** Each of SSM's statuses, and one that AWS has yet to invent: what it means, and how a case ends that meets it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUTOMATION_STATUSES, automationStatus, hasEnded } from '../../domain/automation-status.ts';
import type { Case } from '../../domain/case/case.ts';
import { hourMs, secondMs } from '../../domain/time.ts';
import { breakResource, makeRunbookFail } from '../../sandbox/world/admin.ts';
import { type DrivenWorld, drivenWorld } from '../support/driven-world.ts';

const MEANINGS = {
  Pending: 'at-work',
  InProgress: 'at-work',
  Waiting: 'at-work',
  Success: 'succeeded',
  TimedOut: 'failed',
  Cancelling: 'at-work',
  Cancelled: 'ended-by-human',
  Failed: 'failed',
  PendingApproval: 'at-work',
  Approved: 'at-work',
  Rejected: 'ended-by-human',
  Scheduled: 'at-work',
  RunbookInProgress: 'at-work',
  PendingChangeCalendarOverride: 'at-work',
  ChangeCalendarOverrideApproved: 'at-work',
  ChangeCalendarOverrideRejected: 'at-work',
  CompletedWithSuccess: 'succeeded',
  CompletedWithFailure: 'failed',
  Exited: 'failed',
} as const;

describe("SSM's statuses", () => {
  it('are nineteen', () => {
    expect([...AUTOMATION_STATUSES].sort()).toEqual(Object.keys(MEANINGS).sort());
    expect(AUTOMATION_STATUSES).toHaveLength(19);
  });

  it.each(Object.entries(MEANINGS))('%s means %s', (status, meaning) => {
    expect(automationStatus(status)).toBe(meaning);
    expect(hasEnded(automationStatus(status))).toBe(meaning !== 'at-work');
  });

  it.each(['Rewinding', 'success', ' Success', '', '__proto__', 'constructor', 'toString'])(
    'does not take %j for one of them, nor for an end',
    (status) => {
      expect(automationStatus(status)).toBe('unknown');
      expect(hasEnded(automationStatus(status))).toBe(false);
    },
  );
});

/** How the case ends whose first attempt ends in the status; the resource is changed only by what succeeds. */
const ENDS: readonly (readonly [status: string, end: string, attempts: number, what: string])[] = [
  ['Success', 'resolved', 1, 'attempt-succeeded'],
  ['CompletedWithSuccess', 'resolved', 1, 'attempt-succeeded'],
  ['Failed', 'resolved', 2, 'attempt-failed'],
  ['TimedOut', 'resolved', 2, 'attempt-failed'],
  ['CompletedWithFailure', 'resolved', 2, 'attempt-failed'],
  ['Exited', 'resolved', 2, 'attempt-failed'],
  ['Cancelled', 'needs-human', 1, 'handed-to-human'],
  ['Rejected', 'needs-human', 1, 'handed-to-human'],
  // Stuck: stopped when its time is up, which fails the attempt, and the next one heals.
  ['PendingApproval', 'resolved', 2, 'stop-requested'],
  // Stuck in what SSM will not stop: nothing more is started, and a person must look.
  ['ChangeCalendarOverrideRejected', 'needs-human', 1, 'handed-to-human'],
  ['Rewinding', 'needs-human', 1, 'handed-to-human'],
];

describe('a case whose first attempt ends as', () => {
  let world: DrivenWorld;
  const ended = new Map<string, Case>();
  beforeAll(async () => {
    world = await drivenWorld({ stepMs: 5 * secondMs });
    const rule = 'S3_BUCKET_VERSIONING_ENABLED';
    const broken = new Map<string, string>();
    for (const [n, [status]] of ENDS.entries()) {
      const where = { ...(LANES[n % LANES.length] ?? {}), rule, nowMs: world.sandbox.clock.nowMs() };
      const { resource } = breakResource(world.sandbox.world, 'AWS::S3::Bucket', where);
      const changesResource = automationStatus(status) === 'succeeded';
      makeRunbookFail(world.sandbox.world, {
        fault: { kind: 'status', status, changesResource },
        resourceId: resource.id,
        account: resource.account,
      });
      broken.set(resource.id, status);
    }
    world.sandbox.wake();
    const isAtEnd = ({ state }: Case) => 'closedAt' in state || state.name === 'needs-human';
    await world.until(async () => {
      const cases = await world.cases();
      return cases.length === ENDS.length && cases.every(isAtEnd);
    }, 3 * hourMs);
    for (const one of await world.cases()) ended.set(broken.get(one.finding.resourceId) ?? '', one);
  });
  afterAll(() => world.close());

  it.each(ENDS)('%s: ends as %s after %i attempts, by %s', (status, end, attempts, what) => {
    const about = ended.get(status);
    expect([about?.state.name, about?.attempts]).toEqual([end, attempts]);
    expect(about?.timeline.map((entry) => entry.what)).toContain(what);
    // What the status was is told where it matters.
    if (what !== 'attempt-succeeded')
      expect(about?.timeline.map(({ why }) => why).join('\n')).toContain(status);
  });
});

const LANES = [
  { account: '222222222222', region: 'us-east-1' },
  { account: '222222222222', region: 'eu-west-1' },
  { account: '333333333333', region: 'us-east-1' },
  { account: '333333333333', region: 'eu-west-1' },
] as const;
