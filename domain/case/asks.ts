/** A case whose plan people are asked for: by itself, or together with others in a batch. */
import type { AskedBatch } from '../batch-id.ts';
import type { Moment } from '../time.ts';
import { decisionsOn } from './approves.ts';
import type { AwaitingApproval, Case, Decision, Planned } from './case.ts';
import { after } from './move.ts';
import type { Assessment } from './observation.ts';
import type { Route } from './route.ts';
import { UNANNOUNCED_WAIT_MS } from './waits.ts';

/** Asked for by itself. */
export const toAwaitingApproval = (
  { plan, planHash }: Planned,
  { terms, entry, mode }: Assessment,
  decisions: readonly Decision[],
  moment: Moment,
): Route & { readonly to: AwaitingApproval } => {
  const to: AwaitingApproval = {
    name: 'awaiting-approval',
    plan,
    planHash,
    requestedAt: moment.now,
    expiresAt: after(moment, terms.approval.expiresAfterMs),
    decisions,
    announced: false,
    dueAt: after(moment, UNANNOUNCED_WAIT_MS),
  };
  return {
    to,
    what: 'approval-requested',
    why: `${mode === 'auto' ? 'a person ended the case before this one: it takes' : `policy entry "${entry}" asks for`} ${terms.approval.quorum} approval(s) of plan ${planHash.slice(0, 12)}${decisions.length > 0 ? `, ${decisions.length} given already` : ''}`,
    after: [{ kind: 'announce' }],
  };
};

/** Asked for although the mode is auto, because a check wants a person's word; one message for the whole batch. */
export const toAskedInBatch = (
  { plan, planHash }: Planned,
  by: Pick<Case, 'terms' | 'approval' | 'requestedBy'>,
  why: string,
  { id: batch, kind, since }: AskedBatch,
  moment: Moment,
): Route => {
  const { terms, approval } = by;
  const expiresAt = after(moment, terms.approval.expiresAfterMs);
  return {
    to: {
      name: 'awaiting-approval',
      plan,
      planHash,
      requestedAt: moment.now,
      batch,
      expiresAt,
      // Whoever approved before the breaker opened is asked again: they did not know that it keeps failing.
      decisions: decisionsOn(approval, planHash, moment.now, by, kind === 'breaker' ? since : undefined),
      announced: true,
      dueAt: expiresAt,
    },
    what: 'approval-requested',
    why: `${why}; plan ${planHash.slice(0, 12)} is asked for in batch ${batch}`,
    after: [],
  };
};
