/**
 * What is wrong with a policy although it can be read: entries that nothing reaches, runbooks and parameters that
 * the catalog does not have, times that never come, settings that contradict each other. Asked when a policy is
 * checked and when it is published, never when it is used: what is in force stays in force.
 */
import type { Catalog } from '../../catalog/catalog.ts';
import type { Instant } from '../../time.ts';
import { catalogProblems } from '../catalog-fit.ts';
import type { Policy } from '../policy.ts';
import type { PathProblem } from '../policy-problem.ts';
import { calendarProblems } from './calendar-fit.ts';
import { contradictions } from './contradictions.ts';
import { hiddenEntryProblems } from './hidden-entries.ts';

/**
 * For `parsePolicy`, as its further problems.
 *
 * @example
 * parsePolicy(text, 'policy.yml', lintPolicy(catalog, '2026-11-21T10:00:00.000Z'))
 */
export const lintPolicy =
  (catalog: Catalog, now: Instant) =>
  (policy: Policy, document: unknown): readonly PathProblem[] => [
    ...hiddenEntryProblems(policy.entries),
    ...catalogProblems(policy, catalog),
    ...calendarProblems(policy, now),
    ...contradictions(policy, document),
  ];
