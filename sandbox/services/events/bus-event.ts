/** An event as buses carry it and targets get it. */
export interface BusEvent {
  readonly version: string;
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

export const eventTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** Why something is no event that a bus could carry; undefined when it is one. */
export const eventProblem = (candidate: unknown): string | undefined => {
  if (typeof candidate !== 'object' || candidate === null || Array.isArray(candidate))
    return 'an event is a JSON object';
  const event = candidate as Record<string, unknown>;
  for (const name of ['source', 'detail-type', 'region']) {
    if (typeof event[name] !== 'string' || event[name] === '')
      return `"${name}" must be a string that is not empty`;
  }
  if (typeof event.account !== 'string' || !/^\d{12}$/.test(event.account))
    return '"account" must be 12 digits';
  if (typeof event.detail !== 'object' || event.detail === null || Array.isArray(event.detail))
    return '"detail" must be an object';
  if (event.resources !== undefined && !Array.isArray(event.resources)) return '"resources" must be a list';
  for (const name of ['id', 'time', 'version']) {
    if (event[name] !== undefined && typeof event[name] !== 'string') return `"${name}" must be a string`;
  }
  const bytes = Buffer.byteLength(JSON.stringify(event));
  return bytes > EVENT_BYTES_MAX ? `it has ${bytes} bytes; a bus takes ${EVENT_BYTES_MAX}` : undefined;
};

export const EVENT_BYTES_MAX = 262_144;
