/**
 * Asks people for the cases of a rule of which as many were started unasked as may be. That there is a surplus, one
 * case has found out by all checks; the others of its rule that wait in the lane are asked for some at a time, so
 * that ten thousand stand in their one message within minutes. None is asked for on less than the policy's word of
 * this moment, and whatever else is found of a case, or cannot be found out, is left to the drain, which looks at it
 * alone.
 *
 *   waiting ▶ read together ▶ controls, once ▶ checks ▶ rule's scope, read once ▶ asked for, each with its own write
 */
import type { AskedBatch } from '../batch-id.ts';
import type { Case } from '../case/case.ts';
import { ruleScopeId } from '../permit.ts';
import type { Ports } from '../ports.ts';
import { isApproved } from './checks/approval.ts';
import type { Checked } from './checks/check.ts';
import { permitRequest } from './checks/permit.ts';
import { checkBeforeAsking } from './checks.ts';
import { askedForSurplus, checkedOf, isOnTerms, joiningBatch } from './seek-start.ts';
import type { Session } from './session.ts';
import { type Engine, tell } from './tell.ts';

/**
 * @param surplus the batch in which the first was asked for, by the scope of its rule
 * @param ids of cases that wait, and of which some may be of these rules
 */
export const askTogether = async (
  engine: Engine,
  session: Session,
  surplus: ReadonlyMap<string, AskedBatch>,
  ids: readonly string[],
): Promise<void> => {
  const { cases, controls } = engine.ports;
  const waiting = await cases.getMany(ids);
  const concerned = waiting.filter(
    ({ state, finding }) => state.name === 'queued' && surplus.has(ruleScopeId(finding)),
  );
  if (concerned.length === 0) return;
  const known = await controls.read();
  const ports: Ports = { ...engine.ports, controls: { ...controls, read: async () => known } };
  const passed = await Promise.all(concerned.map((about) => mayBeAsked(engine, ports, about)));
  const candidates = concerned.filter((_, n) => passed[n]);
  const answers = await ports.permits.peekEach(candidates.map((about) => requestOf(ports, checkedOf(about))));
  await Promise.all(
    candidates.map(async (about, n) => {
      const answer = answers[n];
      if (answer?.kind !== 'surplus') return;
      const observation = askedForSurplus(about, answer);
      // Another surplus than the one that was found out: its first case finds it out by itself.
      if (observation.next.batch.id !== surplus.get(ruleScopeId(about.finding))?.id) return;
      await tell(engine, session, about, await joiningBatch(engine, session, about, observation));
    }),
  );
};

/** True when every check says that it would be started, were there not too many of its rule. */
const mayBeAsked = async ({ assessor }: Engine, ports: Ports, about: Case): Promise<boolean> => {
  const checked = checkedOf(about);
  const checks = await checkBeforeAsking(ports, assessor, checked);
  if (checks.kind === 'refused' || checks.probes.length > 0) return false;
  const { assessment } = checks;
  return isOnTerms(about, assessment) && !isApproved({ ports, assessor, checked, assessment });
};

/** Only of the rule's scope: no other makes a surplus. */
const requestOf = (ports: Ports, checked: Checked) => {
  const request = permitRequest(ports, checked, { queueUp: false, isApproved: false });
  const rule = ruleScopeId(checked.finding);
  return { ...request, scopes: request.scopes.filter(({ id }) => id === rule) };
};
