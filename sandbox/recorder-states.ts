/** What a recorder of the sandbox can be; apart from the routes, for the command line names the same. */
export const RECORDER_STATES = ['on', 'off', 'failing', 'undelivered', 'missing'] as const;

export interface ListedRecorder {
  readonly account: string;
  readonly region: string;
  /** `failing`: it is on and records nothing. `undelivered`: it records, and what it records reaches no bucket. */
  readonly state: (typeof RECORDER_STATES)[number];
  readonly why?: string;
}
