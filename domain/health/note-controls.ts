/** Keeps the journal of what was done to the whole, by what the control item shows. Doing it twice is doing it once. */
import type { Ports } from '../ports.ts';
import type { ControlJournal } from '../report/report-ports.ts';
import { journalOf, unreadableIn } from './journal-of.ts';

/** @returns how many events the control item shows; most of them were noted before. */
export const noteControls = async ({
  controls,
  journal,
  log,
}: Pick<Ports, 'controls' | 'log'> & { readonly journal: ControlJournal }): Promise<number> => {
  const shown = await controls.read();
  const events = journalOf(shown);
  await journal.note(events);
  for (const { scope, reason } of unreadableIn(shown))
    log.warn('breaker not in the journal, it cannot be read', { ...scope, reason });
  return events.length;
};
