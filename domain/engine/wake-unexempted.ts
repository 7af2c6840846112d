/**
 * Wakes the suppressed cases whose exemption people have taken away. The number up to which that was done is
 * recorded when all are woken and not before, so that whoever dies on the way has it done again.
 */
import { type Case, isWatched } from '../case/case.ts';
import { CONFIG_EXCEPTION } from '../case/suppressed.ts';
import type { StoredExemption } from '../exemption/exemption.ts';
import type { Engine } from './tell.ts';

export const wakeUnexempted = async ({ ports, assessor }: Engine): Promise<void> => {
  const { exemptionSequence, exemptionSeen } = await ports.controls.read();
  if (exemptionSequence <= exemptionSeen) return;
  await assessor.exemptions.upTo(exemptionSequence);
  const { stored } = await assessor.exemptions.known();
  const byName = new Map(stored.map((one) => [one.name, one]));
  const toWake: string[] = [];
  for await (const about of ports.cases.list({ status: 'watched' }))
    if (isOfNone(about, byName)) toWake.push(about.id);
  for (let from = 0; from < toWake.length; from += WAKES_AT_ONCE)
    await ports.wakes.send(
      toWake
        .slice(from, from + WAKES_AT_ONCE)
        .map((caseId) => ({ wake: { caseId, exemptionSequence }, delayMs: 0 })),
    );
  ports.log.info('cases woken for changed exemptions', { exemptionSequence, count: toWake.length });
  await ports.exemptions.seen(exemptionSequence);
};

/**
 * Its exemption is gone, or another one has the name now. What the policy exempts is looked at too, and found exempt
 * as before: who ticks need not know the policy, which may not be readable just now.
 */
const isOfNone = ({ state }: Case, stored: ReadonlyMap<string, StoredExemption>): boolean => {
  if (!isWatched(state) || state.exemption === CONFIG_EXCEPTION) return false;
  const found = stored.get(state.exemption);
  return found === undefined || found.since > state.closedAt;
};

const WAKES_AT_ONCE = 100;
