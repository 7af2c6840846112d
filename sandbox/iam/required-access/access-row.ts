/** A row of the table of what calls need: from an operation's input to IAM's actions and resources. */
import type { World } from '../../service.ts';
import type { RequestContext } from '../access-request.ts';

export interface Need {
  /** `ssm:StartAutomationExecution`. */
  readonly action: string;
  /** `*` for an action that knows no resource. */
  readonly resource: string;
  readonly context?: RequestContext;
}

/** Where a call is made: its own account and Region, and the world to look names up in. */
export interface CallSite {
  readonly account: string;
  readonly region: string;
  readonly world: World;
}

/** The input was checked against the API's model. A row throws AwsError when it cannot tell what is needed. */
// biome-ignore lint/suspicious/noExplicitAny: as in Operation, inputs are checked before they get here.
export type AccessRow = (input: any, site: CallSite) => readonly Need[];

export type AccessRows = Readonly<Record<string, AccessRow>>;

/** For operations whose action knows no resource and is called like them. */
export const withoutResource = (service: string, operations: readonly string[]): AccessRows =>
  Object.fromEntries(
    operations.map((operation) => [operation, () => [{ action: `${service}:${operation}`, resource: '*' }]]),
  );
