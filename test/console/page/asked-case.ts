/** A case for which people are asked, as the pages show it. */
import type { AwaitingApproval, Case } from '../../../domain/case/case.ts';
import { type Plan, planHash } from '../../../domain/plan.ts';
import { hourMs, minuteMs, plusMs } from '../../../domain/time.ts';
import { aCase, NOW, plan, terms } from '../../support/cases.ts';

export const decisionOf = (who: string, answer: 'approve' | 'deny' = 'approve', of: Plan = plan) => ({
  planHash: planHash(of),
  answer,
  who,
  reason: 'looks right',
  at: NOW,
});

export const askedCase = (
  state: Partial<AwaitingApproval> = {},
  { approval, ...head }: Partial<Case> & { readonly approval?: never } = {},
  by: Partial<Case['terms']> = {},
): Case<AwaitingApproval> =>
  aCase(
    'awaiting-approval',
    { expiresAt: plusMs(NOW, 4 * hourMs), dueAt: plusMs(NOW, 4 * hourMs), announced: true, ...state },
    {
      mode: 'approve',
      openedAt: plusMs(NOW, -12 * minuteMs),
      lastPlanned: {
        document: plan.document,
        documentVersion: plan.documentVersion,
        planHash: planHash(plan),
      },
      terms: { ...terms, ...by },
      ...head,
    },
  );
