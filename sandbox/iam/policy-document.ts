/** IAM's policy language, as far as the stacks use it: who may do what, on which resources, under which conditions. */

export type OneOrMany<T> = T | readonly T[];

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  /** `*`, or by kind of principal: `AWS`, `Service`. Only in trust and resource policies. */
  readonly Principal?: '*' | Readonly<Record<string, OneOrMany<string>>>;
  readonly Action?: OneOrMany<string>;
  readonly NotAction?: OneOrMany<string>;
  readonly Resource?: OneOrMany<string>;
  readonly NotResource?: OneOrMany<string>;
  /** By operator, then by key: `{ StringEquals: { 'iam:PassedToService': 'ssm.amazonaws.com' } }`. */
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, OneOrMany<string | boolean | number>>>>
  >;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: OneOrMany<PolicyStatement>;
}

export const statementsOf = ({ Statement }: PolicyDocument): readonly PolicyStatement[] =>
  Array.isArray(Statement) ? (Statement as readonly PolicyStatement[]) : [Statement as PolicyStatement];
