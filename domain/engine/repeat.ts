/**
 * After a crash the message that was at work comes again. What its write ordered may never have been done,
 * so it is done again here, at once; without the message the case's own timer would do the same later.
 */

import type { Case } from '../case/case.ts';
import type { Effect } from '../case/effect.ts';
import { noted } from '../case/transitions/failure.ts';
import type { Session } from './session.ts';
import { type Engine, performAll } from './tell.ts';

export const repeatEffects = async (engine: Engine, session: Session, caseId: string): Promise<void> => {
  const about = await engine.ports.cases.get(caseId);
  if (about === undefined) return;
  session.changed(about, about.state.name);
  await performAll(engine, session, about, orderedIn(about));
};

/** The orders with which each state is entered. */
const orderedIn = ({ state, lastFailed }: Case): readonly Effect[] => {
  if (state.name === 'queued') return [{ kind: 'seek-start' }];
  const isToBeTold = state.name === 'awaiting-approval' || state.name === 'needs-human';
  const hasFailed = state.name === 'needs-human' || (state.name === 'held' && state.reason === 'backoff');
  const failures = hasFailed ? noted(lastFailed) : [];
  if (isToBeTold ? !state.announced : state.name === 'held' && state.announced === false)
    return [...failures, { kind: 'announce' }];
  return failures;
};
