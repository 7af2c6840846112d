/**
 * What in a policy the catalog cannot follow: it would be refused when a plan is made, for every finding of the
 * entry. Told when a policy is checked or published, it costs nobody a case.
 */
import type { Catalog, Runbook, RunbookParameter, ServedRule } from '../catalog/catalog.ts';
import { plainRuleName } from '../finding.ts';
import { parameterFault } from '../plan-parameters.ts';
import { compileMayMatch, type PossibleRun, possibleRuns, rulesNamed } from './check/possible-runbooks.ts';
import { didYouMean } from './did-you-mean.ts';
import type { EventPattern } from './event-pattern.ts';
import type { Policy, WrittenEntry } from './policy.ts';
import { type DocumentPath, listed, type PathProblem, shown } from './policy-problem.ts';

export const catalogProblems = (policy: Policy, catalog: Catalog): readonly PathProblem[] => {
  const runs = new Map<number, PossibleRun[]>();
  const isWanted = ({ match }: WrittenEntry): boolean => rulesNamed(match) !== undefined;
  for (const run of possibleRuns(policy, catalog, isWanted))
    runs.set(run.index, [...(runs.get(run.index) ?? []), run]);
  return [
    ...policy.entries.flatMap((entry, index) => {
      const path = ['entries', index];
      return [
        ...runbookProblems(entry, path, catalog),
        ...parameterProblems(entry, path, runs.get(index) ?? [], catalog),
        ...matchProblems(entry.match, [...path, 'match'], catalog),
        ...idleProblems(entry, path, catalog),
      ];
    }),
    ...policy.exemptions.flatMap(({ match }, index) =>
      matchProblems(match, ['exemptions', index, 'match'], catalog),
    ),
    ...policy.blackouts.flatMap(({ match, name }) =>
      match === undefined ? [] : matchProblems(match, ['blackouts', name, 'match'], catalog),
    ),
  ];
};

type EntryProblems = readonly PathProblem[];

/** The runbook that an entry names is there, and made for what the entry matches. */
const runbookProblems = (entry: WrittenEntry, path: DocumentPath, catalog: Catalog): EntryProblems => {
  const { runbook: named, match } = entry;
  if (named === undefined) return [];
  const at = [...path, 'runbook'];
  const runbook = catalog.runbook(named);
  if (runbook === undefined) {
    const meant = didYouMean(
      named,
      catalog.runbooks.map(({ document }) => document),
    );
    return [
      {
        path: at,
        expected: 'a runbook of the catalog',
        found: shown(named),
        action:
          meant === undefined
            ? 'docs/runbooks.md lists them; without runbook the catalog chooses'
            : `did you mean "${meant}"?`,
      },
    ];
  }
  const rules = knownRules(match, catalog);
  const unserved = rules?.filter((rule) => !serves(runbook, rule)) ?? [];
  if (rules === undefined || rules.length === 0 || unserved.length === 0) return [];
  const serving = [...new Set(runbook.rules.map(({ identifier }) => identifier))];
  const found = `${shown(named)}, which is made for ${listed(serving)}`;
  if (unserved.length === rules.length)
    return [
      {
        path: at,
        expected: `a runbook for ${listed(unserved.map(({ identifier }) => identifier))}`,
        found,
        action: 'without runbook the catalog chooses the one for each rule',
      },
    ];
  return [
    {
      path: at,
      warning: true,
      expected: 'a runbook for every rule of the match',
      found: `${found}, and not for ${listed(unserved.map(({ identifier }) => identifier))}`,
      action: 'give those rules an entry of their own',
    },
  ];
};

const serves = (runbook: Runbook, rule: ServedRule): boolean =>
  runbook.rules.some(({ identifier }) => identifier === rule.identifier);

/** The rules that a match names, when the catalog knows all of them. */
const knownRules = (match: EventPattern, catalog: Catalog): readonly ServedRule[] | undefined => {
  const rules = rulesNamed(match)?.map((name) => catalog.rule(plainRuleName(name)));
  return rules?.every((rule) => rule !== undefined) ? rules : undefined;
};

