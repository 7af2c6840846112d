/** What the HTTP side of selfheal stands on; each group of routes says how much of it it needs. */
import type { PolicyBook } from '../domain/engine/policy-book.ts';
import type { App, DecidingApp } from '../infra/compose.ts';
import type { AppBase } from '../infra/compose-ports.ts';
import type { ReadingApp } from '../infra/compose-reading.ts';
import type { Operations } from '../infra/operations.ts';
import type { SessionOf } from './identity/session.ts';
import type { SignIn } from './identity/sign-in.ts';
import type { SandboxClient } from './sandbox-client.ts';
import type { WhoIs } from './who-is.ts';

export interface HttpDeps {
  readonly app: AppBase;
  /** The service's own time (the sandbox's, when it runs faster than ours), ms since the epoch. */
  readonly nowMs: () => number;
  readonly whoIs: WhoIs;
  /** Who has signed in on a page: by a cookie, which proves a visit but, without more, no intention. */
  readonly sessionOf: SessionOf;
  /** Absent where no identity provider is configured. */
  readonly signIn?: SignIn;
  /** On one's own machine: the pages show what there is to whoever opens them. Else one signs in first. */
  readonly openToRead?: true;
  /** Region of the lane in which runbooks for global resources run. */
  readonly globalLaneRegion: string;
  /**
   * Reads a policy as people write it, for those who ask by one that is not in force. Absent where YAML is not
   * read: no function carries its parser.
   */
  readonly readDraft?: (text: string, file: string) => PolicyBook;
}

/** What shows cases opens the links to them. */
export interface ReadingDeps extends HttpDeps {
  readonly app: ReadingApp;
}

/** What only a person may do needs what carries it out. */
export interface DecidingDeps extends HttpDeps {
  readonly app: DecidingApp;
}

/** What looks after selfheal itself. */
export interface OperatingDeps extends HttpDeps {
  readonly app: AppBase & { readonly operations: Operations };
}

/** On one's own machine there is all of it, and accounts to play with besides. */
export interface LocalDeps extends HttpDeps {
  readonly app: App & { readonly operations: Operations };
  readonly sandbox: SandboxClient;
}
