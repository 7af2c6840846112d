/** What the HTTP side of selfheal stands on. */
import type { App } from '../infra/compose.ts';
import type { SandboxClient } from './sandbox-client.ts';
import type { WhoIs } from './who-is.ts';

export interface HttpDeps {
  readonly app: App;
  readonly sandbox: SandboxClient;
  /** The service's own time (the sandbox's, when it runs faster than ours), ms since the epoch. */
  readonly nowMs: () => number;
  readonly whoIs: WhoIs;
  /** Region of the lane in which runbooks for global resources run. */
  readonly globalLaneRegion: string;
}
