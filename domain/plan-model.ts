/**
 * What a plan is, and what is said when there can be none.
 */
import type { ParameterRefusal } from './plan-parameters.ts';

/** Exactly what would run. Its SHA-256 is the plan hash. */
export interface Plan {
  readonly document: string;
  /** An exact version, never `$DEFAULT`: the same ClientToken must always mean the same arguments. */
  readonly documentVersion: string;
  /** Parameter name -> values, as StartAutomationExecution takes them: strings of 1-512 characters. */
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly account: string;
  /** A real Region, never `global`. */
  readonly region: string;
  /** The role in the account under which selfheal starts it. */
  readonly executorRoleArn: string;
}

/** Why no plan could be made. Nothing runs; the reason is recorded and shown. */
export interface PlanRefusal {
  readonly code:
    | 'no-runbook'
    | 'manual-only'
    | 'unknown-runbook'
    | ParameterRefusal['code']
    /** The runbook is not made for the resource's type, or the lane, a role or the version is not what it must be. */
    | 'wrong-target';
  readonly reason: string;
}
