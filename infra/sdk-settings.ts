/** What every SDK client is made with, so that a call costs no more than it must. */

/** The SDK copies each input and output for a logger's `info` and `error`, even when that logger drops them. */
const QUIET = {
  trace: () => undefined,
  debug: () => undefined,
  info: undefined as unknown as () => void,
  warn: () => undefined,
  error: undefined as unknown as () => void,
};

/** How long a call waits: a call that hangs would hold its worker until its function is ended. */
export interface Patience {
  readonly connectionMsMax: number;
  readonly answerMsMax: number;
}

/** Each client makes its own connections of it. */
export const requestHandlerFor = ({ connectionMsMax, answerMsMax }: Patience) => ({
  connectionTimeout: connectionMsMax,
  requestTimeout: answerMsMax,
  // Without it the SDK only warns.
  throwOnRequestTimeout: true,
});

export const PATIENCE: Patience = { connectionMsMax: 1_000, answerMsMax: 5_000 };

/** For calls that others wait behind: starts, and the credentials of an account. */
export const SHORT_PATIENCE: Patience = { connectionMsMax: 1_000, answerMsMax: 2_000 };

export const SDK_SETTINGS = {
  requestHandler: requestHandlerFor(PATIENCE),
  /** The stack of middleware is the same for every call of an operation; building it anew took a fifth of a call. */
  cacheMiddleware: true,
  logger: QUIET,
};
