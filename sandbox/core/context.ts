/** What the front door knows about a call beyond the contract of a service. */
import type { CallContext } from '../service.ts';

export interface HttpCallContext extends CallContext {
  /** Calls back when the caller hangs up before the answer. Absent for calls made in the process. */
  readonly onAbandoned?: (callback: () => void) => void;
}
