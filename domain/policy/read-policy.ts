/**
 * A policy's document, as plain data from wherever it was kept, in; a policy or all of its problems out. The
 * places in a text are not known here: `parse-policy.ts` adds them, and alone needs to read YAML.
 */
import type { EventPattern } from './event-pattern.ts';
import { parsePattern } from './parse-pattern.ts';
import type { Policy } from './policy.ts';
import type { PathProblem } from './policy-problem.ts';
import { policySchema } from './policy-schema.ts';
import { type Patterns, resolvePolicy } from './resolve-policy.ts';
import { schemaProblems, valueAt } from './schema-problems.ts';

export type PolicyReading =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly PathProblem[] };

/**
 * @param data the document; scalars that stand for text are text already
 * @param version first 12 hex digits of the SHA-256 of the text it was read from
 *
 * @example
 * const reading = readPolicy({ version: 1, entries: [] }, '0123456789ab');
 * reading.ok // true
 */
export const readPolicy = (data: unknown, version: string): PolicyReading => {
  const problems: PathProblem[] = [];
  const report = (problem: PathProblem): void => {
    problems.push(problem);
  };
  const patterns: Patterns = {
    entries: parsePatterns(data, 'entries', report),
    exemptions: parsePatterns(data, 'exemptions', report),
    blackouts: parseBlackoutPatterns(data, report),
  };
  const matchProblems = problems.length;
  const shape = policySchema.safeParse(data);
  if (!shape.success) {
    for (const issue of shape.error.issues) {
      // The pattern's own parser tells the same with better words, except that a match is missing.
      const isInMatch = isMatch(issue.path);
      if (isInMatch && matchProblems > 0) continue;
      for (const problem of schemaProblems(policySchema, issue, data)) report(problem);
    }
  }
  if (!shape.success || problems.length > 0) return { ok: false, problems };

  const policy = resolvePolicy(shape.data, patterns, version, report);
  return problems.length === 0 ? { ok: true, policy } : { ok: false, problems };
};

/** Where a match stands: in an entry, an exemption or a blackout. */
export const isMatch = ([section, , key]: readonly PropertyKey[]): boolean =>
  ['entries', 'exemptions', 'blackouts'].includes(String(section)) && key === 'match';

const parsePatterns = (
  data: unknown,
  section: 'entries' | 'exemptions',
  report: (problem: PathProblem) => void,
): readonly EventPattern[] => {
  const items = valueAt(data, [section]);
  if (!Array.isArray(items)) return [];
  return items.map((item: unknown, index) => {
    const match = valueAt(item, ['match']);
    const path = [section, index, 'match'];
    if (match !== undefined) return parsePattern(match, path, report);
    if (isMapping(item)) {
      report({
        path,
        expected: 'a mapping from fields to patterns',
        found: 'nothing',
        action: 'add "match"',
      });
    }
    return { fields: [], anyOf: [[]] };
  });
};

/** A blackout without a match holds for everything. */
const parseBlackoutPatterns = (
  data: unknown,
  report: (problem: PathProblem) => void,
): ReadonlyMap<string, EventPattern> => {
  const blackouts = valueAt(data, ['blackouts']);
  if (!isMapping(blackouts)) return new Map();
  return new Map(
    Object.entries(blackouts).flatMap(([name, blackout]): [string, EventPattern][] => {
      const match = valueAt(blackout, ['match']);
      return match === undefined ? [] : [[name, parsePattern(match, ['blackouts', name, 'match'], report)]];
    }),
  );
};

const isMapping = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