/** Every parameter is the runbook's, is the policy's to set, has a value that SSM takes; none is left out. */
const parameterProblems = (
  entry: WrittenEntry,
  path: DocumentPath,
  runs: readonly PossibleRun[],
  catalog: Catalog,
): EntryProblems => {
  const named = entry.runbook === undefined ? undefined : catalog.runbook(entry.runbook);
  // A pattern that only may hold for a rule says nothing of what its author thought of.
  const names = rulesNamed(entry.match);
  const meant = runs.filter(({ rule }) =>
    names?.some((name) => [rule.identifier, rule.name].includes(plainRuleName(name))),
  );
  const chosen = meant.flatMap(({ runbook }) => (runbook.kind === 'runbook' ? [runbook] : []));
  const runbooks = [...new Set(named === undefined ? chosen : [named])];
  if (runbooks.length === 0) return [];
  return [
    ...Object.entries(entry.parameters).flatMap(([name, value]) =>
      givenProblems(name, value, runbooks, [...path, 'parameters', name]),
    ),
    ...runbooks.flatMap((runbook) => missingProblems(entry, runbook, meant, path)),
  ];
};

const settableOf = ({ parameters }: Runbook): readonly RunbookParameter[] =>
  parameters.filter(({ source }) => source.from === 'policy');

/** A plan is refused for a parameter that its runbook does not know: one entry's parameters are for all its runbooks. */
const givenProblems = (
  name: string,
  value: string | readonly string[],
  runbooks: readonly Runbook[],
  path: DocumentPath,
): EntryProblems => {
  for (const runbook of runbooks) {
    const settable = settableOf(runbook);
    const parameter = settable.find((each) => each.name === name);
    if (parameter === undefined) return [strangerProblem(name, runbook, settable, path, runbooks.length > 1)];
    const values = typeof value === 'string' ? [value] : value;
    const fault = parameterFault(parameter, values) ?? roleFault(runbook, name, values);
    if (fault !== undefined)
      return [{ path, expected: `${name} of ${runbook.document} ${asWish(fault)}`, found: shown(value) }];
  }
  return [];
};

/** `must match x, but is y` as `to match x`: what is there is told beside it. */
const asWish = (fault: string): string => {
  const until = fault.lastIndexOf(', but ');
  const wish = until < 0 ? fault : fault.slice(0, until);
  return wish.replace(/^must not /, 'not to ').replace(/^must /, 'to ');
};

const strangerProblem = (
  name: string,
  { document, parameters }: Runbook,
  settable: readonly RunbookParameter[],
  path: DocumentPath,
  isOneOfSeveral: boolean,
): PathProblem => {
  const names = settable.map((each) => each.name);
  const meant = didYouMean(name, names);
  const isOurs = parameters.some((each) => each.name === name);
  const action =
    meant !== undefined
      ? `did you mean "${meant}"?`
      : isOurs
        ? `the catalog sets ${name}, so that no policy can turn the runbook on another resource; remove it`
        : isOneOfSeveral
          ? 'the entry comes to several runbooks: give the rules of each an entry of their own'
          : undefined;
  return {
    path,
    atKey: true,
    expected:
      names.length === 0
        ? `no parameters: ${document} leaves none to the policy`
        : `one of ${listed(names)}, which ${document} takes`,
    found: shown(name),
    ...(action === undefined ? {} : { action }),
  };
};

const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;

/** A parameter that hands a role to a service holds its name or its ARN, and no ARN of anything else. */
const roleFault = (
  { passRoles = [] }: Runbook,
  name: string,
  values: readonly string[],
): string | undefined => {
  if (!passRoles.some((passed) => 'parameter' in passed && passed.parameter === name)) return undefined;
  const wrong = values.find((value) => value.startsWith('arn:') && !ROLE_ARN.test(value));
  return wrong === undefined
    ? undefined
    : `must be the ARN of a role, such as arn:aws:iam::111111111111:role/NAME, but is ${shown(wrong)}`;
};

const missingProblems = (
  entry: WrittenEntry,
  runbook: Runbook,
  runs: readonly PossibleRun[],
  path: DocumentPath,
): EntryProblems => {
  const acting = runs.filter((run) => run.mode !== 'observe' && run.runbook === runbook);
  const missing = settableOf(runbook).filter(
    ({ name, required, source }) =>
      required &&
      source.from === 'policy' &&
      source.fallback === undefined &&
      !Object.hasOwn(entry.parameters, name),
  );
  const [run] = acting;
  if (run === undefined || missing.length === 0) return [];
  const names = missing.map(({ name }) => name);
  return [
    {
      path: Object.keys(entry.parameters).length > 0 ? [...path, 'parameters'] : path,
      atKey: true,
      expected: `parameters with ${listed(names)}, which ${runbook.document} needs for ${run.rule.identifier}`,
      found: Object.keys(entry.parameters).length > 0 ? shown(entry.parameters) : 'no parameters',
      action: `without ${names.length === 1 ? 'it' : 'them'} no plan can be made: add ${names.length === 1 ? 'it' : 'them'}, or write mode: observe`,
    },
  ];
};

