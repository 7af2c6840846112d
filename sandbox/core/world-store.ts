/**
 * The sandbox's world: named tables of plain values in memory, every change also in a journal when there
 * is a data directory. Services keep indexes of their own and rebuild them from the tables at start.
 */
import { join } from 'node:path';
import type { Table, World } from '../service.ts';
import { type Journal, type JournalEntry, openJournal, readJournal } from './journal.ts';

export interface WorldStore extends World {
  close(): void;
}

export interface WorldStoreOptions {
  /** Where the journal lives; absent: in memory only. */
  readonly dataDir?: string;
  /** The journal is rewritten when it has this many lines more than twice the live values. Default 50,000. */
  readonly compactAfterLines?: number;
}

export const openWorld = (options: WorldStoreOptions = {}): WorldStore => {
  const tables = new Map<string, Map<string, unknown>>();
  const rowsOf = (name: string): Map<string, unknown> => {
    const rows = tables.get(name) ?? new Map<string, unknown>();
    tables.set(name, rows);
    return rows;
  };
  const log = options.dataDir === undefined ? undefined : openLog(options.dataDir, options, tables, rowsOf);
  const made = new Map<string, Table<unknown>>();
  const tableOf = (name: string): Table<unknown> => {
    const table = made.get(name) ?? createTable(name, rowsOf(name), log);
    made.set(name, table);
    return table;
  };
  return {
    table: <T>(name: string) => tableOf(name) as Table<T>,
    close: () => log?.close(),
  };
};

interface ChangeLog {
  record(entry: JournalEntry): void;
  close(): void;
}

const openLog = (
  dataDir: string,
  { compactAfterLines = 50_000 }: WorldStoreOptions,
  tables: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
  rowsOf: (name: string) => Map<string, unknown>,
): ChangeLog => {
  const path = join(dataDir, 'world.jsonl');
  for (const [table, key, ...value] of readJournal(path)) {
    if (value.length === 0) rowsOf(table).delete(key);
    else rowsOf(table).set(key, value[0]);
  }
  const journal: Journal = openJournal(path);
  // At start as well: it also cuts off a torn last line, which the next append would otherwise complete.
  journal.rewrite(liveEntries(tables));
  let lines = liveCount(tables);
  return {
    record: (entry) => {
      journal.append(entry);
      lines += 1;
      if (lines <= compactAfterLines || lines <= 2 * liveCount(tables) + compactAfterLines) return;
      journal.rewrite(liveEntries(tables));
      lines = liveCount(tables);
    },
    close: () => journal.close(),
  };
};

const liveCount = (tables: ReadonlyMap<string, ReadonlyMap<string, unknown>>): number => {
  let count = 0;
  for (const rows of tables.values()) count += rows.size;
  return count;
};

function* liveEntries(tables: ReadonlyMap<string, ReadonlyMap<string, unknown>>): Generator<JournalEntry> {
  for (const [name, rows] of tables) for (const [key, value] of rows) yield [name, key, value];
}

/** Values are handed out as they are: change a copy and `put` it, or the change is lost in a restart. */
const createTable = <T>(name: string, rows: Map<string, T>, log: ChangeLog | undefined): Table<T> => ({
  get: (key) => rows.get(key),
  put: (key, value) => {
    rows.set(key, value);
    log?.record([name, key, value]);
  },
  delete: (key) => {
    if (rows.delete(key)) log?.record([name, key]);
  },
  values: () => rows.values(),
  entries: () => rows.entries(),
  get size() {
    return rows.size;
  },
});
