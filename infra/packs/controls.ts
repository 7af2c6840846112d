/** Which managed rule serves which control of a framework, as controls.yml and managed-rules.json beside this say. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Framework } from '../../domain/catalog/catalog.ts';
import type { ControlsOfFramework } from '../../domain/compliance/by-framework.ts';

/** What AWS documents of one managed rule. */
export interface ManagedRule {
  /** The plain name, which policies match. */
  readonly name: string;
  readonly trigger: 'change' | 'periodic' | 'both';
  /** None for a rule about an account. */
  readonly resourceTypes: readonly string[];
  readonly parameters: Readonly<Record<string, 'required' | 'optional'>>;
}

/** By rule identifier, then by the parameter's name. */
type RuleParameters = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface FrameworkControls {
  /** File name of its pack. */
  readonly pack: string;
  readonly title: string;
  readonly version: string;
  readonly source: string;
  readonly note: string;
  readonly parameters: RuleParameters;
  /** Ids of the controls, by rule identifier. */
  readonly rules: Readonly<Record<string, readonly string[]>>;
}

export interface Controls {
  readonly parameters: RuleParameters;
  readonly frameworks: Readonly<Record<Framework, FrameworkControls>>;
}

export const packFile = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export const loadControls = (): Controls => parse(readFileSync(packFile('controls.yml'), 'utf8')) as Controls;

/** By identifier: those that some pack has. */
export const loadManagedRules = (): Readonly<Record<string, ManagedRule>> =>
  JSON.parse(readFileSync(packFile('managed-rules.json'), 'utf8')) as Readonly<Record<string, ManagedRule>>;

/** Each framework with the controls that its rules serve. Read where a report is made: no function carries it. */
export const loadFrameworks = (): readonly ControlsOfFramework[] =>
  (Object.entries(loadControls().frameworks) as [Framework, FrameworkControls][]).map(
    ([framework, { title, version, rules }]) => ({ framework, title, version, rules }),
  );
