/** Whom of the policy a lane's rules and recorded types serve: an entry that can never speak of them needs neither. */
import type { Catalog } from '../catalog/catalog.ts';
import { isGlobalResourceType, type Lane } from '../finding.ts';
import { entriesThatMayHold } from '../policy/may-hold.ts';
import type { Policy } from '../policy/policy.ts';
import { ruleNames } from '../policy/policy-subject.ts';
import type { SweepTrouble } from '../sweep/sweep-report.ts';
import type { EvaluatedRule, LaneRecorded, RecordedType } from './lane-recorded.ts';

/** As Config tells it. */
export interface RecordedFacts extends Pick<LaneRecorded, 'lane' | 'readAt' | 'troubles'> {
  readonly types: readonly Omit<RecordedType, 'entries'>[];
  readonly rules: readonly (Omit<EvaluatedRule, 'entries'> & {
    /** Absent: any. */
    readonly types?: readonly string[];
  })[];
}

export interface PolicyInForce {
  readonly policy: Pick<Policy, 'entries'>;
  /** Why it cannot be trusted. */
  readonly doubt?: string;
}

export const entriesServed = (
  { lane, readAt, types, rules, troubles }: RecordedFacts,
  { policy, doubt }: PolicyInForce,
  catalog: Pick<Catalog, 'rule'>,
): LaneRecorded => {
  const mayHold = entriesThatMayHold(policy);
  const served = rules.map((rule) => {
    const known = rule.identifier === undefined ? undefined : catalog.rule(rule.identifier);
    const looksAt = rule.types ?? known?.resourceTypes;
    const names = ruleNames(
      { rule: rule.plainName, ...(rule.identifier && { ruleIdentifier: rule.identifier }) },
      rule.name,
    );
    const about = {
      rule: names,
      account: lane.account,
      frameworks: known?.frameworks ?? [],
      ...(known && { severity: known.severity }),
    };
    const entries = looksAt?.length
      ? looksAt.flatMap((resourceType) =>
          mayHold({ ...about, resourceType, region: regionOf(resourceType, lane) }),
        )
      : [lane.region, 'global'].flatMap((region) => mayHold({ ...about, region }));
    const { types: _, ...evaluated } = rule;
    return { looksAt, told: { ...evaluated, entries: [...new Set(entries)] } };
  });
  return {
    lane,
    readAt,
    types: types.map((type) => ({
      ...type,
      entries: [
        ...new Set(
          served
            .filter(({ looksAt }) => !looksAt?.length || looksAt.includes(type.type))
            .flatMap(({ told }) => told.entries),
        ),
      ],
    })),
    rules: served.map(({ told }) => told),
    troubles: [...troubles, ...(doubt === undefined ? [] : [policyTrouble(doubt)])],
  };
};

const regionOf = (type: string, { region }: Lane): string => (isGlobalResourceType(type) ? 'global' : region);

/** Without its entries everything would seem to serve nobody. */
const policyTrouble = (doubt: string): SweepTrouble => ({
  operation: 'policy',
  code: 'PolicyInDoubt',
  message: doubt,
});
