/** What a report counts of a case, told by the machine that moves it. */
import { describe, expect, it } from 'vitest';
import { decide } from '../../../domain/case/case-machine.ts';
import { rowOf } from '../../../domain/report/case-row.ts';
import { minuteMs, plusMs, secondMs } from '../../../domain/time.ts';
import {
  assessment,
  evaluation,
  hash,
  moment,
  NOW,
  observations,
  plan,
  planned,
} from '../../support/cases.ts';
import {
  minutesLater as at,
  started as attempt,
  ended,
  openedCase as opened,
  toldCase as told,
} from '../../support/told-case.ts';

const FAILED = { status: 'failed', statusText: 'Failed', failureMessage: 'Step 1 timed out' } as const;

describe('the row of a case', () => {
  it('tells of a case that was healed at its second attempt where the time went', () => {
    const healed = told(
      opened(),
      ...attempt(2, 'one'),
      [6, ended(6, FAILED)],
      [8, { kind: 'assessed', assessment: assessment({ kind: 'planned', ...planned }) }],
      ...attempt(11, 'two'),
      [15, ended(15)],
      [18, { kind: 'evaluated', evaluation: evaluation('COMPLIANT', at(17)), via: 'read' }],
    );
    expect(rowOf(healed)).toEqual({
      id: healed.id,
      findingId: healed.findingId,
      account: '222222222222',
      region: 'us-east-1',
      rule: 'S3_BUCKET_VERSIONING_ENABLED',
      resourceType: 'AWS::S3::Bucket',
      resourceId: 'shop-prod-orders',
      openedAt: NOW,
      routed: [{ at: NOW, severity: 'medium', mode: 'auto', entry: 'versioning' }],
      asked: [],
      decided: [],
      handed: [],
      attempts: [
        {
          at: at(2),
          document: plan.document,
          failed: { at: at(6), error: expect.stringContaining('Failed: Step 1 timed out') },
        },
        { at: at(11), document: plan.document },
      ],
      closed: { at: at(18), as: 'resolved' },
      spentMs: {
        queued: (2 + 3) * minuteMs,
        starting: 2 * minuteMs,
        running: (3 + 3) * minuteMs,
        held: 2 * minuteMs,
        verifying: 3 * minuteMs,
      },
      dropped: 0,
    });
  });

  it('tells when people were asked, and when they had decided', () => {
    const asked = opened(assessment({ kind: 'planned', ...planned }, 'approve'));
    expect(rowOf(asked)).toMatchObject({ asked: [NOW], decided: [], spentMs: {} });
    const approved = told(asked, [7, observations.decided]);
    expect(rowOf(approved)).toMatchObject({
      decided: [{ at: at(7), answer: 'approved' }],
      spentMs: { 'awaiting-approval': 7 * minuteMs },
    });
  });

  it('does not take one of two approvals for a decision', () => {
    const two = assessment({ kind: 'planned', ...planned }, 'approve');
    const asked = opened({
      ...two,
      terms: { ...two.terms, approval: { quorum: 2, expiresAfterMs: 60 * minuteMs } },
    });
    const first = told(asked, [1, observations.decided]);
    expect(rowOf(first).decided).toEqual([]);
    const second = {
      kind: 'decided',
      decision: { planHash: hash, answer: 'approve', who: 'grace', reason: 'ok', at: at(2) },
    } as const;
    expect(rowOf(told(first, [2, second])).decided).toEqual([{ at: at(2), answer: 'approved' }]);
  });

  it('tells a denial, and an approval for which nobody came in time', () => {
    const asked = opened(assessment({ kind: 'planned', ...planned }, 'approve'));
    const denial = { ...observations.decided.decision, answer: 'deny', reason: 'month end' } as const;
    expect(rowOf(told(asked, [3, { kind: 'decided', decision: denial }]))).toMatchObject({
      decided: [{ at: at(3), answer: 'denied' }],
      closed: { at: at(3), as: 'denied' },
    });
    expect(rowOf(told(asked, [60 * 5, { kind: 'due' }])).handed).toEqual([
      { at: at(60 * 5), code: 'approval-expired' },
    ]);
  });

  it('tells why a case came to a person, also when it was opened there', () => {
    const refused = assessment({
      kind: 'refused',
      refusal: { code: 'no-runbook', reason: 'AWS owns no document for it' },
    });
    expect(rowOf(opened(refused)).handed).toEqual([{ at: NOW, code: 'no-runbook' }]);
  });

  it('tells of an attempt that brought it to a person what failed in it', () => {
    const denied = { ...FAILED, failureMessage: 'AccessDenied: not authorized to perform s3:Put' } as const;
    expect(rowOf(told(opened(), ...attempt(2, 'one'), [6, ended(6, denied)]))).toMatchObject({
      handed: [{ at: at(6), code: 'runbook-failed' }],
      attempts: [{ at: at(2), failed: { at: at(6), error: expect.stringContaining('AccessDenied') } }],
    });
  });

  it('tells under which heads it was counted before the policy changed', () => {
    const stricter = {
      ...assessment({ kind: 'planned', ...planned }),
      severity: 'critical',
      entry: 'new',
    } as const;
    const owned = { ...stricter, terms: { ...stricter.terms, owner: 'payroll' } };
    const moved = told(
      opened(),
      [1, { kind: 'assessed', assessment: owned }],
      [2, { kind: 'assessed', assessment: owned }],
    );
    expect(rowOf(moved).routed).toEqual([
      { at: NOW, severity: 'medium', mode: 'auto', entry: 'versioning' },
      { at: at(1), severity: 'critical', mode: 'auto', entry: 'new', owner: 'payroll' },
    ]);
  });

  it('is small enough to lie in one kilobyte of the index with its keys', () => {
    const healed = told(
      opened(assessment({ kind: 'planned', ...planned }, 'approve')),
      [7, observations.decided],
      ...attempt(8, 'one'),
      [12, ended(12)],
      [15, { kind: 'evaluated', evaluation: evaluation('COMPLIANT', at(14)), via: 'read' }],
    );
    expect(JSON.stringify(rowOf(healed)).length).toBeLessThan(900);
  });

  it('never counts a stay below zero when clocks differ', () => {
    const outcome = decide(
      opened(),
      { kind: 'permit-granted', clientToken: 'one', scopes: [] },
      moment(plusMs(NOW, -secondMs)),
    );
    expect(outcome).toMatchObject({ case: { stays: { ms: { queued: 0 } } } });
  });
});
