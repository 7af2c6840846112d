/** What is the same in many cases of a batch, counted: for the message about them, and for whoever looks at it. */
import type { Member } from './batch.ts';
import type { Case } from './case/case.ts';
import type { Catalog, Severity } from './catalog/catalog.ts';

/** What is the same in all, counted. */
export interface BatchFacts {
  readonly rules: Readonly<Record<string, number>>;
  /** `document version n` -> cases. */
  readonly runbooks: Readonly<Record<string, number>>;
  readonly accounts: Readonly<Record<string, number>>;
  readonly entries: Readonly<Record<string, number>>;
  /** What the runbooks do to who uses the resources, in the catalog's words. */
  readonly disruption: readonly string[];
  readonly severity: Severity;
  /** How many people must approve; the highest of all. */
  readonly quorum: number;
}

export const factsOf = (members: readonly Member[], catalog: Catalog): BatchFacts => ({
  rules: counted(members, ({ finding }) => finding.ruleIdentifier ?? finding.rule),
  runbooks: counted(members, ({ state }) => `${state.plan.document} version ${state.plan.documentVersion}`),
  accounts: counted(members, ({ lane }) => lane.account),
  entries: counted(members, ({ entry }) => entry),
  disruption: [
    ...new Set(
      members.flatMap(({ state }) => {
        const runbook = catalog.runbook(state.plan.document);
        return runbook === undefined ? [] : [`${runbook.disruption}: ${runbook.disruptionNote}`];
      }),
    ),
  ],
  severity: highest(members),
  quorum: Math.max(1, ...members.map(({ terms }) => terms.approval.quorum)),
});

/** Who is to hear of them: each topic once. */
export const topicsOf = (cases: readonly Pick<Case, 'terms'>[]): readonly string[] => [
  ...new Set(cases.flatMap(({ terms }) => terms.notify)),
];

/** The most frequent first. */
const counted = <T>(items: readonly T[], by: (item: T) => string): Readonly<Record<string, number>> => {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(by(item), (counts.get(by(item)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
};

const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const satisfies readonly Severity[];
/** The severity of the most severe; low of none. */
export const highest = (cases: readonly Pick<Case, 'severity'>[]): Severity =>
  SEVERITIES.find((severity) => cases.some((about) => about.severity === severity)) ?? 'low';
