/** The keys of links without a table, which can be told to fail. */
import type { LinkKeyStore, LinkKeys } from '../../../infra/links/key-ring.ts';

export class MemoryLinkKeys implements LinkKeyStore {
  keys: LinkKeys | undefined;
  reads = 0;
  writes = 0;
  fails: Error | undefined;

  async read(): Promise<LinkKeys | undefined> {
    this.reads += 1;
    if (this.fails) throw this.fails;
    return this.keys;
  }

  async replace(keys: LinkKeys): Promise<boolean> {
    if (this.fails) throw this.fails;
    if (keys.revision !== (this.keys?.revision ?? 0) + 1) return false;
    this.writes += 1;
    this.keys = keys;
    return true;
  }
}
