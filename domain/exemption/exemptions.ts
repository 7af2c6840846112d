/**
 * The stored exemptions as a process knows them. They are loaded once, and again when the control item, which is
 * read before every start anyway, names another number than the one they were loaded under:
 *
 *   add: item written ▶ number raised ▶ the command says that it is in force
 *        a load that begins at a number or later sees every write that came before that number
 */
import type { ExemptionStore } from '../ports.ts';
import { type ExemptionBook, exemptionBook } from './exemption-book.ts';

export interface Exemptions {
  /** As they were loaded last; loaded now when they never were. Throws when they cannot be. */
  known(): Promise<ExemptionBook>;
  /** Returns when all changes up to this number are known; throws when that cannot be said. */
  upTo(sequence: number): Promise<void>;
  /** The number under which they were loaded last; undefined when they never were. */
  sequence(): number | undefined;
}

export const createExemptions = (store: Pick<ExemptionStore, 'all'>): Exemptions => {
  let loaded: { readonly book: ExemptionBook; readonly sequence: number; readonly load: number } | undefined;
  const loading = new Map<number, Promise<void>>();
  let loads = 0;

  /** Of two loads the one that began later has seen more, whichever ends first. */
  const loadNow = async (sequence: number): Promise<void> => {
    loads += 1;
    const load = loads;
    const book = exemptionBook(await store.all());
    if (loaded === undefined || loaded.load < load) loaded = { book, sequence, load };
  };

  const load = (sequence: number): Promise<void> => {
    const underWay = loading.get(sequence);
    if (underWay !== undefined) return underWay;
    const begun = loadNow(sequence).finally(() => loading.delete(sequence));
    loading.set(sequence, begun);
    return begun;
  };

  return {
    known: async () => {
      if (loaded === undefined) await load(0);
      if (loaded === undefined) throw new Error('the exemptions were loaded, and are not there');
      return loaded.book;
    },
    upTo: async (sequence) => {
      if (loaded?.sequence !== sequence) await load(sequence);
    },
    sequence: () => loaded?.sequence,
  };
};
