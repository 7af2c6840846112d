/** How the rules of each framework stand, and each of its controls by the rules that serve it. */
import type { Framework } from '../catalog/catalog.ts';
import { judgedOf, type Standing, sumOf } from './standing.ts';

/** Which rule serves which control. */
export interface ControlsOfFramework {
  readonly framework: Framework;
  readonly title: string;
  readonly version: string;
  /** Ids of the controls, by rule identifier. */
  readonly rules: Readonly<Record<string, readonly string[]>>;
}

export interface ServedControls {
  readonly framework: Framework;
  readonly controls: readonly string[];
}

/**
 * @example
 * controlsServed(frameworks, 'ROOT_ACCOUNT_MFA_ENABLED') // [{ framework: 'cis', controls: ['1.5'] }, …]
 */
export const controlsServed = (
  frameworks: readonly ControlsOfFramework[],
  identifier: string,
): readonly ServedControls[] =>
  frameworks.flatMap(({ framework, rules }) => {
    const controls = Object.hasOwn(rules, identifier) ? rules[identifier] : undefined;
    return controls === undefined ? [] : [{ framework, controls }];
  });

export interface ControlStanding extends Standing {
  readonly control: string;
  /** Plain names of the rules that serve it and are in use. */
  readonly rules: readonly string[];
}

export interface FrameworkStanding extends Standing {
  readonly framework: Framework;
  readonly title: string;
  readonly version: string;
  /** Rules of it that are in use somewhere, of all that it has. */
  readonly inUse: number;
  readonly rules: number;
  /** Controls that no rule in use serves: nothing looks after them. */
  readonly notLookedAfter: readonly string[];
  /** Those that are not fulfilled first. */
  readonly controls: readonly ControlStanding[];
}

export interface RuleStanding extends Standing {
  readonly plainName: string;
  readonly identifier?: string;
}

/** @param missing what was read of no rule: it may be of any framework that is in use, so that none looks whole */
export const byFramework = (
  frameworks: readonly ControlsOfFramework[],
  rules: readonly RuleStanding[],
  missing: Standing,
): readonly FrameworkStanding[] =>
  frameworks.map(({ framework, title, version, rules: mapped }) => {
    const own = rules.flatMap((rule) => {
      const controls = rule.identifier === undefined ? undefined : mapped[rule.identifier];
      return controls === undefined ? [] : [{ rule, controls }];
    });
    const serving = new Map<string, RuleStanding[]>();
    for (const { rule, controls } of own)
      for (const control of new Set(controls)) serving.set(control, [...(serving.get(control) ?? []), rule]);
    const all = [...new Set(Object.values(mapped).flat())];
    return {
      framework,
      title,
      version,
      inUse: own.length,
      rules: Object.keys(mapped).length,
      ...sumOf(own.length === 0 ? [] : [...own.map(({ rule }) => rule), missing]),
      notLookedAfter: all.filter((control) => !serving.has(control)).sort(byNumber),
      controls: [...serving]
        .map(([control, served]) => ({
          control,
          rules: served.map(({ plainName }) => plainName).sort(),
          ...sumOf(served),
        }))
        .sort(unfulfilledFirst),
    };
  });

const unfulfilledFirst = (one: ControlStanding, other: ControlStanding): number =>
  lacking(other) - lacking(one) || byNumber(one.control, other.control);

const lacking = (standing: Standing): number => judgedOf(standing) - standing.compliant;

const byNumber = (one: string, other: string): number =>
  one.localeCompare(other, 'en', { numeric: true }) || (one < other ? -1 : 1);
