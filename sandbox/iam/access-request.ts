/** What is asked of IAM, and what it answers. */

/** By key as AWS writes it (`aws:SourceArn`); several values where AWS knows several (`dynamodb:LeadingKeys`). */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

export interface AccessRequest {
  /** ARN of a user or of a role's session, or the name of a service: `events.amazonaws.com`. */
  readonly principal: string;
  /** `ssm:StartAutomationExecution`. */
  readonly action: string;
  /** An ARN, or `*` for actions that know no resource. */
  readonly resource: string;
  readonly context: RequestContext;
}

export interface Decision {
  readonly allowed: boolean;
  /** A half sentence in AWS's words: `because no identity-based policy allows the sqs:SendMessage action`. */
  readonly why: string;
}
