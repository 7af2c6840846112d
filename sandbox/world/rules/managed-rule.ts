/** A managed rule: what it watches, when it looks, what it thinks, and how a resource can offend it. */
import type { Configuration, Resource } from '../resource.ts';

export type Judgement =
  | { readonly compliance: 'COMPLIANT' | 'NOT_APPLICABLE' }
  | { readonly compliance: 'NON_COMPLIANT'; readonly annotation?: string };

export interface ManagedRule {
  /** `Source.SourceIdentifier`, e.g. `INCOMING_SSH_DISABLED`. */
  readonly identifier: string;
  /** The name AWS proposes, e.g. `restricted-ssh`. */
  readonly name: string;
  readonly resourceType: string;
  readonly trigger: 'change' | 'periodic' | 'both';
  readonly inputParameters?: Readonly<Record<string, string>>;
  /** Judges a resource as seen from a Region. */
  judge(resource: Resource, region: string): Judgement;
  /** The changes of its configuration that make a healthy resource offend the rule. */
  breaking(resource: Resource, region: string): Configuration;
}

export const COMPLIANT: Judgement = { compliance: 'COMPLIANT' };
export const NOT_APPLICABLE: Judgement = { compliance: 'NOT_APPLICABLE' };

export const nonCompliant = (annotation?: string): Judgement =>
  annotation === undefined ? { compliance: 'NON_COMPLIANT' } : { compliance: 'NON_COMPLIANT', annotation };

/** The most common judgement: one condition, and what to say when it does not hold. */
export const complies = (holds: boolean, annotation?: string): Judgement =>
  holds ? COMPLIANT : nonCompliant(annotation);

/** A field inside a configuration, by path; undefined when any part of the way is missing. */
export const field = (resource: Resource, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
    resource.configuration,
  );
