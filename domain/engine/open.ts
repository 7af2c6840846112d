/**
 * Opens a case: writes it for the first time. One that may start at once is written as `starting` right away, with
 * the entries of both steps, which saves a write. What is true before a start is true here too: the intent is
 * written before SSM is called, and only one of those who open the same case writes it.
 *
 *   queued ▶ checks ▶ permit ▶ first write, `starting` ▶ start-runbook
 *                └ no, or not yet ▶ first write, `queued` ▶ it is told what was observed
 *
 * Dying between permit and write loses nothing: the message comes again, the case has the same id, its first attempt
 * the same token, and so it finds that it holds the permit already.
 */
import type { Case } from '../case/case.ts';
import { decide } from '../case/case-machine.ts';
import type { Effect } from '../case/effect.ts';
import type { Observation, ObservationOf } from '../case/observation.ts';
import { soughtStart } from './perform.ts';
import type { Session } from './session.ts';
import { type Engine, giveBackUnused, hasten, momentOf, performAll, reload, tell } from './tell.ts';

export interface Opened {
  readonly case: Case;
  readonly after: readonly Effect[];
}

/** False when somebody else opened the case first: then it is theirs, and nothing was done. */
export const writeFirst = async (
  engine: Engine,
  session: Session,
  { case: opened, after }: Opened,
): Promise<boolean> => {
  const sought = opened.state.name === 'queued' ? await seek(engine, session, opened) : 'not-sought';
  if (typeof sought === 'object' && sought.kind === 'permit-granted')
    return startAtOnce(engine, session, opened, sought);
  if (!(await put(engine, session, opened))) return false;
  if (sought === 'not-sought') await performAll(engine, session, opened, after);
  else if (sought !== 'waits') await tell(engine, session, opened, sought);
  return true;
};

/** What is wrong with asking must not keep the case from being written: it is asked again then, and told there. */
const seek = (
  engine: Engine,
  session: Session,
  opened: Case,
): Promise<Observation | 'waits' | 'not-sought'> =>
  soughtStart(engine, session, opened).then(
    (observation) => observation ?? 'waits',
    () => 'not-sought',
  );

const startAtOnce = async (
  engine: Engine,
  session: Session,
  opened: Case,
  granted: ObservationOf<'permit-granted'>,
): Promise<boolean> => {
  const begun = decide(opened, granted, momentOf(engine.ports));
  if (begun.kind !== 'moved') throw new Error(`case ${opened.id} is queued and cannot take its permit`);
  if (await put(engine, session, begun.case)) {
    await performAll(engine, session, begun.case, begun.after);
    return true;
  }
  // The other's first attempt is this one, by the same token: the permit is theirs, unless they are past it.
  await giveBackUnused(engine, session, await reload(engine, opened.id), granted);
  return false;
};

const put = async (engine: Engine, session: Session, first: Case): Promise<boolean> => {
  if (!(await engine.ports.cases.open(first))) return false;
  session.changed(first, null);
  hasten(engine, session, first);
  return true;
};
