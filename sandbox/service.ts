/**
 * What every AWS service of the sandbox is made of: operations over a world that is only data, and
 * timers that are only data too, so that the world survives a kill and its clock can be driven.
 */

/** A keyed collection of plain JSON values. Every `put` and `delete` is durable when it returns. */
export interface Table<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
  delete(key: string): void;
  values(): IterableIterator<T>;
  entries(): IterableIterator<[string, T]>;
  readonly size: number;
}

/** The sandbox's whole state, in named tables. */
export interface World {
  table<T>(name: string): Table<T>;
}

/** Who calls, from where and when. Account and Region come from the request's signature. */
export interface CallContext {
  readonly account: string;
  readonly region: string;
  /** ARN of the caller, e.g. `arn:aws:sts::111122223333:assumed-role/selfheal-executor/selfheal`. */
  readonly principalArn: string;
  /** Sandbox time, ms since the epoch. */
  readonly nowMs: number;
}

// biome-ignore lint/suspicious/noExplicitAny: inputs are checked against the API model before they get here.
export type Operation = (input: any, context: CallContext) => unknown | Promise<unknown>;

/** An error in AWS's own words, sent over the service's protocol. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly httpStatus = 400,
  ) {
    super(message);
    this.name = code;
  }
}

export interface AwsService {
  /** `ssm`, `config`, `sns`, `events`, `sqs`, `sts`: as in the credential scope of a signature. */
  readonly name: string;
  readonly operations: Readonly<Record<string, Operation>>;
  /** When it next has something to do by itself (an execution step ends, a message becomes visible), if ever. */
  dueAt(): number | undefined;
  /** Does everything that is due at `nowMs`. */
  runDue(nowMs: number): void;
}

/** How AWS services put an event on an account's default bus: no `aws.` source is refused here. */
export type EmitEvent = (event: {
  readonly source: string;
  readonly detailType: string;
  readonly account: string;
  readonly region: string;
  readonly resources?: readonly string[];
  readonly detail: unknown;
}) => void;
