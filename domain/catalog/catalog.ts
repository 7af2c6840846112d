/**
 * The runbook catalog: what selfheal knows of every SSM Automation document it may start, and of the
 * rules for which only a person can act. Loaded from `runbooks/*.yml`, one document or manual guide a file.
 */

/** SSM Automation parameter types that the catalog uses. All travel as lists of strings. */
export type ParameterType = 'String' | 'StringList' | 'Boolean' | 'Integer';

/** Where a parameter's value comes from when a plan is made. */
export type ParameterSource =
  | { readonly from: 'resource-id' }
  | { readonly from: 'account-id' }
  | { readonly from: 'automation-role' }
  | { readonly from: 'lookup'; readonly lookup: LookupName }
  | { readonly from: 'constant'; readonly value: string | readonly string[] }
  /** The policy entry must give it (`required`) or may; `fallback` is used when it does not. */
  | { readonly from: 'policy'; readonly fallback?: string | readonly string[] };

/** Facts about a resource that must be read before a plan can be made. */
export type LookupName =
  | 'rds-instance-identifier'
  | 'iam-arn'
  | 'resource-arn'
  | 'resource-name'
  | 'ssm-instance-id';

export interface RunbookParameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly required: boolean;
  /** Anchored regular expression that every single value must match. */
  readonly pattern: RegExp;
  readonly source: ParameterSource;
}

export type Disruption = 'none' | 'low' | 'high' | 'destructive';
export type Framework = 'cis' | 'pci' | 'hipaa' | 'soc2' | 'nist';
export type Severity = 'low' | 'medium' | 'high' | 'critical';

/** Of a rule for which nobody said how long a person needs: looking into it, the change, looking at it again. */
export const MANUAL_MINUTES_DEFAULT = 20;

/** A rule that a runbook (or a manual guide) serves. */
export interface ServedRule {
  /** Source identifier, e.g. `S3_BUCKET_VERSIONING_ENABLED`. */
  readonly identifier: string;
  /** The plain (kebab) name AWS gives the rule. */
  readonly name: string;
  /** What is wrong, to stand behind the resource in a subject: `is public`. */
  readonly headline: string;
  readonly resourceTypes: readonly string[];
  /** `change`: re-evaluates by itself once Config recorded the change; `periodic`: only when asked. `both` counts as change. */
  readonly trigger: 'change' | 'periodic' | 'both';
  readonly severity: Severity;
  /** What a person needs to put one resource right by hand, on average: hours saved are told by it. */
  readonly manualMinutes: number;
  readonly frameworks: readonly Framework[];
  /** 1 = the runbook to prefer for this rule; a higher number is an alternative. */
  readonly preference: number;
}

/** One thing that a runbook changes. A parameter's name in `{{ }}` stands for its value in the plan. */
export interface Change {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** A role that a runbook hands to a service. The role has a fixed name, or a parameter holds its name or ARN. */
export type PassedRole = { readonly service: string } & (
  | { readonly parameter: string }
  | { readonly role: string }
);

export interface Runbook {
  readonly kind: 'runbook';
  /** The SSM document's name, e.g. `AWS-ConfigureS3BucketVersioning`. */
  readonly document: string;
  /** Pinned document version; when absent the document's default version is resolved when the plan is made. */
  readonly documentVersion?: string;
  readonly summary: string;
  readonly rules: readonly ServedRule[];
  readonly parameters: readonly RunbookParameter[];
  /** In words, before and after: see `changesOf`. */
  readonly changes: readonly Change[];
  readonly disruption: Disruption;
  /** What people notice when it runs. */
  readonly disruptionNote: string;
  /** IAM actions that the automation role needs to run the document. */
  readonly iamActions: readonly string[];
  /** Roles it hands to a service: what `iam:PassRole` is for. There whenever that action is. */
  readonly passRoles?: readonly PassedRole[];
  /** Services whose service-linked role it may make: what `iam:CreateServiceLinkedRole` is for. */
  readonly serviceLinkedRoles?: readonly string[];
  /** Names of the roles it makes: `iam:CreateRole`, and all else that changes a role, is for them alone. */
  readonly createsRoles?: readonly string[];
  /** Longest time a run may take, in ms, before selfheal stops it. */
  readonly runMsMax: number;
  /** What a person does when automation fails; one step a line. */
  readonly manualSteps: readonly string[];
  readonly source: string;
}

/** A rule that nothing automatic may fix: AWS owns no document for it. */
export interface ManualGuide {
  readonly kind: 'manual';
  /** File name without its ending; unique. */
  readonly name: string;
  readonly summary: string;
  readonly reason: string;
  readonly rules: readonly ServedRule[];
  readonly manualSteps: readonly string[];
  readonly source: string;
}

export interface Catalog {
  runbook(document: string): Runbook | undefined;
  /** The preferred runbook or the manual guide that serves a rule, by its source identifier. */
  forRule(ruleIdentifier: string): Runbook | ManualGuide | undefined;
  /** The rule's facts by source identifier, or by the plain name AWS gives it. */
  rule(identifierOrName: string): ServedRule | undefined;
  readonly runbooks: readonly Runbook[];
  readonly guides: readonly ManualGuide[];
}