/** Names of rules that look misspelt, and what the catalog says can never be. */
const matchProblems = (match: EventPattern, path: DocumentPath, catalog: Catalog): EntryProblems => {
  const rules = knownRules(match, catalog);
  const identifiers = rulesNamed(match)?.every((name) => catalog.rule(name)?.identifier === name);
  const known = rules?.flatMap((rule) => rule.resourceTypes.map((resourceType) => ({ rule, resourceType })));
  const mayMatch = compileMayMatch(match);
  const isDead =
    identifiers === true &&
    known !== undefined &&
    known.length > 0 &&
    known.every((finding) => mayMatch(finding) === 'no');
  return [
    ...misspeltRules(match, path, catalog),
    ...(isDead
      ? [
          {
            path,
            warning: true as const,
            expected: 'a match that holds for some finding of the rules that it names',
            found: `one that never does: ${listed([...new Set(rules?.map(factsOf))])}`,
            action: 'correct severity, framework or resourceType, or leave them out',
          },
        ]
      : []),
  ];
};

const factsOf = ({ identifier, resourceTypes, severity, frameworks }: ServedRule): string =>
  `${identifier} is for ${resourceTypes.join(' and ')}, ${severity}${frameworks.length === 0 ? '' : `, ${frameworks.join(' and ')}`}`;

const misspeltRules = (
  { fields, anyOf }: EventPattern,
  path: DocumentPath,
  catalog: Catalog,
): EntryProblems => [
  ...fields.flatMap(({ ref, tests }) => {
    if (ref.kind !== 'field' || ref.field !== 'rule') return [];
    return tests.flatMap((test, index) =>
      test.op === 'equals'
        ? misspelt(test.text, [...path, 'rule', ...(tests.length > 1 ? [index] : [])], catalog)
        : [],
    );
  }),
  ...anyOf.flatMap((group) =>
    group.flatMap((alternative, index) => misspeltRules(alternative, [...path, '$or', index], catalog)),
  ),
];

const misspelt = (name: string, path: DocumentPath, catalog: Catalog): EntryProblems => {
  const plain = plainRuleName(name);
  if (catalog.rule(plain) !== undefined) return [];
  const names = namesOf(catalog)[plain === plain.toUpperCase() ? 'identifiers' : 'plain'];
  const meant = didYouMean(plain, names, EDITS_MAX);
  return meant === undefined
    ? []
    : [
        {
          path,
          warning: true,
          expected: 'a rule that the catalog knows, or a rule of your own',
          found: shown(name),
          action: `did you mean "${meant}"?`,
        },
      ];
};

interface RuleNames {
  readonly identifiers: readonly string[];
  readonly plain: readonly string[];
}

const known = new WeakMap<Catalog, RuleNames>();

/** Listed once: a policy may name thousands of rules of its own. */
const namesOf = (catalog: Catalog): RuleNames => {
  const names = known.get(catalog);
  if (names !== undefined) return names;
  const rules = [...catalog.runbooks, ...catalog.guides].flatMap((each) => each.rules);
  const listedOnce = {
    identifiers: [...new Set(rules.map(({ identifier }) => identifier))],
    plain: [...new Set(rules.map(({ name }) => name))],
  };
  known.set(catalog, listedOnce);
  return listedOnce;
};

/** Rules have long names, of which many differ by a word: only so many wrong letters are a typing mistake. */
const EDITS_MAX = 2;

/** Mode auto for a rule about which selfheal can do nothing. */
const idleProblems = (entry: WrittenEntry, path: DocumentPath, catalog: Catalog): EntryProblems => {
  if (entry.mode !== 'auto' || entry.runbook !== undefined) return [];
  const names = rulesNamed(entry.match) ?? [];
  const idle = names.filter((name) => {
    const rule = catalog.rule(plainRuleName(name));
    if (rule === undefined) return misspelt(name, path, catalog).length === 0;
    return catalog.forRule(rule.identifier)?.kind === 'manual';
  });
  if (idle.length === 0) return [];
  return [
    {
      path: [...path, 'mode'],
      warning: true,
      expected: 'mode auto for rules that the catalog has a runbook for',
      found: `none for ${listed(idle.map(shown))}`,
      action:
        'every case of it goes to a person; name a runbook, or move the rule to an entry with mode approve',
    },
  ];
};
