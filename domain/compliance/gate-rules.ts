/** Which rules a gate is about, and what it means where one of them is not deployed. */
import { isGlobalResourceType, type Lane, laneId } from '../finding.ts';
import { didYouMean } from '../policy/did-you-mean.ts';
import type { Doubt, GateAsked, GateLine } from './gate.ts';
import { called, doubtfulLine, NO_COUNTS, quoted } from './judge-rule.ts';
import type { LaneSeen } from './lane-seen.ts';
import { asNamed, isMeant, type NamedRule, namesOf, type RuleFacts } from './rule-meant.ts';

export interface WantedRule {
  readonly asked: NamedRule;
  readonly names: ReadonlySet<string>;
  /** By `--rules`, so that it must be deployed; otherwise by a framework. */
  readonly isNamed: boolean;
}

/** Each once, whatever it is called and however often. */
export const wantedRules = (
  { rules, frameworks }: Pick<GateAsked, 'rules' | 'frameworks'>,
  catalog: Pick<RuleFacts, 'rule'>,
): readonly WantedRule[] => {
  const wanted = new Map<string, WantedRule>();
  const add = (rule: string, isNamed: boolean): void => {
    const asked = asNamed(rule, catalog);
    const key = asked.identifier ?? asked.plainName;
    if (!wanted.has(key)) wanted.set(key, { asked, names: namesOf(rule, catalog), isNamed });
  };
  for (const rule of rules) add(rule, true);
  for (const rule of frameworks.flatMap((framework) => framework.rules)) add(rule, false);
  return [...wanted.values()];
};

/** A line wherever a rule is asked for and was not seen. */
export const absentLines = (
  places: readonly LaneSeen[],
  wanted: readonly WantedRule[],
  catalog: RuleFacts,
): readonly GateLine[] =>
  wanted.flatMap((rule) => {
    const there = places.filter(({ rules }) => rules.some((each) => isMeant(rule.names, each)));
    // Of a framework it may well be that not every rule is in use.
    if (there.length === 0 && !rule.isNamed) return [];
    return places
      .filter((place) => !there.includes(place))
      .map((place) => absentLine(place, rule, { there, places }, catalog));
  });

const absentLine = (
  place: LaneSeen,
  rule: WantedRule,
  /** Where it is, of all lanes. */
  { there, places }: { readonly there: readonly LaneSeen[]; readonly places: readonly LaneSeen[] },
  catalog: RuleFacts,
): GateLine => {
  const { lane, doubts } = place;
  if (doubts.some(({ kind }) => kind === 'unread')) return doubtfulLine(lane, rule.asked, doubts);
  if (place.unread.length > 0)
    return doubtfulLine(lane, rule.asked, [...doubts, notReached(lane, rule.asked.name)]);
  const other = there.find((each) => each.lane.account === lane.account);
  if (doubts.length === 0 && other !== undefined && isOncePerAccount(rule, catalog))
    return {
      ...called(rule.asked),
      lane,
      standing: 'elsewhere',
      why: `judged in ${other.lane.region}`,
      counts: NO_COUNTS,
      passed: 0,
      judged: 0,
      nonCompliant: [],
      doubts: [],
    };
  const absent = there.length === 0 ? unknownRule(rule, places, catalog) : notDeployed(lane, rule);
  return doubtfulLine(lane, rule.asked, [...doubts, absent]);
};

export const notReached = (lane: Lane, rule: string): Doubt => ({
  kind: 'unread',
  code: 'rule-unread',
  lane,
  rule,
  why: 'time was up before it was read',
  mend: 'Ask again, for fewer rules at once or with a longer --timeout.',
});

const isOncePerAccount = ({ asked }: WantedRule, catalog: RuleFacts): boolean => {
  const types = asked.identifier === undefined ? [] : (catalog.rule(asked.identifier)?.resourceTypes ?? []);
  return types.length > 0 && types.every((type) => isGlobalResourceType(type) || ONCE_PER_ACCOUNT.has(type));
};

/** What an account has only once, or AWS Config records in one Region only. */
const ONCE_PER_ACCOUNT: ReadonlySet<string> = new Set([
  'AWS::::Account',
  'AWS::S3::AccountPublicAccessBlock',
  'AWS::CloudFront::Distribution',
]);

/** About no lane in particular, so that it is one reason and not one for each. */
const unknownRule = ({ asked }: WantedRule, places: readonly LaneSeen[], catalog: RuleFacts): Doubt => {
  const read = places.filter(({ doubts }) => doubts.every(({ kind }) => kind !== 'unread')).length;
  const meant = didYouMean(asked.name, knownNames(places, catalog));
  const guess = meant === undefined || meant === asked.name ? '' : ` (did you mean "${meant}"?)`;
  return {
    kind: 'failing',
    code: 'unknown-rule',
    rule: asked.name,
    why: `no such rule is deployed in ${read === 1 ? 'the one lane' : `any of the ${read} lanes`} that could be read${guess}`,
    mend: 'Look how it is written: identifier and name are both good. Or deploy it.',
  };
};

const knownNames = (places: readonly LaneSeen[], { runbooks, guides }: RuleFacts): readonly string[] => {
  const served = [...runbooks, ...guides].flatMap(({ rules }) => rules);
  return [
    ...places.flatMap(({ rules }) => rules.flatMap(({ name, plainName }) => [name, plainName])),
    ...served.map(({ identifier }) => identifier),
    ...served.map(({ name }) => name),
  ];
};

const notDeployed = (lane: Lane, { asked }: WantedRule): Doubt => ({
  kind: 'failing',
  code: 'not-deployed',
  lane,
  rule: asked.name,
  why: 'it is not deployed there, though it is elsewhere: nobody judges that lane by it',
  mend: `Deploy it, or leave it out there: --except ${quoted(`${asked.plainName}@${laneId(lane)}`)}`,
});

/** A framework of which nothing is in use was not judged, whatever else was. */
export const emptyFrameworks = (
  { frameworks }: Pick<GateAsked, 'frameworks'>,
  places: readonly LaneSeen[],
  catalog: RuleFacts,
): readonly Doubt[] =>
  frameworks
    .filter((framework) => undeployed(framework.rules, places, catalog).length === framework.rules.length)
    .map(({ name }) => ({
      kind: 'failing',
      code: 'framework-empty',
      why: `no rule of ${name} is deployed in any of these lanes`,
      mend: 'Deploy a conformance pack of it, or name the rules that matter with --rules.',
    }));

/** Rules of a framework that are in use nowhere: nothing is judged by them. */
export const undeployedRemarks = (
  { frameworks }: Pick<GateAsked, 'frameworks'>,
  places: readonly LaneSeen[],
  catalog: RuleFacts,
): readonly string[] =>
  frameworks.flatMap(({ name, rules }) => {
    const gone = undeployed(rules, places, catalog);
    return gone.length === 0
      ? []
      : [
          `${gone.length} of ${rules.length} rules of ${name} are deployed in none of these lanes, and judge nothing: ${gone.slice(0, NAMED_MAX).join(', ')}${gone.length > NAMED_MAX ? ', …' : ''}`,
        ];
  });

const NAMED_MAX = 10;

const undeployed = (
  rules: readonly string[],
  places: readonly LaneSeen[],
  catalog: RuleFacts,
): readonly string[] =>
  rules.filter((rule) => {
    const names = namesOf(rule, catalog);
    return !places.some((place) => place.rules.some((each) => isMeant(names, each)));
  });
